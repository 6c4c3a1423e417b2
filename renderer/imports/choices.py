"""The options of a profile: what may be chosen, and what of it is chosen without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.imports.remarks import Remark, left
from renderer.imports.spawner import with_overrides

READ = frozenset({"display_name", "choices", "unlisted_choice"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices, and what it changes."""

    slug: str
    title: str
    overrides: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. `unlisted` is what users may fill in themselves, as `pattern` allows."""

    slug: str
    title: str
    choices: tuple[Choice, ...]
    default: Choice | None
    unlisted: Choice | None = None
    pattern: str = ""

    def keys(self) -> frozenset[str]:
        """What the choices change."""
        return frozenset(key for choice in self.choices for key in choice.overrides)


def options_of(profile: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options of a profile, in their order."""
    written = profile.get("profile_options")
    found = written.items() if isinstance(written, dict) else ()
    return tuple(_option(slug, each) for slug, each in found if isinstance(each, dict))


def unread(profile: Mapping[str, Any], source: str) -> Iterator[Remark]:
    """What options say besides, to forms that are not there."""
    written = profile.get("profile_options")
    for slug, option in (written if isinstance(written, dict) else {}).items():
        for key in sorted(option.keys() - READ) if isinstance(option, dict) else ():
            yield left(f"{source}, option {slug}", f"the option's {key}")


def configured(
    config: Mapping[str, Any],
    options: Sequence[Option],
    chosen: tuple[Option, Choice] | None = None,
) -> Mapping[str, Any]:
    """The configuration with one choice made, and the default of every other option."""
    for option in options:
        choice = option.default
        if chosen is not None and chosen[0] is option:
            choice = chosen[1]
        config = with_overrides(config, choice.overrides if choice else {})
    return config


def _option(slug: str, written: Mapping[str, Any]) -> Option:
    listed = written.get("choices")
    choices = tuple(_choices(listed if isinstance(listed, dict) else {}))
    marked = (
        choice
        for choice in choices
        if isinstance(listed, dict) and listed[choice.slug].get("default")
    )
    unlisted = written.get("unlisted_choice") or {}
    pattern = unlisted.get("validation_regex") or unlisted.get("validation_match_regex") or ""
    title = str(written.get("display_name") or slug)
    other = None
    if unlisted.get("enabled"):
        shown = str(unlisted.get("display_name") or "another")
        other = Choice("other", shown, unlisted.get("kubespawner_override") or {})
    default = next(marked, choices[0] if choices else None)
    return Option(str(slug), title, choices, default, other, str(pattern))


def _choices(written: Mapping[str, Any]) -> Iterator[Choice]:
    for slug, each in written.items():
        if isinstance(each, dict):
            title = str(each.get("display_name") or slug)
            yield Choice(slug, title, each.get("kubespawner_override") or {})
