"""Problems as a SARIF 2.1.0 log, which code scanning reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from renderer.cli.reports import remarks
from renderer.cli.rules import RULES, rule_of
from renderer.errors import Problem
from renderer.position import Position

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(problems: Sequence[Problem], version: str) -> str:
    """One run, with the rules that were broken and a result for each problem."""
    broken = {problem: rule_of(problem.message) for problem in problems}
    rules = [rule for rule in RULES if rule in broken.values()]
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {
        "name": "octavo",
        "version": version,
        "rules": [
            {"id": rule.id, "shortDescription": {"text": rule.description}} for rule in rules
        ],
    }
    results = [
        {
            "ruleId": broken[problem].id,
            "ruleIndex": index[broken[problem].id],
            "level": problem.severity.value,
            "message": {"text": "\n".join([problem.message, *remarks(problem)])},
            "locations": [_location(problem.position)],
            **_related(problem.there),
        }
        for problem in problems
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _related(places: Iterable[Position]) -> dict[str, Any]:
    related = [{**_location(place), "message": {"text": "the other place"}} for place in places]
    return {"relatedLocations": related} if related else {}


def _location(position: Position) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(position.file)},
            "region": {"startLine": position.line, "startColumn": position.column},
        }
    }


def _uri(file: str) -> str:
    """A relative reference; a file outside the working directory by its whole address."""
    path = quote(file, errors="surrogateescape")
    return f"file://{path}" if PurePosixPath(file).is_absolute() else path
