"""Our own kinds as frozen data. Manifests of Kubernetes stay plain mappings."""
