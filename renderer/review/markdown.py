"""A review as a comment below a pull request. Nothing that somebody wrote is read as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from renderer.diffs import lines_of
from renderer.output import Difference
from renderer.review.outline import Section, headline, sections, verdict
from renderer.review.review import Review
from renderer.review.said import visible

# By this a job finds the comment that it wrote before.
MARKER = "<!-- octavo review -->"
LIMIT = 60_000
LEAST = 2_000
RESERVED = 1_000
LONGEST_NAME = 200
LONGEST_LINE = 400
PROBLEMS_SHOWN = 50
WORTH_CUTTING = 600
TICKS = re.compile("`+")

Differences = Iterable[tuple[str, list[Difference]]]


class _Page:
    """Text up to a limit; what must be said has room that nothing else takes."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._left = limit
        self.is_full = False

    @property
    def room(self) -> int:
        return self._left - RESERVED

    def add(self, text: str) -> bool:
        """Whether there was room for it."""
        if len(text) > self.room:
            self.is_full = True
            return False
        self.insist(text)
        return True

    def insist(self, text: str) -> None:
        self._parts.append(text)
        self._left -= len(text)

    def __str__(self) -> str:
        return "".join(self._parts)


def markdown(review: Review, differences: Differences, rest: str, limit: int = LIMIT) -> str:
    """The comment, at most so many characters. `rest` is the command that shows all."""
    page = _Page(limit)
    page.insist(f"{MARKER}\n## Octavo: {headline(review)}\n\n")
    page.insist(f"**{verdict(review).with_names(code)}**\n")
    for section in sections(review):
        _list(page, section)
    _problems(page, review)
    _differences(page, differences)
    if page.is_full:
        page.insist(f"\nThis is not all of it: {code(rest)} shows the rest.\n")
    return str(page)


def code(text: str) -> str:
    """A name as code, which holds no mention, no link, no HTML and no end of its own."""
    shown = visible(text)
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[:LONGEST_NAME]}…"
    if not shown.strip():
        return '`""`'
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if "`" in shown or shown != shown.strip() else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fenced(lines: Iterable[str], language: str) -> str:
    """A block that none of its lines can end."""
    body = "".join(f"{line}\n" for line in lines)
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}{fence}\n"


def _longest_run(text: str) -> int:
    return max(map(len, TICKS.findall(text)), default=0)


def _list(page: _Page, section: Section) -> None:
    if not page.add(f"\n### {section.title}\n\n"):
        return
    for number, line in enumerate(section.lines):
        if number == section.shown or not page.add(f"- {line.with_names(code)}\n"):
            page.is_full = True
            page.insist(f"- and {len(section.lines) - number:,} more\n")
            return


def _problems(page: _Page, review: Review) -> None:
    if not review.problems:
        return
    shown = [
        visible(line)[:LONGEST_LINE]
        for problem in review.problems[:PROBLEMS_SHOWN]
        for line in str(problem).splitlines()
    ]
    left_out = len(review.problems) - PROBLEMS_SHOWN
    if left_out > 0:
        shown.append(f"and {left_out:,} more")
        page.is_full = True
    for block in (shown, shown[:10]):
        if page.add(f"\n### Problems\n\n{fenced(block, 'text')}"):
            return


def _differences(page: _Page, differences: Differences) -> None:
    titled = False
    for title, files in differences:
        if not titled and not page.add("\n### What is rendered\n\n"):
            return
        titled = True
        fold = _folded(title, list(_lines(files)), page.room)
        if not fold or not page.add(fold):
            page.is_full = True
            return
        if page.is_full:
            return


def _lines(files: Iterable[Difference]) -> Iterator[str]:
    for each in files:
        yield from (visible(line) for line in lines_of(each))


def _folded(title: str, lines: list[str], room: int) -> str:
    """One notebook's differences; where there is no room for all of them, the first."""
    whole = _details(title, lines)
    if len(whole) <= room:
        return whole
    if room < WORTH_CUTTING:
        return ""
    cut: list[str] = []
    left = room - len(_details(title, [])) - WORTH_CUTTING // 2
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        cut.append(line)
    fitting = _details(title, [*cut, "(cut here)"])
    return fitting if len(fitting) <= room else ""


def _details(title: str, lines: list[str]) -> str:
    summary = f"<details><summary><code>{escape(visible(title))}</code></summary>"
    return f"{summary}\n\n{fenced(lines, 'diff')}\n</details>\n\n"


def not_judged(reason: str) -> str:
    """The comment where there is nothing else to say."""
    lines = (visible(line)[:LONGEST_LINE] for line in reason.splitlines()[:PROBLEMS_SHOWN])
    return f"{MARKER}\n## Octavo: this could not be judged\n\n{fenced(lines, 'text')}"
