"""The one door between YAML text and plain values, both ways."""

from renderer.yamlio.emit import emit, emit_documents
from renderer.yamlio.load import load_all

__all__ = ["emit", "emit_documents", "load_all"]
