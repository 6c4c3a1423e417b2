"""Manifests for those who bring a cluster to what the bundles say: Argo CD and Flux."""
