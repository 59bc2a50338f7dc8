"""What Kubernetes itself prescribes: names, kinds, places of fields in a manifest, the order of creation."""
