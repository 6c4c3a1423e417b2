"""Two tools apply one field: who wins is the operator's to say, or git's for one object."""

from __future__ import annotations

import json

import pytest

from tests.sync.bundles_of import Desk
from tests.sync.program import good

ANNOTATION = "jackhoman.dev/conflicts"
IMAGE = '.spec.template.spec.containers[name="main"].image'


def another(desk: Desk, image: str = "other:1") -> None:
    """A tool that applies another image."""
    spec = {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}
    meta = {"name": "churn"}
    text = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec}
    flags = ("--force-conflicts", "--validate=false")
    desk.cluster.apply(json.dumps(text), *flags, manager="another-tool")


def image(desk: Desk) -> str:
    found: str = desk.live("statefulset")["spec"]["template"]["spec"]["containers"][0]["image"]
    return found


def contested(desk: Desk) -> None:
    desk.begin()
    another(desk)
    desk.objects["statefulset"]["metadata"]["labels"]["is"] = "new"
    desk.objects["service"]["metadata"]["labels"]["is"] = "new"
    desk.commit()


def label(desk: Desk, kind: str) -> str | None:
    found: str | None = desk.live(kind)["metadata"]["labels"].get("is")
    return found


@pytest.mark.parametrize("words", [(), ("--conflicts=fail",)])
def test_fail_names_manager_and_field_and_writes_nothing_of_the_object(
    desk: Desk, words: tuple[str, ...]
) -> None:
    contested(desk)

    with desk.recording() as recording:
        done = desk.sync(*words)

    assert done.code == 1
    assert f"{IMAGE} (another-tool)" in done.out
    assert not [each for each in recording.writes() if "/statefulsets/" in each.uri]
    assert (image(desk), label(desk, "statefulset")) == ("other:1", None)
    assert label(desk, "service") == "new"


def test_force_takes_the_field_back(desk: Desk) -> None:
    contested(desk)

    good(desk.sync("--conflicts=force"))

    assert (image(desk), label(desk, "statefulset")) == ("base:1", "new")
    assert desk.settled() == []


def test_yield_leaves_the_field_and_does_the_rest(desk: Desk) -> None:
    contested(desk)

    done = good(desk.sync("--conflicts=yield"))

    assert "another-tool" in desk.sync("--conflicts=yield").out + done.out
    assert (image(desk), label(desk, "statefulset")) == ("other:1", "new")
    desk.settled("--conflicts=yield")
    another(desk, "other:2")
    desk.settled("--conflicts=yield")
    assert image(desk) == "other:2"


def test_yield_gives_way_to_controllers_and_not_to_hands(desk: Desk) -> None:
    desk.begin()
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "hpa:1"}]}}}}
    desk.patch("statefulset", "churn", patch, "--field-manager=scaler", how="strategic")
    desk.patch("service", "churn", {"spec": {"selector": {"jackhoman.dev/part": "none"}}})

    good(desk.sync("--conflicts=yield"))

    assert image(desk) == "hpa:1"
    assert desk.live("service")["spec"]["selector"]["jackhoman.dev/part"] == "pod"
    desk.settled("--conflicts=yield")
    good(desk.sync())
    assert image(desk) == "base:1"


@pytest.mark.parametrize(
    ("flag", "annotation", "expected"),
    [
        ("fail", "force", (0, "base:1")),
        ("fail", "yield", (0, "other:1")),
        ("force", "fail", (1, "other:1")),
        ("force", "yield", (0, "other:1")),
    ],
)
def test_git_may_say_it_for_one_object(
    desk: Desk, flag: str, annotation: str, expected: tuple[int, str]
) -> None:
    desk.objects["statefulset"]["metadata"]["annotations"] = {ANNOTATION: annotation}
    contested(desk)

    done = desk.sync(f"--conflicts={flag}")

    assert (done.code, image(desk)) == expected, done.said


def test_what_the_live_object_says_of_it_counts_for_nothing(desk: Desk) -> None:
    contested(desk)
    desk.cluster.kubectl("annotate", "statefulset", "churn", f"{ANNOTATION}=yield")

    done = desk.sync("--conflicts=force")

    assert (done.code, image(desk)) == (0, "base:1")
    assert desk.live("statefulset")["metadata"]["annotations"][ANNOTATION] == "yield"
    another(desk)
    desk.patch("statefulset", "churn", {"metadata": {"annotations": {ANNOTATION: "force"}}})
    assert desk.sync().code == 1
    assert image(desk) == "other:1"


@pytest.mark.parametrize("policy", ["fail", "yield"])
def test_our_own_marks_are_nobody_elses(desk: Desk, policy: str) -> None:
    desk.begin()
    marks = {"jackhoman.dev/agent": "theirs", "applyset.kubernetes.io/part-of": "applyset-x-v1"}
    ours = {name: desk.live("service")["metadata"]["labels"][name] for name in marks}
    text = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "churn", "labels": {"jackhoman.dev/agent": "theirs"}},
    }
    desk.cluster.apply(json.dumps(text), "--force-conflicts", manager="another-tool")
    assert desk.live("service")["metadata"]["labels"]["jackhoman.dev/agent"] == "theirs"

    good(desk.sync(f"--conflicts={policy}"))

    labels = desk.live("service")["metadata"]["labels"]
    assert {name: labels[name] for name in marks} == ours
    desk.settled(f"--conflicts={policy}")


def test_a_hand_is_no_conflict(desk: Desk) -> None:
    desk.begin()
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "hand:1"}]}}}}
    desk.patch("statefulset", "churn", patch, how="strategic")

    done = good(desk.sync("--verbose"))

    assert "repaired" in done.out
    assert image(desk) == "base:1"
