"""What a cluster says of a stack: read only, by the Kubernetes API."""
