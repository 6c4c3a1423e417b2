"""What operators type and read. Only here is anything printed, and only here does a command end."""

from sync.cli.entry import main

__all__ = ["main"]
