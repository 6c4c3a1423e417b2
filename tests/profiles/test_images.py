"""ImageStreams as Open Data Hub writes them, in git and as a cluster gives them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import Severity
from renderer.model.singleuser import ImageStream
from renderer.position import Origin
from renderer.profiles.images import default_of, faults_of, images_in, images_of
from renderer.yamlio import emit, load_all

PREFIX = "opendatahub.io/"
DESC, NAME, URL, ORDER = (
    f"{PREFIX}notebook-image-{word}" for word in ("desc", "name", "url", "order")
)
SOFTWARE, LIBRARIES = f"{PREFIX}notebook-software", f"{PREFIX}notebook-python-dependencies"
RECOMMENDED, DEFAULT = f"{PREFIX}notebook-image-recommended", f"{PREFIX}default-image"
GONE = f"{PREFIX}notebook-deprecation-date"


def tag(name: str, **annotations: Any) -> dict[str, Any]:
    source = {"kind": "DockerImage", "name": f"quay.io/example/jupyter:{name}"}
    return {"name": name, "annotations": annotations, "from": source}


def stream(
    name: str,
    *tags: Mapping[str, Any],
    status: Mapping[str, Any] | None = None,
    says: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    made = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStream",
        "metadata": {
            "name": name,
            "namespace": "hub",
            "labels": {f"{PREFIX}notebook-image": "true"},
            "annotations": dict(says),
        },
        "spec": {"lookupPolicy": {"local": True}, "tags": list(tags)},
    }
    return made if status is None else {**made, "status": status}


def imported(name: str) -> dict[str, Any]:
    return {"tag": name, "items": [{"image": f"sha256:{name}"}]}


def refused(name: str, *items: Mapping[str, Any]) -> dict[str, Any]:
    conditions = [{"type": "ImportSuccess", "status": "False", "reason": "InternalError"}]
    return {"tag": name, "items": list(items) or None, "conditions": conditions}


def build(of: str, phase: str, began: str, namespace: str = "hub") -> dict[str, Any]:
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "Build",
        "metadata": {"name": f"b-{began}", "namespace": namespace, "creationTimestamp": began},
        "spec": {"output": {"to": {"kind": "ImageStreamTag", "name": of}}},
        "status": {"phase": phase},
    }


def names(*streams: Mapping[str, Any], builds: Any = ()) -> list[str]:
    return [f"{it.name}:{tag.name}" for it in images_of(streams, builds) for tag in it.tags]


MINIMAL = stream(
    "minimal",
    tag(
        "2023.1",
        **{
            SOFTWARE: '[{"name": "Python", "version": "v3.9"}]',
            LIBRARIES: '[{"name": "JupyterLab", "version": "3.5"}, {"name": "Notebook"}]',
            RECOMMENDED: "true",
        },
    ),
    tag("1.2", **{GONE: "2024-06-30"}),
    says={DESC: "A minimum.", NAME: "Minimal Python", URL: "https://example.com", ORDER: "10"},
)


def test_an_image_has_the_shape_that_it_has_in_jupyterhub_singleuser_profiles() -> None:
    (image,) = images_of([MINIMAL], [build("minimal:1.2", "Complete", "2024-01-01T00:00:00Z")])
    assert image.as_dict() == {
        "name": "minimal",
        "tags": [
            {
                "name": "2023.1",
                "content": {
                    "software": [{"name": "Python", "version": "v3.9"}],
                    "dependencies": [
                        {"name": "JupyterLab", "version": "3.5"},
                        {"name": "Notebook", "version": ""},
                    ],
                },
                "recommended": True,
                "build_status": "Unknown",
                "default": False,
            },
            {
                "name": "1.2",
                "content": {"software": [], "dependencies": []},
                "recommended": False,
                "build_status": "Complete",
                "default": False,
            },
        ],
        "description": "A minimum.",
        "url": "https://example.com",
        "display_name": "Minimal Python",
        "order": 10,
    }
    json.dumps(image.as_dict())
    assert [tag.deprecated for tag in image.tags] == ["", "2024-06-30"]
    assert image.remarks == ()


def test_what_nobody_wrote_has_a_default() -> None:
    (image,) = images_of([stream("bare", {"name": "latest"})])
    assert image.as_dict() == {
        "name": "bare",
        "tags": [
            {
                "name": "latest",
                "content": {"software": [], "dependencies": []},
                "recommended": False,
                "build_status": "Unknown",
                "default": False,
            }
        ],
        "description": None,
        "url": None,
        "display_name": "bare",
        "order": 100,
    }


@pytest.mark.parametrize(
    ("label", "is_shown"), [("true", True), (True, True), ("false", False), ("", False)]
)
def test_only_streams_that_are_labelled_true_are_images(label: Any, is_shown: bool) -> None:
    made = stream("a", tag("1"))
    made["metadata"]["labels"][f"{PREFIX}notebook-image"] = label
    assert bool(images_of([made])) is is_shown


def test_other_kinds_and_streams_without_a_label_are_no_images() -> None:
    other, bare = stream("a", tag("1")), stream("b", tag("1"))
    other["kind"] = "ImageStreamTag"
    del bare["metadata"]["labels"]
    assert images_of([other, bare]) == ()
    del other["kind"]  # as items of a list by its own kind are
    assert names(other, bare) == ["a:1"]


def test_images_stand_in_their_order_and_then_as_they_came() -> None:
    streams = [
        stream("late", tag("1"), says={ORDER: "101"}),
        stream("unsaid", tag("1")),
        stream("alike", tag("1"), says={ORDER: "100"}),
        stream("first", tag("1"), says={ORDER: "-1"}),
        stream("ninth", tag("1"), says={ORDER: "9"}),
    ]
    assert [image.name for image in images_of(streams)] == [
        *("first", "ninth", "unsaid", "alike", "late")
    ]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (None, ["a:1", "a:2"]),
        ({}, ["a:1", "a:2"]),
        ({"dockerImageRepository": ""}, ["a:1", "a:2"]),
        ({"tags": [imported("1"), imported("3")]}, ["a:1"]),
        ({"tags": []}, []),
        ({"dockerImageRepository": "registry/hub/a"}, []),
        ({"tags": [imported("1"), refused("2")]}, ["a:1"]),
        ({"tags": [refused("1", {"image": "sha256:old"}), imported("2")]}, ["a:1", "a:2"]),
        ({"tags": [{"tag": "1"}, {"tag": "2", "conditions": []}]}, ["a:1", "a:2"]),
    ],
    ids=[
        "kept in git",
        "kept in git with an empty status",
        "exported from a cluster",
        "a tag that does not exist yet",
        "none exists yet",
        "nothing is imported yet",
        "an import that failed",
        "a failed import over an older image",
        "of which nothing is said",
    ],
)
def test_only_tags_that_can_be_run_are_shown(status: Any, shown: list[str]) -> None:
    assert names(stream("a", tag("1"), tag("2"), status=status)) == shown


def test_a_stream_without_tags_is_left_out() -> None:
    empty = stream("a")
    null = {**empty, "spec": {"tags": None}}
    assert images_of([empty, null, {**empty, "spec": None}, stream("b", {"annotations": {}})]) == ()


@pytest.mark.parametrize("phase", ["Failed", "Error", "Cancelled"])
def test_a_tag_whose_newest_build_failed_is_hidden(phase: str) -> None:
    made = stream("a", tag("1"), tag("2"))
    builds = [
        build("a:2", phase, "2024-01-03T00:00:00Z"),
        build("a:2", "Complete", "2024-01-02T00:00:00Z"),
        build("a:1", "Complete", "2024-01-02T00:00:00Z"),
        build("a:1", phase, "2024-01-01T00:00:00Z"),
        build("a", phase, "2024-01-09T00:00:00Z"),
    ]
    assert names(made, builds=builds) == ["a:1"]
    assert names(made, builds=reversed(builds)) == ["a:1"]


@pytest.mark.parametrize("phase", ["New", "Pending", "Running", "Complete", "Unknown"])
def test_a_tag_is_shown_with_how_its_build_goes(phase: str) -> None:
    (image,) = images_of([stream("a", tag("1"))], [build("a:1", phase, "2024")])
    assert image.tags[0].build_status == phase


def test_builds_of_another_namespace_say_nothing_of_a_tag() -> None:
    made = stream("a", tag("1"))
    elsewhere = build("a:1", "Failed", "2024", namespace="other")
    assert names(made, builds=[elsewhere]) == ["a:1"]
    elsewhere["spec"]["output"]["to"]["namespace"] = "hub"
    assert names(made, builds=[elsewhere]) == []
    del made["metadata"]["namespace"]
    assert names(made, builds=[build("a:1", "Failed", "2024", namespace="other")]) == []


@pytest.mark.parametrize(
    "broken", [{}, {"spec": None}, {"spec": {"output": {"to": None}}, "status": None}]
)
def test_builds_that_say_nothing_are_passed_over(broken: Mapping[str, Any]) -> None:
    assert names(stream("a", tag("1")), builds=[broken]) == ["a:1"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((word, True) for word in ("true", "True", "TRUE", "yes", "y", "t", "on", "1", 1, True)),
        *((word, False) for word in ("false", "no", "N", "f", "off", "0", 0, False, None)),
    ],
)
def test_flags_are_read_as_pythons_strtobool_read_them(word: Any, meant: bool) -> None:
    marks = {RECOMMENDED: word, DEFAULT: word, f"{PREFIX}image-tag-outdated": word}
    (image,) = images_of([stream("a", tag("1", **marks))])
    (only,) = image.tags
    assert (only.recommended, only.default, only.outdated) == (meant, meant, meant)
    assert image.remarks == ()


def test_newer_releases_recommend_workbenches() -> None:
    (image,) = images_of([
        stream("a", tag("1", **{f"{PREFIX}workbench-image-recommended": "true"}))
    ])
    assert image.tags[0].recommended


def test_a_stream_may_be_the_default_with_all_its_tags_unless_a_tag_says_otherwise() -> None:
    (image,) = images_of([
        stream("a", tag("1"), tag("2", **{DEFAULT: "false"}), says={DEFAULT: "yes"})
    ])
    assert [tag.default for tag in image.tags] == [True, False]


@pytest.mark.parametrize(
    ("streams", "chosen"),
    [
        ([], None),
        ([stream("a", tag("1"), tag("2"))], "a:1"),
        ([stream("a", tag("1"), tag("2", **{RECOMMENDED: "true"}))], "a:2"),
        ([stream("a", tag("1")), stream("b", tag("1"), tag("2", **{DEFAULT: "1"}))], "b:2"),
        (
            [
                stream("a", tag("1", **{DEFAULT: "true"})),
                stream("b", tag("1", **{DEFAULT: "true"}), says={ORDER: "1"}),
            ],
            "b:1",
        ),
        (
            [stream("a", tag("1"), tag("2", **{RECOMMENDED: "true"}), says={DEFAULT: "true"})],
            "a:2",
        ),
        (
            [stream("a", tag("1", **{DEFAULT: "true"}), tag("2", **{RECOMMENDED: "true"}))],
            "a:1",
        ),
    ],
    ids=[
        "no image",
        "the first tag",
        "the recommended tag",
        "the tag that is marked",
        "the first that is marked in order",
        "the recommended tag of a stream that is marked",
        "the marked tag before the recommended one",
    ],
)
def test_who_chooses_nothing_gets_the_default(streams: Any, chosen: str | None) -> None:
    assert default_of(images_of(streams)) == chosen


@pytest.mark.parametrize(
    ("on_stream", "on_tag", "path", "expected"),
    [
        ({ORDER: "ten"}, {}, ("metadata", "annotations", ORDER), "a whole number, in quotes"),
        ({ORDER: ""}, {}, ("metadata", "annotations", ORDER), "a whole number, in quotes"),
        ({NAME: ["x"]}, {}, ("metadata", "annotations", NAME), "a text"),
        ({DEFAULT: "maybe"}, {}, ("metadata", "annotations", DEFAULT), "true or false"),
        ({}, {RECOMMENDED: "2"}, ("spec", "tags", 0, "annotations", RECOMMENDED), "true or false"),
        *(
            ({}, {SOFTWARE: text}, ("spec", "tags", 0, "annotations", SOFTWARE), "JSON such as ")
            for text in (
                '[{"name"',
                '"Python"',
                '{"name": "Python"}',
                '["Python"]',
                '[{"name": ["Python"]}]',
                '[{"name": "Python", "version": {}}]',
                "[" * 100_000,
            )
        ),
    ],
)
def test_what_cannot_be_read_is_said_and_not_there(
    on_stream: Any, on_tag: Any, path: Any, expected: str
) -> None:
    made = stream("broken", tag("1", **on_tag), says=on_stream)
    (image,) = images_of([made])
    (remark,) = image.remarks
    assert (image.order, image.display_name, image.tags[0].software) == (100, "broken", ())
    assert not image.tags[0].recommended
    assert remark.message == f"{path[-1]} of the ImageStream broken cannot be read"
    assert remark.path == path
    assert remark.expected.startswith(expected)


def listed(*values: Mapping[str, Any]) -> list[ImageStream]:
    """The documents of a catalog file."""
    text = "---\n".join(map(emit, values))
    return [
        ImageStream(each.value["kind"], each.value["metadata"]["name"], "hub", Origin(each))
        for each in load_all(text.encode(), "catalog/images.yaml")
    ]


def test_a_catalog_holds_streams_and_their_builds() -> None:
    found = listed(
        stream("b", tag("1"), tag("2")),
        build("b:2", "Failed", "2024"),
        stream("a", tag("1"), says={ORDER: "1"}),
    )
    assert [(it.name, [tag.name for tag in it.tags]) for it in images_in(found)] == [
        ("a", ["1"]),
        ("b", ["1"]),
    ]
    assert list(faults_of(found)) == []


def test_what_cannot_be_read_is_a_warning_where_it_stands_even_if_nothing_can_be_run() -> None:
    foreign = stream("c", says={ORDER: "ten"})
    foreign["metadata"]["labels"] = {}
    found = listed(
        stream("a", tag("1")),
        build("a:1", "Failed", "2024"),
        stream("b", says={ORDER: "ten"}),
        foreign,
    )
    assert images_in(found[:1]) != ()
    (problem,) = faults_of(found)
    lines = "---\n".join(emit(each.origin.document.value) for each in found).splitlines()
    assert "ten" in lines[problem.position.line - 1]
    assert problem.position.file == "catalog/images.yaml"
    assert problem.severity is Severity.WARNING


def test_nothing_is_changed() -> None:
    before = json.dumps(MINIMAL)
    images_of([MINIMAL])
    assert json.dumps(MINIMAL) == before


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(*[ANYTHING] * 6)
def test_no_document_makes_it_stumble(
    status: Any, tags: Any, annotation: Any, label: Any, name: Any, builds: Any
) -> None:
    made = stream("a", tag("1", **{SOFTWARE: annotation}), status=status, says={ORDER: annotation})
    odd = stream("b")
    odd["spec"]["tags"] = [tags, {"name": name, "annotations": annotation}]
    odd["metadata"] |= {"name": name, "annotations": tags}
    unlabelled = stream("c", tag("1"))
    unlabelled["metadata"]["labels"] = label
    given_builds = [{"metadata": builds, "spec": builds, "status": builds}]
    found = images_of([made, odd, unlabelled, {"spec": tags}], given_builds)
    assert all(image.as_dict() for image in found)
    default_of(found)
