"""What Open Data Hub writes on ImageStreams and their tags. What cannot be read is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from renderer.errors import Finding, Severity
from renderer.position import Path

PREFIX = "opendatahub.io/"
WORDS = {
    **dict.fromkeys(("y", "yes", "t", "true", "on", "1"), True),
    **dict.fromkeys(("n", "no", "f", "false", "off", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Package:
    """Something that is in an image."""

    name: str
    version: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Annotations:
    """The annotations of a stream, or of a tag of it, at its path in the document."""

    def __init__(
        self, name: str, holder: Mapping[str, Any], path: Path, remarks: list[Finding]
    ) -> None:
        found = holder.get("annotations")
        self.name = name
        self.remarks = remarks
        self._found: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
        self._path = (*path, "annotations")

    def text(self, key: str) -> str | None:
        """A text; None where there is none."""
        value = self._found.get(PREFIX + key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        self._remark(key, "a text")
        return None

    def flag(self, key: str) -> bool | None:
        """Yes or no, as Python's strtobool had it; None where nothing is said."""
        said = self.text(key)
        if said is None:
            return None
        known = WORDS.get(said.lower())
        if known is None:
            self._remark(key, "true or false")
        return known

    def number(self, key: str, otherwise: int) -> int:
        """A whole number, or the one that it is otherwise."""
        said = self.text(key)
        if said is None:
            return otherwise
        try:
            return int(said)
        except ValueError:
            self._remark(key, "a whole number, in quotes")
            return otherwise

    def packages(self, key: str) -> tuple[Package, ...]:
        """A list of names and versions, written as JSON."""
        said = self.text(key)
        if said is None:
            return ()
        try:
            return tuple(_packages(json.loads(said)))
        except (ValueError, RecursionError):
            self._remark(key, 'JSON such as [{"name": "Python", "version": "3.12"}]')
            return ()

    def _remark(self, key: str, expected: str) -> None:
        place = (*self._path, PREFIX + key)
        message = f"{PREFIX}{key} of the ImageStream {self.name} cannot be read"
        self.remarks.append(Finding(place, message, expected, severity=Severity.WARNING))


def _packages(value: Any) -> Iterator[Package]:
    """Raises ValueError where that is no list of packages."""
    for each in _known([] if value is None else value, list):
        package = _known(each, dict)
        version = package.get("version")
        said = "" if version is None else str(_known(version, str | int | float))
        yield Package(_known(package.get("name"), str), said)


def _known(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(kind)  # noqa: TRY004 - malformed text, as JSON that is broken
    return value
