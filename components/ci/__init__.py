"""What CI stands on: where state lies, who GitHub is, what its jobs may do, and a runner inside a VPC."""
