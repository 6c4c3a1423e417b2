"""What a change to profiles, and to the templates of their services, reaches."""

import pytest

from tests.review.trees import Files, Open, notebook

PROFILES = """\
profiles:
- name: all
  env: {A: a}
- name: hers
  users: [mallory@example.com]
  env: {H: h}
  services:
    spark:
      resources: [{name: spark, path: p}]
      return: {SPARK: metadata.name}
sizes:
- name: Small
  resources: {limits: {cpu: "1"}}
"""
SPARK = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: spark}
data:
  p: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: "spark-{{ user }}"}
    data: {size: "1"}
"""
BASE = {
    "catalog/profiles.yaml": PROFILES,
    "catalog/spark.yaml": SPARK,
    "notebooks/small.yaml": notebook("lab/small", extra="  size: Small\n"),
    "notebooks/survey.yaml": notebook("research/hers", "mallory@example.com"),
}
ALL = 6
HERS = 2
CHANGES = {
    "what all are given": (("A: a", "A: b"), [("Profile all", ALL)]),
    "what one is given": (("H: h", "H: i"), [("Profile hers", HERS)]),
    "whom it is for": (("[mallory@", "[carol@"), [("Profile hers", HERS)]),
    "a size": (('cpu: "1"', 'cpu: "2"'), [("Size Small", 1)]),
    "a comment": (("profiles:", "# why\nprofiles:"), []),
    "a profile in front": (
        ("profiles:", "profiles:\n- {name: none, users: [nobody]}"),
        [("Profile none", 0)],
    ),
}


@pytest.mark.parametrize(("change", "reached"), CHANGES.values(), ids=list(CHANGES))
def test_a_profile_reaches_those_whom_it_matches(
    opened: Open, change: tuple[str, str], reached: list[tuple[str, int]]
) -> None:
    pull = opened({"catalog/profiles.yaml": PROFILES.replace(*change)}, "root", BASE)
    assert [(each.name, each.notebooks) for each in pull.review.reaches] == reached


def labelled(name: str, profiles: str) -> str:
    """A ConfigMap of profiles, which comes in its turn by its name."""
    body = "".join(f"    {line}\n" for line in profiles.splitlines())
    return (
        "apiVersion: v1\nkind: ConfigMap\n"
        f"metadata: {{name: {name}, labels: {{jupyterhub.opendatahub.io/user: profile}}}}\n"
        f"data:\n  jupyterhub-singleuser-profiles.yaml: |\n{body}"
    )


GPUS = """\
profiles:
- {name: Gpu, users: [mallory@example.com], gpu: 1, env: {G: g}}
gpuTypes:
- type: a100
  node_tolerations: [{key: gpu, operator: Exists}]
"""
TEAM = "profiles: [{name: Team, env: {G: t}}]\n"
# A base beside that of all, what of it changes, and who is reached by what.
DOCUMENTS: dict[str, tuple[Files, Files, list[tuple[str, str, int]]]] = {
    "a profile comes": (
        {},
        {"catalog/gpus.yaml": GPUS},
        [("GpuTypes catalog/gpus.yaml", "added", HERS), ("Profile Gpu", "added", HERS)],
    ),
    "a profile goes": (
        {"catalog/gpus.yaml": GPUS},
        {"catalog/gpus.yaml": None},
        [("GpuTypes catalog/gpus.yaml", "removed", HERS), ("Profile Gpu", "removed", HERS)],
    ),
    "the tolerations of GPUs change": (
        {"catalog/gpus.yaml": GPUS},
        {"catalog/gpus.yaml": GPUS.replace("key: gpu", "key: gpus")},
        [("GpuTypes catalog/gpus.yaml", "changed", HERS)],
    ),
    "one user more is named, which is nothing to the others": (
        {"catalog/gpus.yaml": GPUS},
        {"catalog/gpus.yaml": GPUS.replace("example.com]", "example.com, alice@example.com]")},
        [("Profile Gpu", "changed", 2)],
    ),
    "a file of profiles comes in front of another": (
        {"catalog/zz.yaml": "profiles: [{name: Z, env: {A: z}}]\n"},
        {"catalog/zz.yaml": None, "catalog/aa.yaml": "profiles: [{name: Z, env: {A: z}}]\n"},
        [("order of profiles", "changed", ALL)],
    ),
    "a ConfigMap comes behind another": (
        {"catalog/a.yaml": labelled("a", TEAM), "catalog/b.yaml": labelled("b", GPUS)},
        {"catalog/a.yaml": labelled("c", TEAM)},
        [("order of profiles", "changed", HERS)],
    ),
    "a ConfigMap is another file's from now on": (
        {"catalog/a.yaml": labelled("a", TEAM)},
        {"catalog/a.yaml": None, "catalog/z.yaml": labelled("a", TEAM)},
        [],
    ),
    "a ConfigMap loses its label": (
        {"catalog/a.yaml": labelled("a", TEAM)},
        {"catalog/a.yaml": labelled("a", TEAM).replace("user: profile", "user: none")},
        [("ConfigMap a", "added", 0), ("Profile Team", "removed", ALL)],
    ),
    "a profile without a name comes in front of others": (
        {"catalog/zz.yaml": "profiles: [{env: {B: b}, users: [alice@example.com]}, {env: {C: c}}]"},
        {
            "catalog/zz.yaml": "profiles: [{env: {D: d}, users: [nobody]},"
            " {env: {B: b}, users: [alice@example.com]}, {env: {C: c}}]"
        },
        [("Profile profile 3", "added", 0)],
    ),
    "profiles without names change places": (
        {"catalog/zz.yaml": "profiles: [{env: {B: b}, users: [alice@example.com]}, {env: {C: c}}]"},
        {"catalog/zz.yaml": "profiles: [{env: {C: c}}, {env: {B: b}, users: [alice@example.com]}]"},
        [("order of profiles", "changed", 2)],
    ),
    "the first of two profiles of one name goes": (
        {"catalog/zz.yaml": "profiles: [{name: T, env: {T: a}, users: [nobody]}, {name: T}]"},
        {"catalog/zz.yaml": "profiles: [{name: T}]"},
        [("Profile T", "removed", 0)],
    ),
    "one of two profiles without names changes": (
        {"catalog/zz.yaml": "profiles: [{env: {B: b}, users: [alice@example.com]}, {env: {C: c}}]"},
        {"catalog/zz.yaml": "profiles: [{env: {B: c}, users: [alice@example.com]}, {env: {C: c}}]"},
        [("Profile profile 3", "changed", 2)],
    ),
    "images come": (
        {},
        {
            "catalog/images.yaml": "apiVersion: image.openshift.io/v1\nkind: ImageStream\n"
            "metadata: {name: spark, namespace: odh}\n"
        },
        [("ImageStream odh/spark", "added", 0)],
    ),
    "an image's tags change": (
        {
            "catalog/images.yaml": "apiVersion: image.openshift.io/v1\nkind: ImageStream\n"
            "metadata: {name: spark}\nspec: {tags: [{name: '1'}]}\n"
        },
        {
            "catalog/images.yaml": "apiVersion: image.openshift.io/v1\nkind: ImageStream\n"
            "metadata: {name: spark}\nspec: {tags: [{name: '2'}]}\n"
        },
        [("ImageStream spark", "changed", 0)],
    ),
}


@pytest.mark.parametrize("story", DOCUMENTS)
def test_it_is_named_with_those_whom_it_reaches_when(story: str, opened: Open) -> None:
    base, changed, reached = DOCUMENTS[story]
    pull = opened(changed, "root", {**BASE, **base})
    found = [(each.name, each.deed.value, each.notebooks) for each in pull.review.reaches]
    assert found == reached


UPDATES = {
    "notebooks/always.yaml": notebook(
        "lab/always", "mallory@example.com", "  updatePolicy: Always\n"
    ),
    "notebooks/ignore.yaml": notebook(
        "lab/ignore", "mallory@example.com", "  updatePolicy: Ignore\n"
    ),
}


def test_a_profile_reaches_each_in_their_way(opened: Open) -> None:
    changed = {"catalog/profiles.yaml": PROFILES.replace("H: h", "H: i")}
    pull = opened(changed, "root", {**BASE, **UPDATES})
    (reach,) = pull.review.reaches
    assert reach.by_effect == (
        ("restarts now", 1),
        ("nothing until it next starts", HERS),
        ("stays on its revision", 1),
    )
    comment = pull.markdown()
    assert "- `Profile hers` changed, reaches 4 notebooks: restarts now 1, nothing" in comment
    assert "- 1 notebook: restarts now: `lab/always`\n" in comment
    assert "- 1 notebook: stays on its revision: `lab/ignore`\n" in comment


@pytest.mark.parametrize(
    "file", ["catalog/profiles.yaml", "catalog/spark.yaml", "catalog/new.yaml"]
)
@pytest.mark.parametrize("login", ["mallory", "nobody", "root", "petra"])
def test_what_profiles_say_is_for_admins(file: str, login: str, opened: Open) -> None:
    changed = {
        "catalog/profiles.yaml": PROFILES.replace("[mallory@example.com]", "['*']"),
        "catalog/spark.yaml": SPARK.replace('size: "1"', 'size: "9"'),
        "catalog/new.yaml": labelled("new", TEAM),
    }
    pull = opened({file: changed[file]}, login, BASE)
    words = f"{file} is of the catalog, the charts or the settings: that is for admins"
    assert pull.refused == ([] if login in ("root", "petra") else [words])


def test_a_template_of_a_service_reaches_those_with_whom_it_runs(opened: Open) -> None:
    text = SPARK.replace('size: "1"', 'size: "2"')
    pull = opened({"catalog/spark.yaml": text}, "root", BASE)
    assert [(each.name, each.notebooks) for each in pull.review.reaches] == [
        ("ConfigMap spark", HERS)
    ]
