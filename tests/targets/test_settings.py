"""What a target says lies over what all say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import UsageError
from renderer.model.settings import Route, Routing, Target
from renderer.sources import SourceTree
from renderer.targets import chosen, settings_at
from renderer.workspace import Workspace, open_workspace

Declare = Callable[[str], None]
COMMON = Route(
    Routing.ISTIO,
    "nb.example.com",
    gateway="kf/gw",
    annotations={"a": "common", "b": "common"},
)


def opened(root: Path) -> Workspace:
    return open_workspace(SourceTree(root))


def target(root: Path) -> Target:
    workspace = opened(root)
    assert workspace.problems == ()
    [target] = workspace.settings.targets
    return target


def test_silence_is_what_all_say(root: Path, declare: Declare) -> None:
    declare("targets: {eu: {}}")
    values = {"s3": {"region": "none", "bucket": "nb"}, "list": [1, 2]}
    assert target(root) == Target("eu", route=COMMON, values=values)


@pytest.mark.parametrize(
    ("routing", "expected"),
    [
        (
            "{host: eu.example.com, annotations: {b: own, c: own}}",
            Route(
                Routing.ISTIO,
                "eu.example.com",
                gateway="kf/gw",
                annotations={"a": "common", "b": "own", "c": "own"},
            ),
        ),
        ("istio", COMMON),
        ("{kind: istio, gateway: x}", Route(Routing.ISTIO, COMMON.host, gateway="x",
                                            annotations=COMMON.annotations)),
        ("ingress", Route(Routing.INGRESS)),
        ("{kind: ambassador, host: x}", Route(Routing.AMBASSADOR, "x", prefix="")),
    ],
)  # fmt: skip
def test_routing_of_the_same_kind_is_laid_over(
    root: Path, declare: Declare, routing: str, expected: Route
) -> None:
    declare(f"targets: {{eu: {{routing: {routing}}}}}")
    assert target(root).route == expected


def test_routing_is_laid_over_none(root: Path) -> None:
    root.joinpath("octavo.yaml").write_text("targets: {eu: {routing: {host: x}}}", encoding="utf-8")
    assert target(root).route == Route(host="x")


def test_values_are_laid_over_mapping_by_mapping(root: Path, declare: Declare) -> None:
    declare("targets: {eu: {values: {s3: {region: eu}, list: [3], new: {a: 1}}}}")
    common = opened(root).settings.values
    assert target(root).values == {
        "s3": {"region": "eu", "bucket": "nb"},
        "list": [3],
        "new": {"a": 1},
    }
    assert common == {"s3": {"region": "none", "bucket": "nb"}, "list": [1, 2]}


def test_at_a_target_only_routing_and_values_differ(root: Path, declare: Declare) -> None:
    declare("networkPolicy: true\ntargets: {eu: {routing: {host: x}, values: {list: []}}}")
    settings = opened(root).settings
    there = settings_at(settings, settings.targets[0])
    assert (there.route.host, there.values["list"]) == ("x", [])
    assert (there.network_policy, there.targets) == (True, settings.targets)


def test_a_gateway_is_asked_for_where_it_is_used(root: Path) -> None:
    settings = (
        "routing: gateway\n"
        "targets:\n"
        "  eu: {path: eu, routing: {gateway: kf/gw}}\n"
        "  us: {path: us}\n"
        "  lab: {path: lab, routing: none}\n"
    )
    root.joinpath("octavo.yaml").write_text(settings, encoding="utf-8")
    assert [str(problem.position) for problem in opened(root).problems] == ["octavo.yaml:4:3"]


def test_targets_are_chosen_by_name_in_their_own_order(root: Path, declare: Declare) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}, lab: {path: lab}}")
    settings = opened(root).settings
    assert [each.name for each in chosen(settings)] == ["eu", "us", "lab"]
    assert [each.name for each in chosen(settings, ["lab", "eu", "lab"])] == ["eu", "lab"]
    with pytest.raises(UsageError, match='no target "uss"; did you mean "us"'):
        chosen(settings, ["eu", "uss"])
    with pytest.raises(UsageError, match='no target "zebra"; there are eu, us, lab'):
        chosen(settings, ["zebra"])


def test_without_targets_none_can_be_chosen(root: Path, declare: Declare) -> None:
    declare("")
    assert chosen(opened(root).settings) == ()
    with pytest.raises(UsageError, match=r'no target "eu"; octavo.yaml declares none'):
        chosen(opened(root).settings, ["eu"])


def test_the_example_of_the_documentation_is_read_without_a_problem(root: Path) -> None:
    page = Path(__file__).parents[2].joinpath("docs/targets.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    root.joinpath("octavo.yaml").write_text(example, encoding="utf-8")
    workspace = opened(root)
    assert workspace.problems == ()
    assert [each.name for each in workspace.settings.targets] == ["eu", "us", "lab"]
