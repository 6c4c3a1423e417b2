"""Why a round prunes nothing at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.policy import Policy
from sync.pruning import Evidence, guard

GOOD = Evidence(
    whole=True,
    bundles=20,
    known=20,
    gone=10,
    policy=Policy(),
    revision="abc123",
    cluster="uid-1",
    expected_cluster="uid-1",
)
LIFTED = {"policy": Policy(allow_empty=True)}
EMPTY = "the source at abc123 is empty, and the cluster has 3 bundles: --allow-empty removes them"
SECRETS = "Secret cannot be listed: it is forbidden; grant it, or take the kind off --kinds"
ROUTES = (
    "Ingress.networking.k8s.io cannot be listed: it ended early;"
    " grant it, or take the kind off --kinds"
)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="half of the bundles are gone"),
        pytest.param({"known": 10, "gone": 10}, id="all of ten are gone"),
        pytest.param({"bundles": 0, "known": 0, "gone": 0}, id="nothing is anywhere"),
        pytest.param({"known": 0, "gone": 0, "cluster": "x", "expected_cluster": ""}, id="no pin"),
        pytest.param({"bundles": 0, "known": 20, "gone": 20, **LIFTED}, id="empty, and allowed"),
        pytest.param({"known": 20, "gone": 20, **LIFTED}, id="most are gone, and allowed"),
    ],
)
def test_something_may_be_pruned(change: dict[str, Any]) -> None:
    assert guard(replace(GOOD, **change)) == ()


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"bundles": 0, "known": 3, "gone": 3}, [EMPTY]),
        (
            {"bundles": 0, "known": 30, "gone": 30, "revision": ""},
            ["the source is empty, and the cluster has 30 bundles: --allow-empty removes them"],
        ),
        (
            {"bundles": 0, "known": 1, "gone": 1, "revision": ""},
            ["the source is empty, and the cluster has 1 bundle: --allow-empty removes it"],
        ),
        (
            {"known": 11, "gone": 6},
            [
                "6 of 11 bundles in the cluster are gone from the source at abc123,"
                " more than half: --allow-empty removes them"
            ],
        ),
        ({"whole": False}, ["the source at abc123 was not read whole"]),
        ({"whole": False, **LIFTED}, ["the source at abc123 was not read whole"]),
        ({"whole": False, "revision": "", "known": 0}, ["the source was not read whole"]),
        ({"failures": {"Secret": "it is forbidden"}}, [SECRETS]),
        (
            {
                "failures": {
                    "Secret": "it is forbidden",
                    "Ingress.networking.k8s.io": "it ended early",
                }
            },
            [ROUTES, SECRETS],
        ),
        ({"failures": {"Secret": "it is forbidden"}, **LIFTED}, [SECRETS]),
        (
            {"cluster": "uid-2", **LIFTED},
            [
                "this is another cluster (uid-2) than the one that was pinned (uid-1);"
                " --cluster uid-2 says that it is meant"
            ],
        ),
        (
            {"cluster": ""},
            ["this is another cluster (unknown) than the one that was pinned (uid-1)"],
        ),
    ],
)
def test_nothing_is_pruned_and_the_reason_is_said(
    change: dict[str, Any], reasons: list[str]
) -> None:
    assert list(guard(replace(GOOD, **change))) == reasons


def test_all_reasons_are_said_at_once() -> None:
    bad = replace(
        GOOD, whole=False, bundles=0, failures={"Secret": "it is forbidden"}, cluster="uid-2"
    )

    assert len(guard(bad)) == 4
