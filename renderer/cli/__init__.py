"""What people type and read. Only here is anything printed, and only here does a command end."""

from renderer.cli.entry import main

__all__ = ["main"]
