"""The one door between YAML text and plain values, both ways."""

from renderer.yamlio.emit import emit, emit_documents
from renderer.yamlio.load import load_all
from renderer.yamlio.nested import line_of, nested, text_document

__all__ = ["emit", "emit_documents", "line_of", "load_all", "nested", "text_document"]
