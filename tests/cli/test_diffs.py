import base64

from renderer.cli.diffs import change_of, unified
from renderer.cli.terminal import Pen
from renderer.output import Change, Difference

OLD = "kind: Service\nmetadata:\n  name: a\nspec:\n  type: NodePort\n"
NEW = "kind: Service\nmetadata:\n  name: a\nspec:\n  type: ClusterIP\n"


def test_a_changed_file_is_a_unified_diff() -> None:
    assert unified(Difference("notebooks/x/a/service.yaml", OLD, NEW), "out", Pen()) == (
        "--- out/notebooks/x/a/service.yaml\n"
        "+++ out/notebooks/x/a/service.yaml\n"
        "@@ -2,4 +2,4 @@\n"
        " metadata:\n"
        "   name: a\n"
        " spec:\n"
        "-  type: NodePort\n"
        "+  type: ClusterIP\n"
    )


def test_a_new_file_comes_from_nowhere_and_a_removed_one_goes_there() -> None:
    new = unified(Difference("a.yaml", None, "kind: A\n"), "out", Pen())
    gone = unified(Difference("a.yaml", "kind: A\n", None), "out", Pen())
    assert new == "--- /dev/null\n+++ out/a.yaml\n@@ -0,0 +1 @@\n+kind: A\n"
    assert gone == "--- out/a.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-kind: A\n"


def test_on_a_terminal_it_is_coloured() -> None:
    lines = unified(Difference("a.yaml", "a: 1\n", "a: 2\n"), "out", Pen(colour=True)).splitlines()
    assert lines == [
        "\x1b[1m--- out/a.yaml\x1b[0m",
        "\x1b[1m+++ out/a.yaml\x1b[0m",
        "\x1b[36m@@ -1 +1 @@\x1b[0m",
        "\x1b[31m-a: 1\x1b[0m",
        "\x1b[32m+a: 2\x1b[0m",
    ]


def test_a_line_that_begins_with_two_dashes_is_no_heading() -> None:
    shown = unified(Difference("a", "-- x\n", "++ y\n"), "out", Pen(colour=True)).splitlines()
    assert shown[3:] == ["\x1b[31m--- x\x1b[0m", "\x1b[32m+++ y\x1b[0m"]


def test_a_file_that_stood_cannot_take_over_the_terminal() -> None:
    assert "\x1b" not in unified(Difference("a", "x: \x1b[2J\n", "x: 1\n"), "out", Pen())


def secret(**data: str) -> str:
    lines = [
        f"  {name}: {base64.b64encode(value.encode()).decode()}" for name, value in data.items()
    ]
    return "\n".join([
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        "  name: s",
        "data:",
        *lines,
        "",
    ])


def test_the_data_of_a_secret_is_masked_and_what_changed_can_be_told() -> None:
    shown = unified(
        Difference("secret.yaml", secret(a="hunter2", b="same"), secret(a="hunter3", b="same")),
        "out",
        Pen(),
    )
    assert shown.splitlines()[2:] == [
        "@@ -3,5 +3,5 @@",
        " metadata:",
        "   name: s",
        " data:",
        '-  a: "*** (before)"',
        '+  a: "*** (after)"',
        '   b: "***"',
    ]


def test_no_secret_is_shown_wherever_it_stands() -> None:
    word = "c2VzYW1l"
    old = f"""\
kind: ConfigMap
data: {{a: b}}
---
apiVersion: v1
kind: "\\x53ecret"
metadata:
  name: s
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"data":{{"a":"{word}"}}}}'
data: {{a: {word}}}
stringData:
  b: |
    {word}
"""
    for one, other in ((old, None), (None, old), (old, "kind: Secret\n"), ("kind: Secret\n", old)):
        assert word not in unified(Difference("s.yaml", one, other), "out", Pen())


def test_what_cannot_be_read_and_may_hold_a_secret_is_not_shown() -> None:
    shown = unified(
        Difference("s.yaml", "kind: Secret\ndata: [sesame\n", "kind: A\n"), "out", Pen()
    )
    assert "sesame" not in shown
    assert "not shown" in shown


def test_what_only_names_secrets_is_shown_whole() -> None:
    old, new = "kind: Pod\na: Secret\nb: 1\n", "kind: Pod\na: Secret\nb: 2\n"
    assert "-b: 1\n+b: 2\n" in unified(Difference("p.yaml", old, new), "out", Pen())


def test_a_bundle_is_new_gone_or_changed() -> None:
    new, gone = Difference("a", None, "x"), Difference("b", "x", None)
    assert change_of([new, new]) is Change.ADDED
    assert change_of([gone]) is Change.REMOVED
    assert change_of([new, gone]) is Change.CHANGED
