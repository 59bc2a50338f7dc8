"""What AWS asks for: a table of list prices with the source and the date of each figure."""
