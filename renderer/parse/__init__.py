"""From documents to our kinds: problems are collected, and bad input never raises."""

from renderer.parse.documents import parse_document, parse_documents
from renderer.parse.quantities import container_resources
from renderer.parse.result import OfJupyterHub, Parsed, ParseResult
from renderer.parse.settings import parse_settings

__all__ = [
    "OfJupyterHub",
    "ParseResult",
    "Parsed",
    "container_resources",
    "parse_document",
    "parse_documents",
    "parse_settings",
]
