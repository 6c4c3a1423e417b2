"""Lists of Notebooks, as `kubectl get -o yaml` gives them: each item is judged by itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.review.declared import called, inhabited, read_text
from renderer.tree import File
from renderer.yamlio import load_all
from tests.review.trees import BASE, CATALOG, Files, Open, notebook

MALLORY = "mallory@example.com"
SURVEY = "notebooks/research/survey.yaml"
CHURN = "notebooks/research/churn.yaml"
FILE = "notebooks/list.yaml"
TUNED = "  env: [{name: A, value: a}]\n"
PROFILES = "profiles: [{name: mine, env: {A: a}}]\n"
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine, labels: {jupyterhub:"
    " singleuser-profiles}}\ndata: {jupyterhub-singleuser-profiles.yaml: 'profiles: []'}\n"
)


def listed(*documents: str, kind: str = "List", api_version: str = "v1") -> str:
    """The documents as the items of a list."""
    head = f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{resourceVersion: ''}}\nitems:\n"
    items = ("- " + text.strip("\n").replace("\n", "\n  ") + "\n" for text in documents)
    return head + "".join(items)


def in_json(*documents: str) -> str:
    items = [load_all(text.encode(), "x")[0].value for text in documents]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def of_ours(*notebooks: str) -> str:
    """A NotebookList, whose items need not say what they are."""
    head = "apiVersion: jackhoman.dev/v1beta1\nkind: Notebook\n"
    items = [text.removeprefix(head) for text in notebooks]
    return listed(*items, kind="NotebookList", api_version="jackhoman.dev/v1beta1")


MINE = notebook("research/mine", MALLORY)
OTHER = notebook("research/other", MALLORY)
HERS = notebook("research/hers")
TAKEN = notebook("research/churn", MALLORY)
OF_ANOTHER = "research/churn is of alice@example.com: mallory may not change it"
FOR_ANOTHER = "research/hers would be of alice@example.com: mallory adds only what is theirs"
NOT_ALONE = f"{FILE} cannot be read as Notebooks alone on both sides: that is for admins"

# What stands in the list on the base and in the head, and what is refused to mallory.
STORIES: dict[str, tuple[str | None, str | None, list[str]]] = {
    "all of it is their own": (None, listed(MINE, OTHER), []),
    "it is a list of one kind": (None, of_ours(MINE, OTHER), []),
    "it is a list in a list": (None, listed(listed(MINE), OTHER), []),
    "one of it is another's": (None, listed(MINE, HERS), [FOR_ANOTHER]),
    "one of a list of one kind is another's": (None, of_ours(MINE, HERS), [FOR_ANOTHER]),
    "one of a list in a list is another's": (None, listed(MINE, listed(HERS)), [FOR_ANOTHER]),
    "one of a list behind a document is another's": (
        None,
        f"{MINE}---\n{listed(OTHER, HERS)}",
        [FOR_ANOTHER],
    ),
    "one of it has another's name": (None, listed(MINE, TAKEN), [OF_ANOTHER]),
    "one of it has another's name in escapes": (
        None,
        listed(MINE, TAKEN.replace("name: churn", r'name: "\x63hurn"')),
        [OF_ANOTHER],
    ),
    "one of it is an alias of another's": (
        None,
        listed(MINE).replace("metadata: {res", "metadata: {x: &a churn, res")
        + listed(TAKEN.replace("name: churn", "name: *a")).partition("items:\n")[2],
        [OF_ANOTHER],
    ),
    "it is JSON, and one of it has another's name": (None, in_json(MINE, TAKEN), [OF_ANOTHER]),
    "theirs beside another's changes": (
        listed(MINE, HERS),
        listed(MINE + TUNED, HERS),
        [],
    ),
    "theirs is added beside another's": (listed(HERS), listed(HERS, MINE), []),
    "theirs is taken out beside another's": (listed(HERS, MINE), listed(HERS), []),
    "another's changes beside theirs": (
        listed(MINE, HERS),
        listed(MINE + TUNED, HERS + TUNED),
        ["research/hers is of alice@example.com: mallory may not change it"],
    ),
    "another's is taken out": (
        listed(MINE, HERS),
        listed(MINE),
        ["research/hers is of alice@example.com: mallory may not remove it"],
    ),
    "another's becomes theirs": (
        listed(MINE, HERS),
        listed(MINE, HERS.replace("alice@", "mallory@")),
        ["research/hers is of alice@example.com: mallory may not change it"],
    ),
    "only the order changes": (listed(MINE, HERS), listed(HERS, MINE), []),
    "only the order of others changes": (
        listed(HERS, notebook("research/its")),
        listed(notebook("research/its"), HERS),
        [f"{FILE} holds no Notebook of mallory"],
    ),
    "what all items are said to be changes for another's": (
        of_ours(MINE, HERS),
        of_ours(MINE, HERS).replace("jackhoman.dev/v1beta1", "jackhoman.dev/v1"),
        [NOT_ALONE],
    ),
    "a plain file of profiles is an item": (None, listed(MINE, PROFILES), [NOT_ALONE]),
    "a ConfigMap of profiles is an item": (None, listed(MINE, CONFIG_MAP), [NOT_ALONE]),
    "all items are ConfigMaps": (
        None,
        listed(CONFIG_MAP, kind="ConfigMapList"),
        [NOT_ALONE],
    ),
    "a Template is an item": (None, listed(MINE, CATALOG.partition("---")[0]), [NOT_ALONE]),
    "an item is nothing": (None, listed(MINE) + "- null\n", [NOT_ALONE]),
    "an item is no object": (None, listed(MINE) + "- 7\n", [NOT_ALONE]),
    "an item cannot be read": (
        None,
        listed(MINE, OTHER.replace("templateRef", "templateRaf")),
        [NOT_ALONE],
    ),
    "its items are no list": (None, "apiVersion: v1\nkind: List\nitems: {}\n", [NOT_ALONE]),
    "it has no items": (None, "apiVersion: v1\nkind: List\nitems: []\n", [NOT_ALONE]),
    "there was a ConfigMap in it": (listed(MINE, CONFIG_MAP), listed(MINE), [NOT_ALONE]),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_list_is_judged_item_by_item_where(story: str, opened: Open) -> None:
    before, after, refused = STORIES[story]
    pull = opened({FILE: after}, "mallory", {FILE: before})
    assert pull.refused == refused


@pytest.mark.parametrize("what", [CONFIG_MAP, PROFILES, CATALOG.partition("---")[0]])
def test_what_is_no_notebook_is_a_problem_for_admins_as_well(what: str, opened: Open) -> None:
    pull = opened({FILE: listed(MINE, what)}, "root")
    assert pull.refused == []
    assert any(
        each.startswith(f"{FILE}:") and "stands among the Notebooks and is not read" in each
        for each in pull.problems
    )


def test_each_of_a_list_is_told_with_what_happens_to_it(opened: Open) -> None:
    pull = opened({FILE: listed(MINE, OTHER)})
    assert pull.deeds == {"research/mine": "added", "research/other": "added"}
    assert {words[0] for words in pull.effects.values()} == {"is made and starts"}


def test_a_notebook_that_moves_into_a_list_stays_what_it_was(opened: Open) -> None:
    pull = opened({SURVEY: None, FILE: listed(MINE, BASE[SURVEY])})
    assert pull.refused == []
    assert pull.deeds == {"research/survey": "moved", "research/mine": "added"}


def test_what_moves_into_a_list_of_somebody_else_is_refused(opened: Open) -> None:
    pull = opened({CHURN: None, FILE: listed(MINE, BASE[CHURN])})
    assert pull.refused == [OF_ANOTHER]


@pytest.mark.parametrize("kind", [listed, of_ours, in_json])
def test_a_name_is_found_in_a_list_that_nobody_changed(kind: object, opened: Open) -> None:
    """Two of one name: the one in the list says whose it is."""
    assert callable(kind)
    base: Files = {FILE: kind(OTHER, HERS)}
    mine = {"notebooks/mine.yaml": notebook("research/hers", MALLORY)}
    pull = opened(mine, "mallory", base)
    assert pull.refused == ["research/hers is of alice@example.com: mallory may not change it"]


def test_a_namespace_with_a_notebook_in_a_list_does_not_go(opened: Open) -> None:
    base: Files = {FILE: listed(notebook("vision/its"), HERS)}
    pull = opened({"notebooks/vision/nets.yaml": None}, "carol", base)
    assert "namespaces/vision" not in pull.text()


def files(path: Path, *texts: str) -> Iterator[File]:
    from renderer.sources import SourceTree

    for number, text in enumerate(texts):
        (path / "all").mkdir(exist_ok=True)
        (path / f"all/{number}.yaml").write_text(text)
    yield from SourceTree(path).yaml_files("all", [])


@pytest.mark.parametrize("kind", [listed, of_ours, in_json])
def test_lists_are_read_for_names_and_for_namespaces(kind: object, tmp_path: Path) -> None:
    assert callable(kind)
    every = list(files(tmp_path, kind(MINE, HERS), kind(notebook("vision/nets"))))
    found = [each.identity for each in called({("research", "hers"), ("lab", "mine")}, every)]
    assert found == [("research", "hers")]
    assert inhabited({"vision", "lab", "research"}, every) == {"vision", "research"}


def test_an_item_says_the_same_in_a_list_and_alone() -> None:
    (alone,) = read_text("x", MINE.encode()).notebooks
    reading = read_text("x", listed(OTHER, MINE).encode())
    assert reading.is_whole
    assert [each.text for each in reading.notebooks][1] == alone.text
    assert [each.text for each in read_text("x", of_ours(MINE).encode()).notebooks] == [alone.text]


def test_one_directory_holds_the_catalog_and_lists_of_notebooks(opened: Open) -> None:
    settings = BASE["octavo.yaml"] + "catalog: notebooks\n"
    base: Files = {
        "octavo.yaml": settings,
        "catalog/all.yaml": None,
        "notebooks/all.yaml": CATALOG,
        FILE: listed(MINE, HERS),
    }
    assert opened({FILE: listed(MINE + TUNED, HERS)}, "mallory", base).refused == []
    assert opened({FILE: listed(MINE, HERS + TUNED)}, "mallory", base).refused == [
        "research/hers is of alice@example.com: mallory may not change it"
    ]
    for what in (PROFILES, CONFIG_MAP):
        words = f"{FILE} is of the catalog, the charts or the settings: that is for admins"
        assert opened({FILE: listed(MINE, HERS, what)}, "mallory", base).refused == [words]
