"""Docker's own reader as a program to ask: built from the Go module proxy, kept outside the checkout."""
