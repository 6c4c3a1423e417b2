"""IMPORT.md: what was made, and everything that whoever imports should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from renderer.imports.remarks import Remark, Sort, by_message

SHOWN = 5
ENOUGH = 20
REPORT = "IMPORT.md"
_SPECIAL = str.maketrans({each: f"\\{each}" for each in "\\`*_[]<>|#@"})


def report(system: str, files: Iterable[str], remarks: Sequence[Remark]) -> str:
    """The report as Markdown."""
    lines = [
        f"# Imported from {system}",
        "",
        *(f"- {name}" for name in sorted(files)),
        "",
        "Work through this list, then remove this file. `octavo check` finds what does not fit,",
        "and `octavo render NAMESPACE/NAME` shows what a notebook will be.",
    ]
    for sort in Sort:
        found = by_message(remarks, sort)
        if found:
            lines += ["", f"## {sort.value}", ""]
        for (message, advice), sources in found.items():
            lines.append(f"- {escaped(message)}{f': {escaped(advice)}' if advice else ''}")
            lines += [f"  - {escaped(source)}" for source in _listed(sources, sort)]
    if not remarks:
        lines += ["", "Everything was carried over."]
    return "".join(f"{line}\n" for line in lines)


def _listed(sources: Sequence[str], sort: Sort) -> list[str]:
    """All of them where something is lost or to be done; else enough to know which are meant."""
    if sort is not Sort.CHANGED or len(sources) <= ENOUGH:
        return list(sources)
    return [*sources[:ENOUGH], f"and {len(sources) - ENOUGH:,} more"]


def said(remarks: Sequence[Remark]) -> str:
    """The same in short, for a terminal."""
    lines = []
    for sort in Sort:
        found = by_message(remarks, sort)
        if found:
            lines.append(f"{sort.value}:")
        for (message, advice), sources in found.items():
            lines.append(f"  {message}{f': {advice}' if advice else ''}")
            more = f" and {len(sources) - SHOWN:,} more" if len(sources) > SHOWN else ""
            lines.append(f"    {', '.join(sources[:SHOWN])}{more}")
    return "".join(f"{line}\n" for line in lines)


def escaped(text: str) -> str:
    """The text on one line of Markdown, without any meaning there."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split()).translate(_SPECIAL)
