"""What an agent may touch is its operator's to say."""

from __future__ import annotations

import pytest

from sync.errors import UsageError
from sync.policy import Conflicts, Policy

PROTECTED = ("kube-system", "kube-public", "kube-node-lease", "istio-system")


@pytest.mark.parametrize(
    ("patterns", "namespace", "allowed"),
    [
        (("*",), "team-a", True),
        (("*",), "default", True),
        (("team-*",), "team-a", True),
        (("team-*",), "other", False),
        (("team-?",), "team-ab", False),
        (("team-[ab]",), "team-b", True),
        (("team-a", "b"), "b", True),
        (("team-a",), "team-ab", False),
        ((), "team-a", False),
        *((("*",), namespace, False) for namespace in PROTECTED),
        *((("kube-*", "istio-*"), namespace, False) for namespace in PROTECTED),
        *(((namespace,), namespace, True) for namespace in PROTECTED),
        *((("*", namespace), namespace, True) for namespace in PROTECTED),
    ],
)
def test_namespaces_and_sources_are_names_or_patterns(
    patterns: tuple[str, ...], namespace: str, *, allowed: bool
) -> None:
    assert Policy(namespaces=patterns).allows_namespace(namespace) is allowed
    assert Policy(dependency_sources=patterns).allows_source(namespace) is allowed


def test_namespaces_and_sources_are_two_things() -> None:
    policy = Policy(namespaces=("team-a",), dependency_sources=("catalog",))
    assert (policy.allows_namespace("catalog"), policy.allows_source("team-a")) == (False, False)


@pytest.mark.parametrize(
    ("patterns", "listed"),
    [
        (("b", "a", "b"), ("a", "b")),
        ((), ()),
        (("*",), None),
        (("a", "b-?"), None),
        (("a", "[ab]"), None),
    ],
)
def test_namespaces_can_be_listed_where_all_are_named(
    patterns: tuple[str, ...], listed: tuple[str, ...] | None
) -> None:
    assert Policy(namespaces=patterns).namespaces_listed() == listed


@pytest.mark.parametrize("agent", ["", "a,b", "a b", "-a", "a-", "a=b", "!a", "a" * 64, "a\n"])
def test_an_agent_has_a_name_that_a_selector_can_hold(agent: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of an agent"):
        Policy(agent=agent)


@pytest.mark.parametrize("field", ["namespaces", "dependency_sources"])
@pytest.mark.parametrize("pattern", ["", "Team", "a/b", "a,b", "a b", "a.b"])
def test_a_pattern_that_no_namespace_can_match_is_a_mistake(field: str, pattern: str) -> None:
    with pytest.raises(UsageError, match="neither a namespace nor a pattern"):
        Policy(**{field: (pattern,)})  # type: ignore[arg-type]


def test_by_default_nothing_is_taken_from_others_and_nothing_emptied() -> None:
    policy = Policy()
    assert policy.conflicts is Conflicts.FAIL
    assert (policy.adopt, policy.allow_empty, policy.prune_all) == (False, False, False)
