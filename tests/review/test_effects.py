"""What happens to notebooks that run, in words."""

import pytest

from renderer.review.review import Asked
from renderer.review.reviewing import Reviewer
from renderer.workspace import SHIPPED
from tests.review.trees import BASE, CATALOG, SETTINGS, Files, Open, notebook

NAME = "research/survey"
FILE = "notebooks/research/survey.yaml"
OWNER = "mallory@example.com"
RUNS_ON = "runs on: nothing until it stops and starts again"
DATA = "  volumes: [{name: data, mountPath: /data, size: 5Gi%s}]\n"
SHARE = "  sharing: [{name: bob@example.com, access: edit}]\n"
ENV = "  env: [{name: A, value: a}]\n"
ROUTED = "routing: {kind: istio, host: %s, gateway: a/b}\n"


def said(extra: str) -> str:
    return notebook(NAME, OWNER, extra)


# What its spec says before and after, and what is said of that, whole.
STORIES: dict[str, tuple[str, str, list[str]]] = {
    "an environment changes": ("", ENV, [RUNS_ON]),
    "it always takes what changes": (
        "  updatePolicy: Always\n",
        "  updatePolicy: Always\n" + ENV,
        ["restarts now, as its updatePolicy is Always"],
    ),
    "it shall always take what changes from now on": (
        "",
        "  updatePolicy: Always\n",
        ["restarts now if an update waits: its updatePolicy is Always"],
    ),
    "it is stopped": ("", "  stopped: true\n", ["stops now"]),
    "it is let go": (
        "  stopped: true\n",
        "",
        ["starts, unless somebody stopped it in the cluster as well"],
    ),
    "it changes while it is stopped": (
        "  stopped: true\n",
        "  stopped: true\n" + ENV,
        ["is stopped: nothing until it next starts"],
    ),
    "its home grows": (
        "",
        "  home: {size: 20Gi}\n",
        ["its storage survey-home grows from 10Gi to 20Gi"],
    ),
    "its home shrinks, which it cannot": ("  home: {size: 20Gi}\n", "", ["runs on as it is"]),
    "its home shall go with it": (
        "",
        "  home: {keep: false}\n",
        ["its storage survey-home will go with the notebook from now on"],
    ),
    "its home shall stay": (
        "  home: {keep: false}\n",
        "",
        ["its storage survey-home will outlive the notebook from now on"],
    ),
    "a volume comes": ("", DATA % "", [RUNS_ON, "storage survey-data of 5Gi is made"]),
    "a volume that is kept goes": (DATA % "", "", [RUNS_ON, "its storage survey-data is kept"]),
    "a volume that is not kept goes": (
        DATA % ", keep: false",
        "",
        ["its storage survey-data is deleted, with all that is in it", RUNS_ON],
    ),
    "it is shared": ("", SHARE, ["bob@example.com gains edit"]),
    "it is shared no longer": (SHARE, "", ["bob@example.com loses edit"]),
    "only a label changes": (
        "",
        "  revisionHistoryLimit: 2\n",
        ["runs on as it is"],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_it_is_said_that(story: str, opened: Open) -> None:
    before, after, words = STORIES[story]
    pull = opened({FILE: said(after)}, "mallory", {FILE: said(before)})
    assert pull.effects == {NAME: words}
    assert pull.deeds == {NAME: "changed"}


def test_what_is_added_starts_and_what_is_stopped_does_not(opened: Open) -> None:
    pull = opened({
        "notebooks/a.yaml": notebook("lab/a", OWNER),
        "notebooks/b.yaml": notebook("lab/b", OWNER, "  stopped: true\n"),
    })
    assert pull.deeds == {"lab/a": "added", "lab/b": "added"}
    assert pull.effects["lab/a"] == ["is made and starts", "storage a-home of 10Gi is made"]
    assert pull.effects["lab/b"][0] == "is made, and does not start: it is stopped"


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("", ["stops now and goes", "its storage survey-home is kept"]),
        (
            "  home: {keep: false}\n",
            ["its storage survey-home is deleted, with all that is in it", "stops now and goes"],
        ),
    ],
)
def test_what_is_removed_stops_and_its_storage_as_it_was_said(
    home: str, words: list[str], opened: Open
) -> None:
    pull = opened({FILE: None}, "mallory", {FILE: said(home)})
    assert pull.deeds == {NAME: "removed"}
    assert pull.effects == {NAME: words}


def test_a_rename_is_one_that_goes_and_one_that_comes(opened: Open) -> None:
    pull = opened({FILE: notebook("research/poll", OWNER)})
    assert pull.deeds == {"research/survey": "removed", "research/poll": "added"}
    assert "its storage survey-home is kept" in pull.effects["research/survey"]


def test_a_move_to_another_file_is_nothing(opened: Open) -> None:
    pull = opened({FILE: None, "notebooks/b.yaml": BASE[FILE]})
    assert pull.deeds == {NAME: "moved"}
    assert pull.effects == {}
    assert "nothing happens to it" in pull.text()


def test_a_new_owner_gains_what_the_old_one_loses(opened: Open) -> None:
    pull = opened({FILE: notebook(NAME, "bob@example.com")})
    assert "bob@example.com gains owner" in pull.effects[NAME]
    assert "mallory@example.com loses owner" in pull.effects[NAME]


def test_an_address_that_changes_is_named(opened: Open) -> None:
    base: Files = {"octavo.yaml": SETTINGS + ROUTED % "old.example.com"}
    changed = {"octavo.yaml": SETTINGS + ROUTED % "new.example.com"}
    words = (
        "moves from https://old.example.com/notebook/research/survey/"
        " to https://new.example.com/notebook/research/survey/"
    )
    assert words in opened(changed, "root", base).effects[NAME]


REACHED = {
    FILE: said("  options: [opt]\n"),
    "notebooks/always.yaml": notebook("lab/always", OWNER, "  updatePolicy: Always\n"),
    "notebooks/ignore.yaml": notebook("lab/ignore", OWNER, "  updatePolicy: Ignore\n"),
    "notebooks/stopped.yaml": notebook("lab/stopped", OWNER, "  stopped: true\n"),
}


def test_a_template_reaches_everybody_each_in_their_way(opened: Open) -> None:
    pull = opened({"catalog/all.yaml": CATALOG.replace("base:1", "base:2")}, "root", REACHED)
    assert pull.effects[NAME] == [RUNS_ON]
    assert pull.effects["lab/always"] == ["restarts now, as its updatePolicy is Always"]
    assert pull.effects["lab/stopped"] == ["is stopped: nothing until it next starts"]
    (stays,) = pull.effects["lab/ignore"]
    assert stays.startswith("stays on its revision")
    (reach,) = pull.review.reaches
    assert (reach.name, reach.deed, reach.notebooks) == ("Template kf/base", "changed", 7)
    assert reach.by_effect == (
        ("restarts now", 1),
        ("nothing until it next starts", 5),
        ("stays on its revision", 1),
    )
    assert "reaches 7 notebooks: restarts now 1" in pull.text()
    assert "- 1 notebook: restarts now: `lab/always`" in pull.markdown()


def test_an_option_reaches_only_those_who_chose_it(opened: Open) -> None:
    pull = opened({"catalog/all.yaml": CATALOG.replace("value: b", "value: c")}, "root", REACHED)
    assert list(pull.effects) == [NAME]
    assert [(each.name, each.notebooks) for each in pull.review.reaches] == [
        ("PodDefault kf/opt", 1)
    ]


def test_settings_reach_everybody_whom_they_change(opened: Open) -> None:
    pull = opened({"octavo.yaml": SETTINGS + "networkPolicy: true\n"}, "root")
    assert len(pull.effects) == 4
    assert [(each.name, each.notebooks) for each in pull.review.reaches] == [("octavo.yaml", 4)]


def test_a_comment_in_the_catalog_reaches_nobody(opened: Open) -> None:
    pull = opened({"catalog/all.yaml": f"# why\n{CATALOG}"}, "root")
    assert pull.effects == {}
    assert pull.review.reaches == ()


def test_what_no_server_takes_is_said(opened: Open) -> None:
    chart = (SHIPPED / "notebook/statefulset.yaml").read_text()
    changed = {"charts/notebook/statefulset.yaml": chart.replace("Parallel", "OrderedReady")}
    pull = opened(changed, "root")
    words = "cannot be applied as it is: nobody may change podManagementPolicy of a StatefulSet"
    assert pull.effects[NAME] == [words]


def test_namespaces_come_and_go_with_their_notebooks(opened: Open) -> None:
    gone = opened({"notebooks/vision/nets.yaml": None}, "carol")
    assert "--- namespaces/vision/namespace.yaml" in gone.text()
    assert "namespaces/research" not in gone.text()


def test_targets_are_told_apart(opened: Open) -> None:
    base = {
        "octavo.yaml": SETTINGS + "targets: {eu: {path: eu}, us: {path: us}}\n",
        FILE: said("  targets: [eu]\n"),
    }
    pull = opened({FILE: said("  targets: [us]\n")}, "mallory", base)
    by_target = {i.target: [str(e.what) for e in i.effects] for i in pull.review.impacts}
    assert by_target["eu"][0] == "stops now and goes"
    assert by_target["us"][0] == "is made and starts"
    assert "on `eu` it stops now and goes" in pull.markdown()


def test_problems_of_the_head_are_said_and_old_warnings_are_not(opened: Open) -> None:
    pull = opened({FILE: said("  options: [nothing]\n")})
    assert not pull.review.is_fine
    assert len(pull.problems) == 1
    assert "notebooks/research/survey.yaml" in pull.problems[0]
    assert "orphan" not in pull.text()


def test_the_catalog_is_compared_in_parallel_as_alone(opened: Open) -> None:
    many: Files = {
        f"notebooks/many/{n}.yaml": notebook(f"lab/n{n}", OWNER, "  options: [opt]\n")
        for n in range(120)
    }
    pull = opened({"catalog/all.yaml": CATALOG.replace("base:1", "base:2")}, "root", many)
    reviewer = pull.reviewer
    again = Reviewer(reviewer.base, reviewer.head, Asked(reviewer.asked.changes, (), "root", 2))
    assert again.review().impacts == pull.review.impacts
    assert len(pull.effects) == 124


def test_what_becomes_of_a_notebook_that_cannot_be_read_is_not_guessed(opened: Open) -> None:
    pull = opened({
        "notebooks/research/churn.yaml": notebook("research/churn", extra="  size: [\n")
    })
    assert (pull.deeds, pull.effects, pull.review.is_fine) == ({}, {}, False)
    assert any("notebooks/research/churn.yaml" in each for each in pull.problems)
