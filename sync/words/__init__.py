"""Why a notebook does not start, in words and with what to do."""

from sync.words.lines import one_line
from sync.words.started import why_not_started

__all__ = ["one_line", "why_not_started"]
