"""What a Notebook chooses, and what its Template says to that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from renderer.checks import overrides
from renderer.errors import Severity
from renderer.model.catalog import DEFAULT_OVERRIDES, Home, Image, Override, Template
from renderer.model.fragments import Fragment, Reference
from renderer.model.notebook import HomeChoice, Notebook, Volume
from renderer.position import Document, Origin, Path

ORIGIN = Origin(Document("catalog/scipy.yaml", {}, (0, None)))
SCIPY = Template(
    name="scipy",
    namespace="kubeflow",
    fragment=Fragment("Template", Reference("scipy", "kubeflow"), {}, ORIGIN),
    origin=ORIGIN,
)
NOTEBOOK = Notebook(
    name="mine", namespace="team-a", origin=ORIGIN, spec={}, labels={}, annotations={}
)
IMAGES = (
    Image("stable", "scipy:1", default=True),
    Image("canary", "scipy:2"),
    Image("legacy", "scipy:0", hidden=True, deprecated="it ends in May"),
    Image("2023", "scipy:0", redirect_to="stable", redirect_message="it was unsafe"),
)
HOME = Home("10Gi", "/home/jovyan", max_size="20Gi")
EVERYTHING = frozenset(Override)


def template(**fields: Any) -> Template:
    return replace(SCIPY, **fields)


def notebook(**fields: Any) -> Notebook:
    return replace(NOTEBOOK, **fields)


def said(one: Notebook, other: Template) -> list[tuple[str, str]]:
    return [
        (".".join(map(str, found.path)), found.message) for found in overrides.check(one, other)
    ]


def fragment(**main: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "main"} | main]}}


ALLOWED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing at all": ({}, {}),
    "resources up to the limits": (
        {"resources": {"cpu": 4, "memory": "16Gi", "nvidia.com/gpu": 1}},
        {"limits": {"cpu": "4000m", "memory": "16Gi", "nvidia.com/gpu": 1}},
    ),
    "limits and requests up to the limits": (
        {"resources": {"limits": {"cpu": 4}, "requests": {"cpu": 1}}},
        {"limits": {"cpu": 4}},
    ),
    "resources without limits": ({"resources": {"cpu": 400}}, {}),
    "a home up to its largest size": ({"home": HomeChoice(size="20Gi")}, {"home": HOME}),
    "a home of another storage class, where volumes are not allowed": (
        {"home": HomeChoice(size="1Gi", storage_class="fast", keep=False)},
        {"home": HOME, "overrides": frozenset()},
    ),
    "a home of its own, where volumes are allowed": (
        {"home": HomeChoice(size="1Ti", mount_path="/home/me")},
        {},
    ),
    "an image of the list": ({"image": "canary"}, {"images": IMAGES}),
    "a size of the list": ({"size": "small"}, {"sizes": ("small",)}),
    "no size but the profiles', of the list": (
        {"size": "Default"},
        {"sizes": ("small", "Default")},
    ),
    "a size, where the Template names none": ({"size": "small"}, {}),
    "an option of the list": (
        {"options": (Reference("s3"), Reference("spark", "kubeflow"))},
        {"options": (Reference("s3", "kubeflow"), Reference("spark"))},
    ),
    "an option, where the Template names none": ({"options": (Reference("s3"),)}, {}),
    "a namespace that matches": ({}, {"namespaces": ("lab-*", "team-?")}),
    "variables of its own": ({"env": [{"name": "A", "value": "x"}]}, {}),
    "parameters that fit": (
        {"parameters": {"workers": 2}},
        {"parameters": {"properties": {"workers": {"type": "integer"}}}},
    ),
    "a fragment, where one is allowed": (
        {"template": fragment(workingDir="/x")},
        {"overrides": EVERYTHING},
    ),
    "everything, of a notebook without a Template": (
        {"inline": True, "template": {"spec": {"hostNetwork": True}}, "image": "any"},
        {"overrides": frozenset(), "namespaces": ()},
    ),
}


@pytest.mark.parametrize(("chosen", "offered"), ALLOWED.values(), ids=ALLOWED.keys())
def test_a_notebook_may_choose(chosen: dict[str, Any], offered: dict[str, Any]) -> None:
    assert overrides.check(notebook(**chosen), template(**offered)) == []


PARTS: dict[Override, dict[str, Any]] = {
    Override.RESOURCES: {"resources": {"cpu": 1}},
    Override.ENV: {"env": [{"name": "A", "value": "x"}]},
    Override.VOLUMES: {"volumes": (Volume("data", "/data", size="1Gi"),)},
    Override.IMAGE: {"image": "stable"},
    Override.SIZE: {"size": "small"},
    Override.PORTS: {"ports": [{"containerPort": 4040}]},
    Override.SHARED_MEMORY: {"shared_memory": "1Gi"},
    Override.SERVICE_ACCOUNT: {"service_account": "me"},
    Override.TEMPLATE: {"template": fragment(workingDir="/x")},
}


def test_every_part_is_looked_at() -> None:
    assert PARTS.keys() == overrides.SET_BY.keys() == set(Override)


@pytest.mark.parametrize("part", Override)
def test_a_part_that_the_template_does_not_allow_is_refused(part: Override) -> None:
    offered = template(images=IMAGES, overrides=EVERYTHING - {part})
    assert said(notebook(**PARTS[part]), offered) == [
        (f"spec.{part}", f'the Template "scipy" lets no Notebook set {part}')
    ]


@pytest.mark.parametrize("part", Override)
def test_a_part_that_the_template_allows_is_not(part: Override) -> None:
    offered = template(images=IMAGES, overrides=frozenset({part}))
    assert said(notebook(**PARTS[part]), offered) == []


def test_a_refusal_says_what_is_allowed() -> None:
    offered = template(overrides=frozenset({Override.SIZE, Override.ENV, Override.IMAGE}))
    (finding,) = overrides.check(notebook(service_account="me"), offered)
    assert finding.expected == "env, image or size"


def test_service_account_and_template_are_not_allowed_by_default() -> None:
    assert {Override.SERVICE_ACCOUNT, Override.TEMPLATE} == EVERYTHING - DEFAULT_OVERRIDES
    assert len(said(notebook(service_account="me", template={"spec": {}}), SCIPY)) == 2


PROTECTED = (
    "a Notebook may not set the variable NB_PREFIX: it is the path that the notebook is reached by"
)
REFUSED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (
        {"resources": {"cpu": "4001m"}},
        {"limits": {"cpu": 4}},
        "spec.resources.cpu",
        '4001m is more than the Template "scipy" allows of cpu',
    ),
    (
        {"resources": {"limits": {"memory": "17Gi"}}},
        {"limits": {"memory": "16Gi"}},
        "spec.resources.limits.memory",
        '17Gi is more than the Template "scipy" allows of memory',
    ),
    (
        {"resources": {"requests": {"memory": "17Gi"}}},
        {"limits": {"memory": "16Gi"}},
        "spec.resources.requests.memory",
        '17Gi is more than the Template "scipy" allows of memory',
    ),
    (
        {"template": fragment(resources={"limits": {"cpu": 5}})},
        {"limits": {"cpu": 4}, "overrides": EVERYTHING},
        "spec.template.spec.containers.0.resources.limits.cpu",
        '5 is more than the Template "scipy" allows of cpu',
    ),
    (
        {"volumes": (Volume("a", "/a", claim="b"), Volume("data", "/data", size="2Ti"))},
        {"limits": {"storage": "1Ti"}},
        "spec.volumes.1.size",
        '2Ti is more than the Template "scipy" allows of the volume "data"',
    ),
    (
        {"home": HomeChoice(size="21Gi")},
        {"home": HOME},
        "spec.home.size",
        '21Gi is more than the Template "scipy" allows of the home',
    ),
    (
        {"home": HomeChoice(mount_path="/other")},
        {"home": HOME, "overrides": frozenset()},
        "spec.home.mountPath",
        'the Template "scipy" lets no Notebook set mountPath of its home',
    ),
    (
        {"home": HomeChoice(claim="theirs")},
        {"home": HOME, "overrides": frozenset()},
        "spec.home.claimName",
        'the Template "scipy" lets no Notebook set claimName of its home',
    ),
    (
        {"home": HomeChoice(access_mode="ReadWriteMany")},
        {"home": HOME, "overrides": frozenset()},
        "spec.home.accessMode",
        'the Template "scipy" lets no Notebook set accessMode of its home',
    ),
    (
        {"home": HomeChoice(size="1Gi")},
        {"overrides": frozenset()},
        "spec.home.size",
        'the Template "scipy" lets no Notebook set size of its home',
    ),
    (
        {"home": HomeChoice(storage_class="fast")},
        {"overrides": frozenset()},
        "spec.home.storageClassName",
        'the Template "scipy" lets no Notebook set storageClassName of its home',
    ),
    (
        {"image": "stabel"},
        {"images": IMAGES},
        "spec.image",
        'the Template "scipy" has no image "stabel"',
    ),
    (
        {"image": "stable"},
        {},
        "spec.image",
        'the Template "scipy" has no images to choose from',
    ),
    (
        {"size": "large"},
        {"sizes": ("small",)},
        "spec.size",
        'the Template "scipy" has no size "large"',
    ),
    (
        {"options": (Reference("s3"), Reference("spark"))},
        {"options": (Reference("s3"),)},
        "spec.options.1",
        'the Template "scipy" has no option "spark"',
    ),
    (
        {"options": (Reference("s3", "elsewhere"),)},
        {"options": (Reference("s3"),)},
        "spec.options.0",
        'the Template "scipy" has no option "elsewhere/s3"',
    ),
    (
        {},
        {"namespaces": ("lab-*", "team-b")},
        "metadata.namespace",
        'the Template "scipy" is not for the namespace "team-a"',
    ),
    (
        {"env": [{"name": "A"}, {"name": "NB_PREFIX"}]},
        {},
        "spec.env.1.name",
        PROTECTED,
    ),
    (
        {"template": fragment(env=[{"name": "NB_PREFIX"}])},
        {"overrides": EVERYTHING},
        "spec.template.spec.containers.0.env.0.name",
        PROTECTED,
    ),
    (
        {"template": {"spec": {"hostNetwork": True}}},
        {"overrides": EVERYTHING},
        "spec.template.spec.hostNetwork",
        "a Notebook may not set hostNetwork",
    ),
    (
        {"parameters": {"workers": "two"}},
        {"parameters": {"properties": {"workers": {"type": "integer"}}}},
        "spec.parameters.workers",
        "workers is a string",
    ),
    (
        {},
        {"parameters": {"properties": {"workers": {}}, "required": ["workers"]}},
        "spec.parameters",
        'the parameter "workers" is missing in parameters',
    ),
    (
        {"parameters": {"workers": 2}},
        {},
        "spec.parameters",
        'the Template "scipy" has no parameters',
    ),
]
WARNED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (
        {"image": "legacy"},
        {"images": IMAGES},
        "spec.image",
        'the image "legacy" is deprecated: it ends in May',
    ),
    (
        {"image": "2023"},
        {"images": IMAGES},
        "spec.image",
        'the image "2023" gives you "stable": it was unsafe',
    ),
    (
        {"image": "a"},
        {"images": (Image("a", "i", redirect_to="b"),)},
        "spec.image",
        'the image "a" gives you "b"',
    ),
    (
        {},
        {"deprecated": "use pytorch"},
        "spec.templateRef",
        'the Template "scipy" is deprecated: use pytorch',
    ),
]
CASES = [(*case, Severity.ERROR) for case in REFUSED] + [
    (*case, Severity.WARNING) for case in WARNED
]


@pytest.mark.parametrize(("chosen", "offered", "path", "message", "severity"), CASES)
def test_a_notebook_is_told(
    chosen: dict[str, Any], offered: dict[str, Any], path: str, message: str, severity: Severity
) -> None:
    (finding,) = overrides.check(notebook(**chosen), template(**offered))
    assert (".".join(map(str, finding.path)), finding.message) == (path, message)
    assert finding.severity is severity


@pytest.mark.parametrize(
    ("chosen", "offered", "expected", "hint"),
    [
        (
            {"image": "stabel"},
            {"images": IMAGES},
            "stable, canary or 2023",
            'did you mean "stable"?',
        ),
        ({"size": "smal"}, {"sizes": ("small", "big")}, "small or big", 'did you mean "small"?'),
        ({"size": "x"}, {"sizes": ()}, "no size", ""),
        (
            {"size": "Default"},
            {"sizes": ("small",)},
            "small",
            "a Template that names sizes offers Default among them",
        ),
        (
            {"options": (Reference("s4"),)},
            {"options": (Reference("s3"), Reference("spark"))},
            "s3 or spark",
            "",
        ),
        ({"resources": {"cpu": 5}}, {"limits": {"cpu": 4}}, "at most 4", ""),
        (
            {"home": HomeChoice(claim="a")},
            {"home": HOME, "overrides": frozenset()},
            "size or storageClassName",
            "",
        ),
        (
            {"home": HomeChoice(claim="a")},
            {"overrides": frozenset()},
            "no home: the Template has none",
            "",
        ),
        ({}, {"namespaces": ("lab-*", "team-b")}, "lab-* or team-b", ""),
        ({"image": "2023"}, {"images": IMAGES}, "", "write stable"),
    ],
)
def test_a_notebook_is_told_what_would_be_right(
    chosen: dict[str, Any], offered: dict[str, Any], expected: str, hint: str
) -> None:
    (finding,) = overrides.check(notebook(**chosen), template(**offered))
    assert (finding.expected, finding.hint) == (expected, hint)


def test_everything_is_said_at_once() -> None:
    chosen = notebook(resources={"cpu": 5}, image="x", size="x", options=(Reference("x"),))
    offered = template(limits={"cpu": 4}, images=IMAGES, sizes=(), options=(), namespaces=())
    paths: list[Path] = [finding.path for finding in overrides.check(chosen, offered)]
    assert sorted(map(str, paths)) == sorted(
        map(
            str,
            [
                ("metadata", "namespace"),
                ("spec", "image"),
                ("spec", "size"),
                ("spec", "options", 0),
                ("spec", "resources", "cpu"),
            ],
        )
    )
