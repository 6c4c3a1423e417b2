"""Text from objects takes over neither a terminal nor a pull request."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sync.diffs import Action, Change, as_json, human, markdown
from sync.objects import Key

TRICKS = [
    "```\n</details>\n\n<script>alert(1)</script>",
    "\n```\n\n[click](https://evil.example.com) @everyone #1",
    "``````````",
    "~~~~\n<img src=x onerror=y>",
    "\x1b[2J\x1b]0;title\x07",
    "\r\x7f\x9b\u202egnp.exe\u2066\u200b\ufeff",
    "</code></summary></details><b>@team</b> https://evil.example.com",
    "\ud800 half a character",
    "| a | b |\n| --- | --- |",
    "\u2028\u0085\x0b\x0c\x1c",
]
TEXTS = st.sampled_from(TRICKS) | st.text(st.characters(), max_size=20)
HTML_OF_OURS = re.compile(
    r"<details><summary><code>[^<>@`\n]*</code>: [a-z0-9, ]+</summary>\n?|</details>\n?"
)


def changes(text: str) -> list[Change]:
    key = Key("", text, text, text)
    before = {"metadata": {"annotations": {text: text}}, text: [{"name": text, "x": text}]}
    after = {
        "metadata": {"annotations": {"a": text * 2}},
        text: [{"name": text, "x": [text]}, {"name": "new", text: {text: [text]}}],
    }
    return [
        Change(Action.UPDATE, key, text, before, after, (text,)),
        Change(Action.CREATE, key, f"1{text}", None, after),
        Change(Action.DELETE, key, f"2{text}", before),
        Change(Action.REFUSED, key, f"3{text}", before, after, (text,)),
    ]


@given(TEXTS)
def test_a_line_of_a_terminal_holds_no_control(text: str) -> None:
    lines = human(changes(text)).split("\n")
    assert [line for line in lines if not line.isprintable()] == []


@given(TEXTS)
def test_a_coloured_line_holds_only_our_colours(text: str) -> None:
    lines = human(changes(text), color=True).split("\n")
    bare = [re.sub(r"\x1b\[(1|31|32|33|36)m|\x1b\[0m", "", line) for line in lines]
    assert [line for line in bare if not line.isprintable()] == []
    assert "\n".join(bare) == human(changes(text))


@given(TEXTS)
def test_json_is_ascii_without_controls_and_reads_back(text: str) -> None:
    written = as_json(changes(text))
    assert all(line.isascii() and line.isprintable() for line in written.split("\n"))
    names = {change["name"] for change in json.loads(written)["changes"]}
    assert names == {json.loads(json.dumps(text))}


def tokens(text: str) -> list[Any]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(text)


@given(TEXTS)
def test_a_comment_is_a_summary_a_table_and_folded_code(text: str) -> None:
    """CommonMark's own reader finds nothing else in it, and no HTML but ours."""
    written = markdown(changes(text))
    blocks = [token for token in tokens(written) if token.level == 0]
    kinds = [token.type for token in blocks]

    summary_and_table = ["paragraph_open", "paragraph_close", "table_open", "table_close"]
    assert kinds == [*summary_and_table, *(["html_block", "fence", "html_block"] * 4)]
    for block in blocks:
        if block.type == "html_block":
            assert HTML_OF_OURS.fullmatch(block.content), block.content
        if block.type == "fence":
            assert block.info == "diff"
            assert all(line[:1] in set("+-!#@") for line in block.content.splitlines())


@given(TEXTS)
def test_outside_of_code_there_is_nobody_to_mention_and_nothing_to_follow(text: str) -> None:
    written = markdown(changes(text))
    outside = [token.content for token in tokens(written) if token.type in {"inline", "html_block"}]
    assert [each for each in outside if "@" in each or "://" in each or "`" in each] == []


@pytest.mark.parametrize("count", [1, 5, 40])
def test_a_fence_is_longer_than_any_run_in_it(count: int) -> None:
    change = Change(Action.UPDATE, Key("", "A", "", "a"), "b", {"x": 1}, {"x": "`" * count})
    (fence,) = [token for token in tokens(markdown([change])) if token.type == "fence"]
    assert len(fence.markup) == max(3, count + 1)


def test_a_comment_stays_within_what_github_takes() -> None:
    after = {"data": {f"key{number}": "x" * 100 for number in range(10)}}
    many = [
        Change(
            Action.CREATE, Key("", "ConfigMap", "a", f"c{n}"), f"notebooks/a/{n:04}", None, after
        )
        for n in range(500)
    ]
    written = markdown(many)
    assert 50_000 < len(written) < 65_536
    shown = written.count("<details>")
    assert written.endswith(f"{500 - shown} more bundles are not shown.\n")
    assert "500 to create" in written
    assert markdown(many[: shown + 1]).endswith("1 more bundle is not shown.\n")


def test_one_great_bundle_is_cut_and_still_closed() -> None:
    after = {"data": {"key": "x" * 100}}
    many = [
        Change(Action.CREATE, Key("", "ConfigMap", "a", f"c{n}"), "notebooks/a/b", None, after)
        for n in range(500)
    ]
    written = markdown(many)
    assert len(written) < 15_000
    assert [token.type for token in tokens(written) if token.level == 0][-3:] == [
        "html_block",
        "fence",
        "html_block",
    ]
    assert re.search(r"^# … [\d,]+ more lines$", written, re.MULTILINE)
