"""A plan as a comment on a pull request.

Text from objects stands in code only: in fences that it cannot end, and in <code> with its
markup spelled, where nobody is mentioned and nothing becomes a link.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from sync.counts import counted, plural
from sync.diffs.change import Action, Change, bundles, counts, exit_code, summary
from sync.diffs.lines import Line, Sign, lines_of, title
from sync.diffs.text import printable

# GitHub takes comments of 65,536 characters.
BUDGET = 60_000
BUDGET_OF_A_BUNDLE = 12_000
TICKS = re.compile(r"`+")
SPELLED = {ord(each): f"&#{ord(each)};" for each in "&<>\"'@#:`*_[]()!|\\~"}
SIGNS = {Sign.ADD: "+", Sign.REMOVE: "-", Sign.CHANGE: "!", Sign.NOTE: "#"}
VERDICTS = ("Nothing would change.", "There are changes.", "Some objects are refused.")


def markdown(changes: Collection[Change]) -> str:
    """A summary, a table of counts, and the differences of each bundle to unfold."""
    found = counts(changes)
    rows = [f"| {action} | {number} |" for action, number in found.items()]
    head = [f"**{VERDICTS[exit_code(changes)]}** {summary(found)}", ""]
    table = ["| action | objects |", "| --- | ---: |", *rows, ""]
    return "\n".join([*head, *table, *_fitting(changes)])


def _fitting(changes: Collection[Change]) -> Iterator[str]:
    left, omitted = BUDGET, 0
    for name, members in bundles(changes):
        text = _bundle(name, members)
        if omitted or len(text) > left:
            omitted += 1
            continue
        left -= len(text)
        yield text
    if omitted:
        yield f"{counted(omitted, 'more bundle')} {plural(omitted, 'is', 'are')} not shown.\n"


def _bundle(name: str, members: Sequence[Change]) -> str:
    body = _cut([line for change in members for line in _diff(change)])
    longest = max((len(run) for line in body for run in TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    # The tags stand at the beginnings of lines, and an empty line ends their HTML.
    head = f"<details><summary>{_code(name)}: {_said(members)}</summary>"
    return "\n".join([head, "", f"{fence}diff", *body, fence, "", "</details>", ""])


def _said(members: Sequence[Change]) -> str:
    found = counts(members)
    return ", ".join(f"{number} {action}" for action, number in found.items() if number)


def _diff(change: Change) -> Iterator[str]:
    yield f"@@ {title(change).text} @@"
    for line in lines_of(change):
        yield from _signed(line)
    if change.action is Action.DELETE:
        yield f"- {printable(change.key)}"


def _signed(line: Line) -> Iterator[str]:
    if line.old or line.new:
        yield f"- {line.old}"
        yield f"+ {line.new}"
    else:
        yield f"{SIGNS[line.sign]} {line.text}"


def _cut(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > BUDGET_OF_A_BUNDLE:
            return [*kept, f"# … {counted(len(lines) - len(kept), 'more line')}"]
        kept.append(line)
    return kept


def _code(text: str) -> str:
    return f"<code>{printable(text).translate(SPELLED)}</code>"
