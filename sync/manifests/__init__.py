"""The agent's one door from YAML text to plain values: strict, since only rendered files come."""

from sync.manifests.reader import read

__all__ = ["read"]
