"""Turns a catalog and Notebook files into plain Kubernetes manifests."""
