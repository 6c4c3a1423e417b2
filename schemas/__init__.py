"""The JSON schemas as package data: our kinds and the Kubernetes ones."""
