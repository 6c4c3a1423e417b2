"""Names for kinds of problems, by which code scanning groups and mutes them."""

from __future__ import annotations

import re
from typing import NamedTuple


class Rule(NamedTuple):
    """A kind of problem, known by the words of its message."""

    id: str
    description: str
    words: re.Pattern[str]


def _rule(name: str, description: str, words: str) -> Rule:
    return Rule(name, description, re.compile(words, re.IGNORECASE))


# The first that fits; the last fits always.
RULES = (
    _rule("conflict", "Fragments of one layer disagree.", r"to different values"),
    _rule("deprecated", "Something in use should be replaced.", r"\bis deprecated\b|gives you "),
    _rule("duplicate", "Something is there twice.", r"there are two|twice|is taken"),
    _rule("missing", "A field that is needed is not there.", r"is missing in|names no Template"),
    _rule("no-owner", "A notebook belongs to nobody.", r"has no owner"),
    _rule(
        "not-allowed",
        "A Notebook sets what its Template does not let it set.",
        r"lets no Notebook|a Notebook may not|is not for the namespace",
    ),
    _rule(
        "unknown-field",
        "A field has no meaning where it stands.",
        r"is not allowed in|unknown field|has no field",
    ),
    _rule(
        "unknown-name",
        "A name refers to nothing.",
        r"there is no |has no (image|size|option|parameter|revision)|stands in several namespaces",
    ),
    _rule(
        "unreadable",
        "A file cannot be read.",
        r"cannot be read|too large|symbolic link|no regular file|outside the source tree",
    ),
    _rule("invalid", "Something in the catalog, a Notebook or a chart is wrong.", r""),
)


def rule_of(message: str) -> Rule:
    """The rule that a problem breaks."""
    return next(rule for rule in RULES if rule.words.search(message))
