"""What the server made of what was sent, where it is not the same: a webhook's image, say.

Only a shortcut: whatever is not remembered is asked by a dry run. Kept in a file between runs where
there is a place for it; nothing is lost with it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from sync import fields
from sync.objects import Object, uid

FORMAT = 1


class Memory:
    """By uid: a digest of what was sent, and one of what our fields were afterwards."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._changed = False
        if file:
            self._known = _load(file)

    def knows(self, sent: Object, live: Object) -> bool:
        """Whether this is how the server leaves what we would send."""
        known = self._known.get(uid(live))
        return known is not None and known == _entry(sent, live)

    def learn(self, sent: Object, answer: Object) -> None:
        """Remember an answer, if there is something to remember about it."""
        if fields.compare(sent, answer).same:
            if uid(answer) in self._known:
                self.forget(uid(answer))
            return
        with self._lock:
            self._known[uid(answer)] = _entry(sent, answer)
            self._changed = True

    def forget(self, known_uid: str) -> None:
        with self._lock:
            self._changed |= self._known.pop(known_uid, None) is not None

    def save(self) -> None:
        """Write the file whole, or leave it; a disk that is full takes nothing but time."""
        import orjson

        with self._lock:
            if not self._changed or self._file is None:
                return
            text = orjson.dumps({"format": FORMAT, "known": self._known})
            self._changed = False
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(text)
            draft.replace(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def _entry(sent: Object, live: Object) -> str:
    return (fields.digest(sent) + fields.our_part(live)).hex()


def _load(file: Path) -> dict[str, str]:
    import orjson

    try:
        known = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        return {}
    entries = known.get("known")
    return entries if isinstance(entries, dict) else {}
