"""The expressions of GitHub's workflows, as far as the examples use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r"\s*('[^']*'|&&|\|\||==|!=|[!()]|[A-Za-z_][\w.-]*)")
INSERTED = re.compile(r"\$\{\{(.*?)\}\}")
SAYS_WHEN = re.compile(r"\b(always|cancelled|success|failure)\(\)")


@dataclass(slots=True)
class _Reader:
    """Reads from left to right; a name that leads nowhere is empty, as GitHub has it."""

    tokens: list[str]
    contexts: Mapping[str, Any]
    place: int = field(default=0)

    def either(self) -> Any:
        value = self.both()
        while self._take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._take("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.single()
        if self._take("=="):
            return value == self.single()
        if self._take("!="):
            return value != self.single()
        return value

    def single(self) -> Any:
        if self._take("!"):
            return not self.single()
        if self._take("("):
            value = self.either()
            assert self._take(")")
            return value
        token = self.tokens[self.place]
        self.place += 1
        if token.startswith("'"):
            return token[1:-1]
        found = self._looked_up(token)
        if self._take("("):
            assert self._take(")")
            assert isinstance(found, Callable), f"{token} is no function"  # type: ignore[arg-type]
            return found()
        return found

    def _take(self, token: str) -> bool:
        if self.tokens[self.place : self.place + 1] != [token]:
            return False
        self.place += 1
        return True

    def _looked_up(self, name: str) -> Any:
        found: Any = self.contexts
        for part in name.split("."):
            found = found.get(part, "") if isinstance(found, Mapping) else ""
        return found


def evaluated(text: str, contexts: Mapping[str, Any]) -> Any:
    """The value of one expression."""
    tokens = TOKEN.findall(text)
    assert "".join(tokens) == re.sub(r"\s(?=(?:[^']*'[^']*')*[^']*$)", "", text), f"read: {tokens}"
    reader = _Reader(tokens, contexts)
    value = reader.either()
    assert reader.place == len(tokens), text
    return value


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with its expressions' values."""
    return INSERTED.sub(lambda match: str(evaluated(match[1], contexts)), text)


def holds(condition: str, contexts: Mapping[str, Any]) -> bool:
    """An `if:`; without a word about failures it asks for none."""
    text = condition.strip().removeprefix("${{").removesuffix("}}")
    if not SAYS_WHEN.search(text):
        text = f"success() && ({text})"
    return bool(evaluated(text, contexts))
