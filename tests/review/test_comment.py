"""The comment: nothing that somebody wrote is read as Markdown, and it is never too long."""

import html
import json
import re

import pytest

from renderer.review.markdown import LEAST, LIMIT, MARKER, code, fenced, not_judged
from renderer.review.said import visible
from tests.review.trees import CATALOG, Files, Open, notebook

OWNER = "mallory@example.com"
FENCE = re.compile(r"^(`{3,})[a-z]+\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
HOSTILE = [
    "@everyone",
    "`@everyone`",
    "``` \n@everyone",
    "</code></summary></details><script>alert(1)</script>",
    "[click](https://evil.example.com)",
    "![x](https://evil.example.com/x.png)",
    "https://evil.example.com",
    "<!-- octavo review -->",
    "a|b|c",
    "\n\n# Approved\n",
    "\u202egnp.exe",
    "zero\u200bwidth",
    "``",
    " `",
    "",
]


def outside_of_code(comment: str) -> str:
    """What a forge reads as Markdown: the rest is code, which it only shows."""
    return SPAN.sub("", FENCE.sub("", comment))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_stays_inside_its_code(text: str) -> None:
    written = f"- before {code(text)} after"
    assert outside_of_code(written) == "- before  after"
    assert written.isprintable()


@pytest.mark.parametrize("text", [*HOSTILE, "```", "````\n```\n"])
def test_a_block_ends_where_we_end_it(text: str) -> None:
    block = fenced(map(visible, text.splitlines()), "diff")
    assert outside_of_code(block) == "\n"


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.strip()])
def test_paths_owners_and_values_are_never_read_as_markdown(text: str, opened: Open) -> None:
    path = "docs2/" + text.replace("/", "\u2215").replace("\n", "\u2028")
    owner = json.dumps(f"{text} x")
    changed = {
        path: "a\n",
        "notebooks/a.yaml": notebook("lab/a", owner),
        "notebooks/b.yaml": notebook(
            "lab/b", OWNER, f"  env: [{{name: A, value: {json.dumps(text)}}}]\n"
        ),
    }
    comment = opened(changed, "mallory").markdown()
    assert comment.startswith(MARKER)
    left = outside_of_code(comment.removeprefix(MARKER))
    left = re.sub(r"<details><summary><code>[a-z/]+</code></summary>|</details>", "", left)
    assert not re.search(r"[<>@`\[\]|]|https?:|Approved", left), left


def test_the_title_of_a_fold_is_html_and_is_escaped(opened: Open) -> None:
    comment = opened({"notebooks/a.yaml": notebook("lab/a", OWNER)}).markdown()
    titles = re.findall(r"<summary><code>(.*?)</code></summary>", comment)
    assert titles == ["lab/a"]
    assert all(html.unescape(title) == title for title in titles)


@pytest.mark.parametrize("limit", [LEAST, 5_000, LIMIT])
def test_it_is_cut_to_what_the_forge_takes(limit: int, opened: Open) -> None:
    many: Files = {f"notebooks/m/{n}.yaml": notebook(f"lab/n{n}", OWNER) for n in range(60)}
    refused = {f"docs2/{'x' * 180}{n}.md": "a\n" for n in range(60)}
    broken = {
        f"notebooks/x/{n}.yaml": notebook(f"lab/x{n}", OWNER, "  size: none\n") for n in range(60)
    }
    pull = opened({**many, **refused, **broken})
    comment = pull.markdown(limit)
    assert len(comment) <= limit
    assert comment.endswith("shows the rest.\n")
    assert "Refused" in comment
    assert len(FENCE.findall(comment)) == comment.count("```") // 2
    assert comment.count("<details>") == comment.count("</details>")
    assert limit < LIMIT or "- and 10 more\n" in comment
    assert len(pull.text()) > LIMIT


def test_what_fits_has_no_pointer(opened: Open) -> None:
    comment = opened({"notebooks/a.yaml": notebook("lab/a", OWNER)}).markdown()
    assert "shows the rest" not in comment
    assert "+  name: a" in comment


def test_one_long_difference_is_shown_as_far_as_it_goes(opened: Open) -> None:
    env = "".join(f"  - {{name: V{n}, value: {'v' * 80}}}\n" for n in range(400))
    comment = opened({"notebooks/a.yaml": notebook("lab/a", OWNER, f"  env:\n{env}")}).markdown(
        8_000
    )
    assert "(cut here)\n```" in comment
    assert 6_000 < len(comment) <= 8_000


def test_the_data_of_secrets_is_masked_everywhere(opened: Open) -> None:
    chart = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ name }}-s\n"
        "  namespace: {{ namespace }}\nstringData:\n  word: %s\n"
    )
    base: Files = {"charts/notebook/secret.yaml": chart % "sesame"}
    pull = opened({"charts/notebook/secret.yaml": chart % "mellon"}, "root", base)
    for said in (pull.markdown(), pull.text(), json.dumps(pull.data())):
        assert "secret" in said
        assert "*** (after)" in said
        assert "sesame" not in said
        assert "mellon" not in said


def test_the_same_is_said_twice_in_the_same_bytes(opened: Open) -> None:
    pull = opened({"catalog/all.yaml": CATALOG.replace("base:1", "base:2")}, "root")
    assert pull.markdown() == pull.markdown()


def test_data_says_what_words_say(opened: Open) -> None:
    pull = opened({"notebooks/research/churn.yaml": None})
    data = json.loads(json.dumps(pull.data()))
    assert data["fine"] is False
    assert data["actor"] == {"login": "mallory", "user": OWNER, "admin": False}
    assert data["notebooks"] == [
        {
            "name": "research/churn",
            "change": "removed",
            "owner": "alice@example.com",
            "files": ["notebooks/research/churn.yaml"],
        }
    ]
    assert {each["kind"] for each in data["effects"]} == {"gone", "storage"}
    assert data["refusals"][0]["file"] == "notebooks/research/churn.yaml"
    assert data["differences"][0]["name"] == "research/churn"


def test_what_could_not_be_judged_is_a_comment_too() -> None:
    comment = not_judged("no ```\n@everyone")
    assert comment.startswith(MARKER)
    assert "@" not in outside_of_code(comment)
