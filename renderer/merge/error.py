"""What makes a patch impossible to apply."""

from __future__ import annotations

from renderer.errors import OctavoError
from renderer.position import Path


class MergeError(OctavoError):
    """A patch that cannot be applied: `path` is the place in the patch that is at fault."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def __reduce__(self) -> tuple[type[MergeError], tuple[Path, str]]:
        return MergeError, (self.path, self.message)
