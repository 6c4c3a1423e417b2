"""What the documents of JupyterHub say together: order, names, sizes, what services need."""

from __future__ import annotations

import pytest

from renderer import catalog
from renderer.catalog import Catalog
from renderer.errors import Problem, in_order
from renderer.installation import Sorted, sort_documents
from renderer.model.fragments import Reference
from renderer.yamlio import load_all

KEY = "jupyterhub-singleuser-profiles.yaml"
LABEL = "labels: {jupyterhub.opendatahub.io/user: profile}"
MAIN_MAP = "name: jupyter-singleuser-profiles"


def built(*files: str) -> tuple[Catalog, list[Problem]]:
    """The catalog of files called 1.yaml, 2.yaml and so on."""
    problems: list[Problem] = []
    found = Sorted()
    for number, text in enumerate(files, start=1):
        found.extend(sort_documents(load_all(text.encode(), f"{number}.yaml"), problems))
    made, more = catalog.build(found.items, found.faulty, found.singleuser)
    return made, list(in_order([*problems, *more]))


def config_map(metadata: str, text: str, key: str = KEY) -> str:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{{metadata}}}"
    return f"{head}\ndata:\n  {key}: |\n{lines}---\n"


def profile(name: str, rest: str = "") -> str:
    return f"profiles:\n- name: {name}\n  env: {{WHO: {name}}}\n{rest}"


def names(made: Catalog) -> list[str]:
    return [each.name for each in made.singleuser.profiles]


def test_files_come_first_then_the_known_name_then_labels_by_name() -> None:
    made, problems = built(
        config_map(f"name: zeta, {LABEL}", profile("z")),
        config_map(f"name: alpha, {LABEL}", profile("a")),
        config_map(f"{MAIN_MAP}, {LABEL}", profile("known")),
        profile("first file"),
        config_map("name: beta, labels: {jupyterhub: singleuser-profiles}", profile("b")),
        profile("second file"),
    )
    assert problems == []
    assert names(made) == ["first file", "second file", "known", "a", "b", "z"]


def test_no_two_profiles_are_shown_by_one_name() -> None:
    made, problems = built(
        "profiles: [{name: a}, {name: }, {name: a}, {}]\n",
        "profiles: [{name: profile 4}, {name: a (2)}, {name: a}]",
    )
    assert problems == []
    assert names(made) == [
        "a",
        "profile 2",
        "a (2)",
        "profile 4",
        "profile 4 (2)",
        "a (2) (2)",
        "a (3)",
    ]
    for each in made.singleuser.profiles:
        assert each.fragment.name == each.first.name == Reference(each.name)


def test_profiles_of_a_config_map_are_of_its_namespace() -> None:
    made, _ = built(
        config_map(f"{MAIN_MAP}, namespace: odh", profile("a", "sizes: [{name: Small}]\n"))
    )
    [found] = made.singleuser.profiles
    assert str(found.fragment) == "Profile odh/a"
    assert list(made.sizes) == [("odh", "Small")]


def test_types_of_gpus_of_all_documents_are_kept() -> None:
    text = "gpuTypes: [{node_tolerations: [{key: a}]}]\n"
    made, _ = built(f"{text}---\n{text}", config_map(MAIN_MAP, text))
    assert [str(each) for each in made.singleuser.gpu_types] == [
        "GpuTypes 1.yaml",
        "GpuTypes 1.yaml (2)",
        "GpuTypes jupyter-singleuser-profiles",
    ]


def test_of_two_sizes_of_one_name_the_later_is_taken() -> None:
    made, problems = built(
        config_map(f"{MAIN_MAP}, namespace: odh", "sizes: [{name: Small, resources: {cpu: 9}}]"),
        "sizes: [{name: Small, resources: {limits: {cpu: 1}}}, {name: Large}, {name: Large}]",
        config_map(f"name: a, {LABEL}", "sizes: [{name: Small, resources: {limits: {cpu: 2}}}]"),
    )
    assert [each.message for each in problems] == [
        'unknown field "cpu" in resources is ignored',
        "there are two sizes Large, and the last one is taken",
    ]
    assert made.singleuser.has_sizes
    assert list(made.sizes) == [("", "Small"), ("", "Large")]
    amounts = {"cpu": 2}
    assert made.sizes["", "Small"].resources == {"requests": amounts, "limits": amounts}


SIZE = "apiVersion: jackhoman.dev/v1beta1\nkind: Size\nmetadata: {name: small, namespace: a}\n"


def test_a_size_of_profiles_and_one_by_itself_cannot_share_a_name() -> None:
    made, [problem] = built(f"{SIZE}spec: {{}}\n", "sizes:\n- name: small\n- name: Small\n")
    assert str(problem) == (
        "2.yaml:2:3: error: there are two Sizes called small: one of profiles, and one by itself\n"
        "  there: 1.yaml:3:12\n"
        "  hint: rename or remove one of them"
    )
    assert list(made.sizes) == [("a", "small"), ("", "Small")]


TEMPLATE = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: t, namespace: a}
spec: {sizes: [Default, X Large], defaultSize: Default, template: {}}
---
"""


def test_a_template_may_offer_sizes_of_profiles_and_none_of_them() -> None:
    _, problems = built(TEMPLATE, "sizes: [{name: X Large}]")
    assert problems == []
    _, problems = built(TEMPLATE)
    assert [each.message for each in problems] == [
        "there is no Size Default",
        "there is no Size X Large",
        "there is no Size Default",
    ]


def test_config_maps_of_one_name_are_told_of() -> None:
    twice = config_map(MAIN_MAP, profile("a")), config_map(MAIN_MAP, profile("b"))
    made, [problem] = built(*twice)
    assert str(problem) == (
        "2.yaml:3:12: error: there are two ConfigMaps jupyter-singleuser-profiles\n"
        "  there: 1.yaml:3:12\n"
        "  hint: rename or remove one of them"
    )
    assert names(made) == ["a"]
    made, [problem] = built("".join(twice))
    assert str(problem) == (
        "1.yaml:12:12: warning: there are two ConfigMaps jupyter-singleuser-profiles,"
        " and this one is taken\n"
        "  there: 1.yaml:3:12\n"
        "  hint: rename or remove one of them"
    )
    assert names(made) == ["b"]


def test_a_config_map_of_profiles_and_one_of_templates_are_both_config_maps() -> None:
    _, problems = built(
        config_map(f"name: a, {LABEL}", profile("a")), config_map("name: a", "b: 1", "b")
    )
    assert problems[0].message == "there are two ConfigMaps a"


def test_images_are_kept_in_order() -> None:
    stream = "{apiVersion: image.openshift.io/v1, kind: ImageStream, metadata: {name: a}}"
    build = "{apiVersion: build.openshift.io/v1, kind: Build, metadata: {name: a}}"
    made, problems = built(f"{build}\n---\n{stream}\n")
    assert problems == []
    assert [each.kind for each in made.singleuser.images] == ["Build", "ImageStream"]


SERVICES = """\
profiles:
- name: a
  services:
    spark:
      resources:
      - name: spark-template
        path: cluster
      - name: spark-template
        path: worker
"""


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (
            (),
            [
                "1.yaml:6:9: warning: the service spark is left out: the catalog has no ConfigMap"
                " spark-template",
                "1.yaml:8:9: warning: the service spark is left out: the catalog has no ConfigMap"
                " spark-template",
            ],
        ),
        (
            (config_map("name: spark-templates", "b: 1", "b"),),
            [
                "1.yaml:6:9: warning: the service spark is left out: the catalog has no ConfigMap"
                ' spark-template\n  hint: did you mean "spark-templates"?',
                "1.yaml:8:9: warning: the service spark is left out: the catalog has no ConfigMap"
                ' spark-template\n  hint: did you mean "spark-templates"?',
                "2.yaml:3:12: warning: no service of a profile uses the ConfigMap spark-templates",
            ],
        ),
        (
            (config_map("name: spark-template, namespace: odh", "b: 1", "workers"),),
            [
                '1.yaml:7:9: error: the ConfigMap spark-template has no "cluster" in its data\n'
                "  there: 2.yaml:3:12",
                '1.yaml:9:9: error: the ConfigMap spark-template has no "worker" in its data\n'
                '  there: 2.yaml:3:12\n  hint: did you mean "workers"?',
            ],
        ),
        (
            ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: spark-template}\ndata: [a]\n",),
            ["2.yaml:4:1: error: data is a list\n  expected: a mapping or nothing"],
        ),
    ],
)
def test_services_are_held_against_the_templates_that_are_there(
    others: tuple[str, ...], said: list[str]
) -> None:
    _, problems = built(SERVICES, *others)
    assert [str(each) for each in problems] == said


def test_a_service_that_finds_some_of_its_templates_goes_without_the_others() -> None:
    text = SERVICES.replace("spark-template\n        path: worker", "other\n        path: worker")
    made, [problem] = built(text, config_map("name: spark-template", "b: 1", "cluster"))
    assert str(problem) == (
        "1.yaml:8:9: warning: the service spark goes without this template: the catalog has no"
        " ConfigMap other"
    )
    assert list(made.singleuser.templates) == ["spark-template"]


def test_templates_of_one_name_in_two_namespaces_are_told_of() -> None:
    maps = [config_map(f"name: a, namespace: {each}", "b: 1", "b") for each in ("one", "two")]
    _, [problem, *_] = built(*maps)
    assert str(problem) == ("1.yaml:3:12: warning: no service of a profile uses the ConfigMap a")
    _, [_, problem] = built(*maps)
    assert str(problem) == (
        "2.yaml:3:12: error: there are two ConfigMaps called a, and services say no namespace\n"
        "  there: 1.yaml:3:12\n"
        "  hint: rename or remove one of them"
    )


@pytest.mark.parametrize(
    "faulty",
    ["profiles: [{users: [1]}]\n", config_map(MAIN_MAP, "profiles: [{users: [1]}]")],
    ids=["a file", "a ConfigMap"],
)
def test_what_profiles_with_problems_may_use_is_not_called_unused(faulty: str) -> None:
    _, problems = built(faulty, config_map("name: a", "b: 1", "b"))
    assert [each.message for each in problems] == ["item 1 of users is a number"]


def test_profiles_in_a_config_map_that_nobody_would_look_into_are_spoken_of() -> None:
    made, [problem] = built(config_map("name: a, labels: {team: x}", profile("a")))
    assert str(problem) == (
        "1.yaml:3:12: warning: the profiles in the ConfigMap a are not read\n"
        "  expected: the label jupyterhub.opendatahub.io/user: profile, or the name"
        " jupyter-singleuser-profiles"
    )
    assert made.singleuser.profiles == ()


def test_profiles_in_binary_data_are_told_where_they_belong() -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{{MAIN_MAP}}}\n"
    _, [problem] = built(f"{text}binaryData: {{{KEY}: eA==}}\n")
    assert problem.hint == "binaryData is not read: write it as a text below data"


def test_hundreds_of_profiles_are_read() -> None:
    one = """\
- name: p{0}
  users: [u{0}, v{0}]
  images: ["image{0}:1"]
  env: [{{name: A{0}, value: b}}, {{name: B, value: c}}]
  resources: {{requests: {{cpu: 1}}, limits: {{memory: 1Gi}}}}
  node_tolerations: [{{key: k{0}, operator: Exists}}]
"""
    text = "profiles:\n" + "".join(one.format(number) for number in range(300))
    made, problems = built(config_map(MAIN_MAP, text))
    assert problems == []
    assert len(made.singleuser.profiles) == 300


def test_a_thousand_config_maps_of_one_file_are_read() -> None:
    text = "".join(
        config_map(f"name: m{number}, {LABEL}", profile(f"p{number}")) for number in range(1_000)
    )
    made, problems = built(text)
    assert problems == []
    assert len(made.singleuser.profiles) == 1_000
