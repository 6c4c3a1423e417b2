"""What a commit says of itself: how many notebooks, which, and what it was rendered from."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.output import Change

SHOWN = 200
SOURCE, VERSION = "Octavo-Source", "Octavo-Version"
Changes = Sequence[tuple[str, Change]]


def message_of(changes: Changes, subject: str, trailers: Sequence[tuple[str, str]]) -> str:
    """The whole message. `changes` are of paths from the root of the branch."""
    lines = [f"{change:<9}{path}" for path, change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        lines.append(f"and {len(changes) - SHOWN:,} more")
    body = ["\n".join(lines)] if lines else []
    footer = "\n".join(f"{name}: {value}" for name, value in trailers if value)
    return "\n\n".join([subject or subject_of(changes), *body, footer]).strip() + "\n"


def subject_of(changes: Changes) -> str:
    """`Render 3 notebooks: 1 added, 1 changed, 1 removed`."""
    notebooks = [item for item in changes if item[0].split("/")[-3:-2] == ["notebooks"]]
    counted, what = (notebooks, "notebook") if notebooks else (changes, "bundle")
    if not counted:
        return "Take over what stands here"
    kinds = [
        f"{number:,} {kind}"
        for kind in Change
        if (number := sum(found is kind for _, found in counted))
    ]
    many = "" if len(counted) == 1 else "s"
    return f"Render {len(counted):,} {what}{many}: {', '.join(kinds)}"
