"""From documents to our kinds: problems are collected, and bad input never raises."""

from renderer.parse.documents import parse_document
from renderer.parse.quantities import container_resources
from renderer.parse.result import Parsed, ParseResult
from renderer.parse.settings import parse_settings

__all__ = ["ParseResult", "Parsed", "container_resources", "parse_document", "parse_settings"]
