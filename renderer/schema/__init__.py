"""What documents must look like: our own kinds, and what Kubernetes knows."""
