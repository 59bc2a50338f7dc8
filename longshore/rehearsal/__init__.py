"""The program of a stack run under Pulumi's mocks, and what it registers there: a plan without an engine."""
