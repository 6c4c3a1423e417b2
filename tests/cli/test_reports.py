import json

import pytest

from renderer.cli import github, reports, sarif
from renderer.cli.reports import as_json, counts
from renderer.cli.rules import RULES, rule_of
from renderer.cli.terminal import Pen
from renderer.errors import Problem, Severity
from renderer.position import Position

WRONG = Problem(
    Position("notebooks/a, b:c%.yaml", 3, 5),
    'there is no Template "jupiter"',
    expected="one of jupyter, rstudio",
    hint='did you mean "jupyter"?',
    there=(Position("catalog/t.yaml", 1, 1),),
)
OLD = Problem(
    Position("notebooks/old.yaml", 9, 1),
    "the image 2024-10 is deprecated: 100% gone,\nsoon",
    severity=Severity.WARNING,
)


def test_people_read_one_line_a_problem_and_below_it_what_helps() -> None:
    assert reports.text([WRONG, OLD], Pen()) == (
        'notebooks/a, b:c%.yaml:3:5: error: there is no Template "jupiter"\n'
        "  expected: one of jupyter, rstudio\n"
        "  there: catalog/t.yaml:1:1\n"
        '  hint: did you mean "jupyter"?\n'
        "notebooks/old.yaml:9:1: warning: the image 2024-10 is deprecated: 100% gone,\\nsoon\n"
    )


def test_on_a_terminal_errors_are_red_and_warnings_yellow() -> None:
    first, second = reports.text([OLD, WRONG], Pen(colour=True)).splitlines()[:2]
    assert first.startswith("\x1b[1mnotebooks/old.yaml:9:1\x1b[0m: \x1b[33mwarning\x1b[0m: ")
    assert ": \x1b[31merror\x1b[0m: " in second


def test_a_message_cannot_take_over_the_terminal() -> None:
    hostile = Problem(Position("a\x1b[2J.yaml", 1, 1), "no \x9b2J\u202e\udcff field \r gone")
    assert reports.text([hostile], Pen()) == (
        "a\\x1b[2J.yaml:1:1: error: no \\x9b2J\\u202e\\udcff field \\r gone\n"
    )


@pytest.mark.parametrize(
    ("problems", "notebooks", "line"),
    [
        ([], 0, "no problems in 0 notebooks"),
        ([], 1, "no problems in 1 notebook"),
        ([OLD], 2, "1 warning in 2 notebooks"),
        ([WRONG, WRONG], 1_042, "2 errors in 1,042 notebooks"),
        ([WRONG, OLD, OLD], 42, "1 error, 2 warnings in 42 notebooks"),
    ],
)
def test_the_last_line_counts(problems: list[Problem], notebooks: int, line: str) -> None:
    assert counts(problems, notebooks) == line


def test_programs_read_json() -> None:
    assert json.loads(as_json([WRONG, OLD], 42)) == {
        "notebooks": 42,
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "severity": "error",
                "file": "notebooks/a, b:c%.yaml",
                "line": 3,
                "column": 5,
                "message": 'there is no Template "jupiter"',
                "expected": "one of jupyter, rstudio",
                "hint": 'did you mean "jupyter"?',
                "there": [{"file": "catalog/t.yaml", "line": 1, "column": 1}],
            },
            {
                "severity": "warning",
                "file": "notebooks/old.yaml",
                "line": 9,
                "column": 1,
                "message": "the image 2024-10 is deprecated: 100% gone,\nsoon",
                "expected": "",
                "hint": "",
                "there": [],
            },
        ],
    }


def test_github_reads_one_command_a_problem_with_everything_escaped() -> None:
    assert github.commands([WRONG, OLD]) == (
        "::error file=notebooks/a%2C b%3Ac%25.yaml,line=3,col=5,title=octavo::"
        'there is no Template "jupiter"%0Aexpected: one of jupyter, rstudio'
        '%0Athere: catalog/t.yaml:1:1%0Ahint: did you mean "jupyter"?\n'
        "::warning file=notebooks/old.yaml,line=9,col=1,title=octavo::"
        "the image 2024-10 is deprecated: 100%25 gone,\\nsoon\n"
    )


def test_a_message_cannot_smuggle_in_a_command_of_its_own() -> None:
    hostile = Problem(Position("a\n::x::.yaml", 1, 1), "one\r\n::set-output name=a::b")
    written = github.commands([hostile])
    assert written.count("\n") == 1
    assert "\r" not in written
    assert written.startswith("::error file=a\\n%3A%3Ax%3A%3A.yaml,")


def test_code_scanning_reads_sarif() -> None:
    assert json.loads(sarif.log([WRONG, OLD], "1.2.3")) == {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "octavo",
                        "version": "1.2.3",
                        "rules": [
                            {
                                "id": "deprecated",
                                "shortDescription": {
                                    "text": "Something in use should be replaced."
                                },
                            },
                            {
                                "id": "unknown-name",
                                "shortDescription": {"text": "A name refers to nothing."},
                            },
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": "unknown-name",
                        "ruleIndex": 1,
                        "level": "error",
                        "message": {
                            "text": 'there is no Template "jupiter"\n'
                            "expected: one of jupyter, rstudio\n"
                            "there: catalog/t.yaml:1:1\n"
                            'hint: did you mean "jupyter"?'
                        },
                        "locations": [place("notebooks/a%2C%20b%3Ac%25.yaml", 3, 5)],
                        "relatedLocations": [
                            {
                                **place("catalog/t.yaml", 1, 1),
                                "message": {"text": "the other place"},
                            }
                        ],
                    },
                    {
                        "ruleId": "deprecated",
                        "ruleIndex": 0,
                        "level": "warning",
                        "message": {"text": "the image 2024-10 is deprecated: 100% gone,\nsoon"},
                        "locations": [place("notebooks/old.yaml", 9, 1)],
                    },
                ],
            }
        ],
    }


def place(uri: str, line: int, column: int) -> dict[str, object]:
    region = {"startLine": line, "startColumn": column}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def test_a_run_without_problems_is_a_run_all_the_same() -> None:
    (run,) = json.loads(sarif.log([], "1"))["runs"]
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_a_file_outside_the_working_directory_is_named_by_its_whole_address() -> None:
    away = Problem(Position("/srv/tree/a b.yaml", 1, 1), "wrong")
    (run,) = json.loads(sarif.log([away], "1"))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "file:///srv/tree/a%20b.yaml"


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("PodDefault a/x and PodDefault a/y set spec.x to different values", "conflict"),
        ("there are two Notebooks a/b", "duplicate"),
        ('the variable "A" is given twice', "duplicate"),
        ('"spec" is missing in the document', "missing"),
        ("the Notebook a/b has no owner, so nobody is granted anything", "no-owner"),
        ('the Template "a" lets no Notebook set image', "not-allowed"),
        ('"imgae" is not allowed in spec', "unknown-field"),
        ("there is no PodDefault s4", "unknown-name"),
        ('the Template "a" has no size "huge"', "unknown-name"),
        ("the file cannot be read: Permission denied", "unreadable"),
        ("whatever else there is", "invalid"),
    ],
)
def test_problems_are_grouped_by_rule(message: str, rule: str) -> None:
    assert rule_of(message).id == rule


def test_rules_have_names_of_their_own_and_the_last_takes_all() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert RULES[-1].words.search("")
