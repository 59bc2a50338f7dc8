"""Scanners of infrastructure, and what they read: our stacks as plans of Terraform and as manifests of Kubernetes."""
