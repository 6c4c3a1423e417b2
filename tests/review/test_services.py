"""What happens to services that run with a notebook: they wait for no restart, and that is said."""

import json

import pytest

from renderer.names import companion
from renderer.review.manifests import is_same
from tests.review.trees import SETTINGS, Files, Open, notebook

OWNER = "mallory@example.com"
NAME = "research/survey"
FILE = "notebooks/research/survey.yaml"
WORD = companion("mallory@example.com", "survey")
CLUSTER = f"SparkCluster spark-{WORD}"
CONFIG = f"ConfigMap config-{WORD}"
ON = "at once, while its pod runs on"
LATER = "runs on: nothing until it stops and starts again"
PROFILES = """\
profiles:
- name: Spark
  users: [mallory@example.com]
  services:
    spark:
      resources: [{name: templates, path: cluster}]
      configuration: {size: 2}
      return: {SPARK: metadata.name}
"""
TEMPLATES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: templates}
data:
  cluster: |
    apiVersion: radanalytics.io/v1
    kind: SparkCluster
    metadata: {name: "spark-{{ user }}"}
    spec: {workers: {{ size }}}
  more: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: "config-{{ user }}"}
    data: {a: b}
"""
BOTH = PROFILES.replace("path: cluster}", "path: cluster}, {name: templates, path: more}")
WITHOUT = PROFILES.partition("  services")[0] + "  env: {A: a}\n"
BASE: Files = {"catalog/profiles.yaml": PROFILES, "catalog/templates.yaml": TEMPLATES}


def policy(name: str) -> Files:
    return {FILE: notebook(NAME, OWNER, f"  updatePolicy: {name}\n")}


# What differs from the base of a story, its base, and all that is said of the notebook.
STORIES: dict[str, tuple[Files, Files, list[str]]] = {
    "its template changes": (
        {"catalog/templates.yaml": TEMPLATES.replace("workers:", "nodes:")},
        {},
        [f"its service {CLUSTER} is changed {ON}"],
    ),
    "its configuration changes": (
        {"catalog/profiles.yaml": PROFILES.replace("size: 2", "size: 3")},
        {},
        [f"its service {CLUSTER} is changed {ON}"],
    ),
    "a number becomes a truth of the same worth": (
        {"catalog/profiles.yaml": PROFILES.replace("size: 2", "size: 'true'")},
        {"catalog/profiles.yaml": PROFILES.replace("size: 2", "size: 1")},
        [f"its service {CLUSTER} is changed {ON}"],
    ),
    "only the order of its fields changes": (
        {"catalog/templates.yaml": TEMPLATES.replace("{a: b}", "{c: d, a: b}")},
        {
            "catalog/profiles.yaml": BOTH,
            "catalog/templates.yaml": TEMPLATES.replace("{a: b}", "{a: b, c: d}"),
        },
        ["runs on as it is"],
    ),
    "it is of another version": (
        {"catalog/templates.yaml": TEMPLATES.replace("radanalytics.io/v1", "radanalytics.io/v2")},
        {},
        [f"its service {CLUSTER} is changed {ON}"],
    ),
    "it is of another group": (
        {"catalog/templates.yaml": TEMPLATES.replace("radanalytics.io", "spark.apache.org")},
        {},
        [f"its service {CLUSTER} is removed {ON}", f"its service {CLUSTER} is added {ON}"],
    ),
    "it is called otherwise": (
        {"catalog/templates.yaml": TEMPLATES.replace('"spark-', '"sparks-')},
        {},
        [
            f"its service {CLUSTER} is removed {ON}",
            f"its service {CLUSTER.replace('spark-', 'sparks-')} is added {ON}",
            LATER,
        ],
    ),
    "one more comes": (
        {"catalog/profiles.yaml": BOTH},
        {},
        [f"its service {CONFIG} is added {ON}", LATER],
    ),
    "one of two goes": (
        {"catalog/profiles.yaml": PROFILES},
        {"catalog/profiles.yaml": BOTH},
        [f"its service {CONFIG} is removed {ON}", LATER],
    ),
    "all of them go": (
        {"catalog/profiles.yaml": WITHOUT},
        {},
        [f"its service {CLUSTER} is removed {ON}", LATER],
    ),
    "the first comes": (
        {"catalog/profiles.yaml": PROFILES},
        {"catalog/profiles.yaml": WITHOUT},
        [f"its service {CLUSTER} is added {ON}", LATER],
    ),
    "it is for another user from now on": (
        {"catalog/profiles.yaml": PROFILES.replace("mallory@", "nobody@")},
        {},
        [f"its service {CLUSTER} is removed {ON}", LATER],
    ),
    "the notebook takes what changes": (
        {"catalog/profiles.yaml": WITHOUT},
        policy("Always"),
        [
            "restarts now, as its updatePolicy is Always",
            f"its service {CLUSTER} is removed at once",
        ],
    ),
    "only its service changes of a notebook that takes what changes": (
        {"catalog/profiles.yaml": PROFILES.replace("size: 2", "size: 3")},
        policy("Always"),
        [f"its service {CLUSTER} is changed {ON}"],
    ),
    "the notebook stops": (
        {FILE: notebook(NAME, OWNER, "  stopped: true\n")},
        {},
        ["stops now", f"its service {CLUSTER} is removed with it"],
    ),
    "the notebook starts": (
        {FILE: notebook(NAME, OWNER)},
        {FILE: notebook(NAME, OWNER, "  stopped: true\n")},
        [
            "starts, unless somebody stopped it in the cluster as well",
            f"its service {CLUSTER} is added with it",
        ],
    ),
    "the notebook goes": (
        {FILE: None},
        {},
        [
            "stops now and goes",
            f"its service {CLUSTER} is removed with it",
            "its storage survey-home is kept",
        ],
    ),
    "the notebook comes": (
        {FILE: notebook(NAME, OWNER)},
        {FILE: notebook("research/other", OWNER)},
        [
            "is made and starts",
            f"its service {CLUSTER} is added with it",
            "storage survey-home of 10Gi is made",
        ],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_it_is_said_that(story: str, opened: Open) -> None:
    changed, base, words = STORIES[story]
    pull = opened(changed, "root", {**BASE, **base})
    assert pull.review.is_fine
    assert pull.effects[NAME] == words


def test_a_service_changes_where_the_pod_stays_on_its_revision(opened: Open) -> None:
    changed = {
        "catalog/templates.yaml": TEMPLATES.replace("workers:", "nodes:"),
        "catalog/profiles.yaml": PROFILES + "  env: {A: a}\n",
    }
    said, stays = opened(changed, "root", {**BASE, **policy("Ignore")}).effects[NAME]
    assert said == f"its service {CLUSTER} is changed {ON}"
    assert stays.startswith("stays on its revision")


def test_of_a_notebook_that_is_stopped_a_service_is_nothing(opened: Open) -> None:
    stopped = {FILE: notebook(NAME, OWNER, "  stopped: true\n")}
    changed = {"catalog/templates.yaml": TEMPLATES.replace("workers:", "nodes:")}
    pull = opened(changed, "root", {**BASE, **stopped})
    assert pull.effects == {}
    assert [(each.name, each.notebooks) for each in pull.review.reaches] == [
        ("ConfigMap templates", 0)
    ]


def test_the_comment_and_the_data_have_it(opened: Open) -> None:
    changed = {"catalog/templates.yaml": TEMPLATES.replace("workers:", "nodes:")}
    pull = opened(changed, "root", BASE)
    comment = pull.markdown()
    assert (
        "- `ConfigMap templates` changed, reaches 1 notebook: its services change now 1\n"
    ) in comment
    assert "- 1 notebook: its services change now: `research/survey`\n" in comment
    assert "+  nodes: 2" in comment
    (effect,) = json.loads(json.dumps(pull.data()))["effects"]
    assert (effect["kind"], effect["message"]) == (
        "services",
        f"its service {CLUSTER} is changed {ON}",
    )


def test_what_services_grant_is_not_said_to_be_a_role_of_the_notebook(opened: Open) -> None:
    """Whatever its kind: what runs with the notebook is not what the notebook is."""
    text = TEMPLATES.replace("SparkCluster", "RoleBinding").replace("spec: {", "roles: {")
    pull = opened({"catalog/templates.yaml": text}, "root", BASE)
    assert pull.problems == []
    name = CLUSTER.removeprefix("SparkCluster ")
    assert pull.effects[NAME] == [
        f"its service RoleBinding {name} is added {ON}",
        f"its service {CLUSTER} is removed {ON}",
    ]


def test_the_data_of_a_service_that_is_a_secret_is_masked_everywhere(opened: Open) -> None:
    secret = TEMPLATES.replace("radanalytics.io/v1", "v1").replace("SparkCluster", "Secret")
    secret = secret.replace("spec: {workers: {{ size }}}", "stringData: {word: sesame}")
    pull = opened(
        {"catalog/templates.yaml": secret.replace("sesame", "mellon")},
        "root",
        {**BASE, "catalog/templates.yaml": secret},
    )
    name = CLUSTER.removeprefix("SparkCluster ")
    assert pull.effects[NAME] == [f"its service Secret {name} is changed {ON}"]
    for said in (pull.markdown(), pull.text(), json.dumps(pull.data())):
        assert "*** (after)" in said
        assert "sesame" not in said
        assert "mellon" not in said


def test_a_secret_that_comes_or_goes_is_masked_as_well(opened: Open) -> None:
    secret = TEMPLATES.replace("radanalytics.io/v1", "v1").replace("SparkCluster", "Secret")
    secret = secret.replace("spec: {workers: {{ size }}}", "stringData: {word: sesame}")
    for before, after in ((TEMPLATES, secret), (secret, TEMPLATES)):
        pull = opened(
            {"catalog/templates.yaml": after}, "root", {**BASE, "catalog/templates.yaml": before}
        )
        assert "word: '***" in pull.text().replace('"', "'")
        assert "sesame" not in pull.text() + pull.markdown()


@pytest.mark.parametrize("target", ["eu", "us"])
def test_it_is_said_of_the_target_where_the_notebook_lives_alone(target: str, opened: Open) -> None:
    base = {
        **BASE,
        "octavo.yaml": SETTINGS + "targets: {eu: {path: eu}, us: {path: us}}\n",
        FILE: notebook(NAME, OWNER, f"  targets: [{target}]\n"),
    }
    changed = {"catalog/templates.yaml": TEMPLATES.replace("workers:", "nodes:")}
    pull = opened(changed, "root", base)
    assert [(each.target, str(each.effects[0].what)) for each in pull.review.impacts] == [
        (target, f"its service {CLUSTER} is changed {ON}")
    ]


BROKEN = {
    "a template of a service": {
        "catalog/templates.yaml": TEMPLATES.replace("{{ size }}", "{{ sise }}")
    },
    "the notebook itself": {FILE: notebook(NAME, OWNER, "  options: [nothing]\n")},
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_rendered_is_not_said_to_go(what: str, opened: Open) -> None:
    pull = opened(BROKEN[what], "root", BASE)
    assert not pull.review.is_fine
    assert pull.effects == {NAME: ["cannot be rendered: what happens to it is not known"]}
    assert list(pull.reviewer.differences()) == []


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_mended_is_not_said_to_be_made(what: str, opened: Open) -> None:
    mended = {name: {**BASE, FILE: notebook(NAME, OWNER)}[name] for name in BROKEN[what]}
    pull = opened(mended, "root", {**BASE, **BROKEN[what]})
    assert pull.review.is_fine
    assert pull.effects == {NAME: ["could not be rendered before: what happens to it is not known"]}
    assert [name for name, _ in pull.reviewer.differences()] == [NAME]


def test_what_was_broken_before_and_still_is_is_nothing_new(opened: Open) -> None:
    broken = {FILE: notebook(NAME, OWNER, "  options: [nothing]\n")}
    pull = opened({"README.md": "better\n", **BASE}, "root", broken)
    assert not pull.review.is_fine
    assert NAME not in pull.effects


SAME = [
    ({"a": [1, {"b": "c"}]}, {"a": [1, {"b": "c"}]}, True),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ([1, 2], [2, 1], False),
    ([1], [1, 1], False),
    ({"a": 1}, {"a": 1, "b": 1}, False),
    ({"a": 1}, {"a": True}, False),
    ({"a": 1}, {"a": 1.0}, False),
    ({"a": {}}, {"a": []}, False),
    ({"a": None}, {"a": None}, True),
]


@pytest.mark.parametrize(("one", "other", "expected"), SAME)
def test_values_are_the_same_to_a_cluster(one: object, other: object, expected: bool) -> None:
    assert is_same(one, other) is expected
    assert is_same(other, one) is expected
