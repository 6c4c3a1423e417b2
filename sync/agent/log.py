"""What the agent says while it runs: a line of text, or of JSON."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from sync.outcome import Report

LOG = logging.getLogger("octavo")
SHOWN = 50
UNPRINTABLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{key}={value}" for key, value in _facts(record).items())
        text = f"{_time(record)} {record.levelname.lower():<7} {record.getMessage()}"
        line = f"{text}  {facts}" if facts else text
        if record.exc_info:
            line += f"  {self.formatException(record.exc_info)}"
        return line.translate(UNPRINTABLE)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def begin(form: str) -> None:
    """Write to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Lines())
    LOG.handlers[:] = [handler]
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def tell_round(name: str, seconds: float, report: Report) -> None:
    """What a round has done, and what is not as git says."""
    for each in report.problems[:SHOWN]:
        LOG.warning("%s", each, extra={"facts": {"bundle": each.directory}})
    if len(report.problems) > SHOWN:
        LOG.warning("and %d problems more", len(report.problems) - SHOWN)
    for words in (*report.remarks, *report.unpruned):
        LOG.warning("%s", words)
    if report.written or report.problems or name == "everything":
        counts = {action.value: number for action, number in report.counts().items()}
        facts = {"seconds": round(seconds, 3), **counts}
        LOG.info("compared %s", name, extra={"facts": facts})


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts = getattr(record, "facts", None)
    return facts if isinstance(facts, dict) else {}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
