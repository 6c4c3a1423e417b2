"""Who may do what: the base says whose a notebook is, and nothing in the head can say otherwise."""

from pathlib import Path

import pytest

from tests.review.trees import BASE, CATALOG, SETTINGS, SHARED, Files, Open, notebook

CHURN = "notebooks/research/churn.yaml"
SURVEY = "notebooks/research/survey.yaml"
NETS = "notebooks/vision/nets.yaml"
ORPHAN = "notebooks/lab/orphan.yaml"
MALLORY = "mallory@example.com"
TUNED = "  env: [{name: A, value: a}]\n"

ALLOWED: dict[str, tuple[str, Files]] = {
    "the owner changes theirs": (
        "alice",
        {CHURN: notebook("research/churn", extra=SHARED + TUNED)},
    ),
    "capitals of a login do not matter": (
        "ALICE",
        {CHURN: notebook("research/churn", extra=SHARED + TUNED)},
    ),
    "the owner gives theirs away": ("alice", {CHURN: notebook("research/churn", MALLORY)}),
    "the owner removes theirs": ("alice", {CHURN: None}),
    "the owner moves theirs to another file": (
        "alice",
        {CHURN: None, "notebooks/elsewhere/x.yml": BASE[CHURN]},
    ),
    "the owner renames theirs": (
        "alice",
        {CHURN: notebook("research/churned", extra=SHARED)},
    ),
    "a collaborator changes what they may edit": (
        "bob",
        {CHURN: notebook("research/churn", extra=SHARED + TUNED)},
    ),
    "a collaborator moves what they may edit": (
        "bob",
        {CHURN: None, "notebooks/research/other.yaml": BASE[CHURN]},
    ),
    "somebody adds one of their own": (
        "mallory",
        {"notebooks/research/mine.yaml": notebook("research/mine", MALLORY)},
    ),
    "somebody adds one of their own beside another's": (
        "mallory",
        {CHURN: f"{BASE[CHURN]}---\n{notebook('research/mine', MALLORY)}"},
    ),
    "a member of the group that owns it changes it": (
        "carol",
        {NETS: notebook("vision/nets", "{kind: Group, name: vision}", TUNED)},
    ),
    "a member of a group adds one of the group's": (
        "carol",
        {"notebooks/vision/b.yaml": notebook("vision/b", "{kind: Group, name: vision}")},
    ),
    "the owner writes a comment": ("alice", {CHURN: f"# why\n{BASE[CHURN]}"}),
    "an admin changes the catalog": ("root", {"catalog/all.yaml": CATALOG + "# new\n"}),
    "an admin by group changes the settings": (
        "petra",
        {"octavo.yaml": SETTINGS + "networkPolicy: true\n"},
    ),
    "an admin removes what is another's": ("root", {CHURN: None}),
    "anybody changes what is anyone's": (
        "mallory",
        {"docs/deep/down.md": "hello\n", "README.md": "better\n"},
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_it_is_allowed_when(name: str, opened: Open) -> None:
    login, changed = ALLOWED[name]
    pull = opened(changed, login)
    assert pull.refused == []
    assert pull.review.actor is not None


MOVED = {"notebooks/mine/churn.yaml": notebook("research/churn", MALLORY)}
REFUSED: dict[str, tuple[str, Files, str]] = {
    "somebody changes another's": (
        "mallory",
        {CHURN: notebook("research/churn", extra=SHARED + TUNED)},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody removes another's": (
        "mallory",
        {CHURN: None},
        "research/churn is of alice@example.com: mallory may not remove it",
    ),
    "somebody makes another's their own": (
        "mallory",
        {CHURN: notebook("research/churn", MALLORY)},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody makes another's their own in another file": (
        "mallory",
        {CHURN: None, **MOVED},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody adds a second of another's name": (
        "mallory",
        MOVED,
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody adds a second whose name is spelled by escapes": (
        "mallory",
        {
            "notebooks/mine/x.yaml": notebook("research/churn", MALLORY).replace(
                "name: churn", r'name: "\x63hurn"'
            )
        },
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody moves another's without a change": (
        "mallory",
        {CHURN: None, "notebooks/a.yaml": BASE[CHURN]},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody renames another's": (
        "mallory",
        {CHURN: notebook("research/churned", MALLORY, SHARED)},
        "research/churn is of alice@example.com: mallory may not remove it",
    ),
    "somebody adds for another": (
        "mallory",
        {"notebooks/research/new.yaml": notebook("research/new")},
        "research/new would be of alice@example.com: mallory adds only what is theirs",
    ),
    "somebody adds for an owner that differs in capitals": (
        "mallory",
        {"notebooks/research/new.yaml": notebook("research/new", "Mallory@example.com")},
        "research/new would be of Mallory@example.com: mallory adds only what is theirs",
    ),
    "somebody adds for a group that they are not in": (
        "mallory",
        {"notebooks/vision/b.yaml": notebook("vision/b", "{kind: Group, name: vision}")},
        "vision/b would be of Group vision: mallory adds only what is theirs",
    ),
    "somebody adds for a group that is called like them": (
        "mallory",
        {"notebooks/lab/b.yaml": notebook("lab/b", f"{{kind: Group, name: {MALLORY}}}")},
        "lab/b would be of Group mallory@example.com: mallory adds only what is theirs",
    ),
    "somebody adds what nobody owns": (
        "mallory",
        {"notebooks/lab/new.yaml": notebook("lab/new", "")},
        "lab/new would be of nobody: mallory adds only what is theirs",
    ),
    "somebody takes what nobody owns": (
        "mallory",
        {ORPHAN: notebook("lab/orphan", MALLORY)},
        "lab/orphan is of nobody: mallory may not change it",
    ),
    "another's stands as a second document behind one's own": (
        "mallory",
        {SURVEY: f"{BASE[SURVEY]}---\n{notebook('research/churn', MALLORY)}"},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "the owner is an anchor's": (
        "mallory",
        {
            CHURN: "apiVersion: jackhoman.dev/v1beta1\nkind: Notebook\n"
            "metadata: {name: churn, namespace: research, annotations: {a: &a "
            f"{MALLORY}}}}}\nspec:\n  owner: *a\n  templateRef: {{name: base, namespace: kf}}\n"
        },
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "another's is hidden behind another extension": (
        "mallory",
        {"notebooks/mine/churn.YML": notebook("research/churn", MALLORY)},
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "another's is hidden in JSON": (
        "mallory",
        {
            "notebooks/mine/churn.json": '{"apiVersion": "jackhoman.dev/v1beta1", "kind":'
            ' "Notebook", "metadata": {"name": "churn", "namespace": "research"}, "spec": {"owner":'
            f' "{MALLORY}", "templateRef": {{"name": "base", "namespace": "kf"}}}}}}'
        },
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "another's is Kubeflow's kind of Notebook": (
        "mallory",
        {
            "notebooks/mine/k.yaml": "apiVersion: kubeflow.org/v1\nkind: Notebook\n"
            "metadata: {name: churn, namespace: research}\n"
            "spec: {template: {spec: {containers: [{name: churn, image: a}]}}}\n"
        },
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "a number becomes a truth of the same worth": (
        "mallory",
        {
            CHURN: notebook("research/churn", extra=SHARED + "  parameters: {a: true}\n"),
            SURVEY: notebook("research/survey", MALLORY, TUNED),
        },
        "research/churn is of alice@example.com: mallory may not change it",
    ),
    "somebody writes a comment in another's file": (
        "mallory",
        {CHURN: f"# by order of alice\n{BASE[CHURN]}"},
        "notebooks/research/churn.yaml holds no Notebook of mallory",
    ),
    "a collaborator removes it": (
        "bob",
        {CHURN: None},
        "research/churn is of alice@example.com: bob may not remove it",
    ),
    "a collaborator renames it": (
        "bob",
        {CHURN: notebook("research/churned", extra=SHARED)},
        "research/churn is of alice@example.com: bob may not remove it",
    ),
    "a collaborator gives it away": (
        "bob",
        {CHURN: notebook("research/churn", "bob@example.com", SHARED)},
        "who may edit it, may not change whose it is",
    ),
    "a collaborator shares it further": (
        "bob",
        {CHURN: notebook("research/churn", extra=SHARED.replace("view", "edit"))},
        "who may edit it, may not change whose it is",
    ),
    "a collaborator lets its data go with it": (
        "bob",
        {CHURN: notebook("research/churn", extra=SHARED + "  home: {keep: false}\n")},
        "who may edit it, may not change whose it is",
    ),
    "a collaborator lets it expire": (
        "bob",
        {CHURN: notebook("research/churn", extra=SHARED + "  ttlSecondsAfterFinished: 1\n")},
        "who may edit it, may not change whose it is",
    ),
    "who may only view changes it": (
        "eve",
        {CHURN: notebook("research/churn", extra=SHARED + TUNED)},
        "research/churn is of alice@example.com: eve may not change it",
    ),
    "a login is not among the identities, though a user is called so": (
        "alice@example.com",
        {CHURN: None},
        "alice@example.com may not remove it",
    ),
    "a login looks alike in other letters": (
        "\u0430lice",
        {CHURN: None},
        "research/churn is of alice@example.com: \u0430lice may not remove it",
    ),
    "a login is the same only to Unicode": (
        "petr\u00aa",
        {"octavo.yaml": "{}\n"},
        "octavo.yaml is of the catalog, the charts or the settings: that is for admins",
    ),
    "somebody makes themselves an admin in the same pull request": (
        "mallory",
        {"octavo.yaml": SETTINGS.replace("root@example.com", MALLORY, 1), CHURN: None},
        "research/churn is of alice@example.com: mallory may not remove it",
    ),
    "somebody joins the group in the same pull request": (
        "mallory",
        {
            "octavo.yaml": SETTINGS.replace("[carol@example.com]", f"[{MALLORY}]"),
            NETS: None,
        },
        "vision/nets is of Group vision: mallory may not remove it",
    ),
    "somebody becomes another in the same pull request": (
        "mallory",
        {"octavo.yaml": SETTINGS.replace(f"mallory: {MALLORY}", "mallory: alice@example.com")},
        "octavo.yaml is of the catalog",
    ),
    "the settings of the head cannot be read": (
        "mallory",
        {"octavo.yaml": "admins: [", CHURN: None},
        "octavo.yaml is of the catalog",
    ),
    "somebody changes the catalog": (
        "mallory",
        {"catalog/all.yaml": CATALOG.replace("base:1", "evil:1")},
        "catalog/all.yaml is of the catalog",
    ),
    "somebody adds to the catalog": (
        "mallory",
        {"catalog/deep/new.json": "{}"},
        "catalog/deep/new.json is of the catalog",
    ),
    "somebody lays a chart over ours": (
        "mallory",
        {"charts/notebook/evil.yaml": "kind: A\n"},
        "charts/notebook/evil.yaml is of the catalog",
    ),
    "a Template stands among the notebooks": (
        "mallory",
        {"notebooks/research/t.yaml": CATALOG},
        "notebooks/research/t.yaml cannot be read as Notebooks alone",
    ),
    "a file of notebooks is broken": (
        "mallory",
        {SURVEY: "a: [", "notebooks/research/x.yaml": BASE[SURVEY]},
        "notebooks/research/survey.yaml cannot be read as Notebooks alone",
    ),
    "one document of several is broken": (
        "mallory",
        {SURVEY: f"{BASE[SURVEY]}---\nkind: Notebook\n"},
        "notebooks/research/survey.yaml cannot be read as Notebooks alone",
    ),
    "a workflow changes": (
        "mallory",
        {".github/workflows/ci.yaml": "on: pull_request_target\n"},
        ".github/workflows/ci.yaml is no Notebook",
    ),
    "a hidden file stands among what is anyone's": (
        "mallory",
        {"docs/.gitattributes": "* filter=x\n"},
        "docs/.gitattributes is no Notebook",
    ),
    "CODEOWNERS changes": ("mallory", {"CODEOWNERS": "* @mallory\n"}, "CODEOWNERS is no Notebook"),
    "a rendered file changes": (
        "mallory",
        {"rendered/notebooks/a/b/statefulset.yaml": "kind: StatefulSet\n"},
        "rendered/notebooks/a/b/statefulset.yaml is no Notebook",
    ),
    "a hidden file stands among the notebooks": (
        "mallory",
        {"notebooks/.hidden.yaml": notebook("research/mine", MALLORY)},
        "notebooks/.hidden.yaml is of the catalog, the charts or the settings",
    ),
    "an empty file stands among the notebooks": (
        "mallory",
        {"notebooks/empty.yaml": "# nothing\n"},
        "notebooks/empty.yaml holds no Notebook of mallory",
    ),
    "a link stands in the place of a notebook": (
        "mallory",
        {SURVEY: "-> churn.yaml"},
        "notebooks/research/survey.yaml is a link, a submodule or a program",
    ),
    "a link leads to a directory of one's own": (
        "mallory",
        {"notebooks/more": "-> ../docs", "docs/x.yaml": notebook("research/mine", MALLORY)},
        "notebooks/more is a link, a submodule or a program",
    ),
    "a link stands among what is anyone's": (
        "mallory",
        {"docs/link.md": "-> ../octavo.yaml"},
        "docs/link.md is a link, a submodule or a program",
    ),
    "a name differs in capitals from another": (
        "mallory",
        {"notebooks/research/Churn.yaml": notebook("research/mine", MALLORY)},
        "notebooks/research/Churn.yaml has a name that another file has on some disks",
    ),
    "a name differs only in the forms of its letters": (
        "mallory",
        {"docs/e\u0301.md": "a\n", "docs/\u00e9.md": "b\n"},
        "has a name that another file has on some disks",
    ),
    "a name ends as no name does on some disks": (
        "mallory",
        {"docs/a.md": "a\n", "docs/a.md. ": "b\n"},
        "docs/a.md.  has a name that another file has on some disks",
    ),
    "a name has a letter that some disks do not see": (
        "mallory",
        {"docs/b.md": "a\n", "docs/b\u200c.md": "b\n"},
        "has a name that another file has on some disks",
    ),
    "the settings are removed": ("mallory", {"octavo.yaml": None}, "octavo.yaml is of the catalog"),
    "a list of Notebooks stands among the notebooks": (
        "mallory",
        {"notebooks/l.yaml": "apiVersion: v1\nkind: List\nitems: []\n"},
        "notebooks/l.yaml cannot be read as Notebooks alone",
    ),
    "somebody makes more of it anyone's in the same pull request": (
        "mallory",
        {"octavo.yaml": SETTINGS.replace("README.md]", '"**"]'), "other.txt": "a\n"},
        "other.txt is no Notebook: that is for admins",
    ),
    "settings in capitals stand where some disks see ours": (
        "mallory",
        {"Octavo.YAML": "{}\n"},
        "Octavo.YAML has a name that another file has on some disks",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_when(name: str, opened: Open) -> None:
    login, changed, words = REFUSED[name]
    base = {CHURN: notebook("research/churn", extra=SHARED + "  parameters: {a: 1}\n")}
    pull = opened(changed, login, base if "of the same worth" in name else None)
    assert not pull.review.is_fine
    assert any(words in each for each in pull.refused), pull.refused


def test_a_program_is_for_admins(opened: Open) -> None:
    def runs(root: Path) -> None:
        (root / SURVEY).chmod(0o755)

    pull = opened({}, "mallory", prepare=runs)
    assert pull.refused == [
        f"{SURVEY} is a link, a submodule or a program on one side: that is for admins"
    ]


LINKED: dict[str, tuple[Files, Files]] = {
    "what is anyone's": (
        {"catalog/more.yaml": "-> ../docs/more.yaml"},
        {"docs/more.yaml": CATALOG.replace("base", "evil")},
    ),
    "a notebook": (
        {"catalog/more.yaml": f"-> ../{SURVEY}"},
        {SURVEY: notebook("research/survey", MALLORY, TUNED)},
    ),
    "the settings": (
        {"octavo.yaml": "-> docs/octavo.yaml", "docs/octavo.yaml": SETTINGS},
        {"docs/octavo.yaml": SETTINGS + "networkPolicy: true\n"},
    ),
}


@pytest.mark.parametrize("what", LINKED)
def test_what_all_share_is_judged_through_links_of_the_base_to(what: str, opened: Open) -> None:
    base, changed = LINKED[what]
    pull = opened(changed, "mallory", {"docs/more.yaml": "# nothing\n", **base})
    assert any("is read by all notebooks: that is for admins" in each for each in pull.refused)


def test_what_could_not_be_read_on_the_base_is_for_admins(opened: Open) -> None:
    mended = {"notebooks/b.yaml": notebook("research/mine", MALLORY)}
    assert opened(mended, "mallory", {"notebooks/b.yaml": "a: ["}).refused == [
        "notebooks/b.yaml cannot be read as Notebooks alone on both sides: that is for admins"
    ]


def test_a_name_that_the_base_spells_by_escapes_is_known_all_the_same(opened: Open) -> None:
    base = {CHURN: BASE[CHURN].replace("name: churn", r'name: "\x63hurn"')}
    pull = opened(
        {"notebooks/mine/churn.yaml": notebook("research/churn", MALLORY)}, "mallory", base
    )
    assert pull.refused == ["research/churn is of alice@example.com: mallory may not change it"]


def test_a_link_that_becomes_a_file_is_for_admins(opened: Open) -> None:
    pull = opened({"docs/a.md": None}, "mallory", {"docs/a.md": "-> ../README.md"})
    assert len(pull.refused) == 1
    assert pull.refused[0].startswith("docs/a.md is a link")


def test_the_glob_of_anyone_never_opens_the_sources(opened: Open) -> None:
    settings = SETTINGS.replace("[docs/**, README.md]", '["**"]')
    changed = {"Catalog/x.yaml": "a: 1\n", "notebooks/a.json": "[]", "any/thing.txt": "fine\n"}
    pull = opened(changed, "mallory", {"octavo.yaml": settings})
    assert [each.partition(" ")[0] for each in pull.refused] == [
        "Catalog/x.yaml",
        "notebooks/a.json",
    ]


def test_without_identities_logins_are_users(opened: Open) -> None:
    base: Files = {"octavo.yaml": "{}\n", CHURN: notebook("research/churn", "alice")}
    assert opened({CHURN: None}, "alice", base).refused == []
    assert opened({CHURN: None}, "Alice", base).refused != []


def test_with_no_identity_at_all_everybody_is_nobody(opened: Open) -> None:
    base: Files = {
        "octavo.yaml": "admins: [alice]\nreview: {identities: {}}\n",
        CHURN: notebook("research/churn", "alice"),
    }
    assert opened({CHURN: None}, "alice", base).refused != []


def test_without_an_actor_nothing_is_refused_and_that_is_said(opened: Open) -> None:
    pull = opened({CHURN: None}, None)
    assert pull.refused == []
    assert "was not judged" in pull.markdown()
    assert "Nobody was named" in pull.text()


def test_two_of_one_name_are_a_problem_for_their_owner_too(opened: Open) -> None:
    pull = opened({"notebooks/again.yaml": notebook("research/churn", extra=SHARED)}, "alice")
    assert pull.refused == []
    assert any("there are two Notebooks research/churn" in each for each in pull.problems)
    assert not pull.review.is_fine


def test_one_directory_may_hold_the_catalog_and_the_notebooks(opened: Open) -> None:
    base: Files = {
        "octavo.yaml": SETTINGS + "catalog: all\nnotebooks: all\n",
        "all/c.yaml": CATALOG,
    }
    base = {**base, "all/mine.yaml": BASE[SURVEY], SURVEY: None, "catalog/all.yaml": None}
    mine = notebook("research/survey", MALLORY, TUNED)
    assert opened({"all/mine.yaml": mine}, "mallory", base).refused == []
    assert opened({"all/mine.yaml": CATALOG}, "mallory", base).refused != []
    assert opened({"all/mine.yaml": f"{mine}---\n{CATALOG}"}, "mallory", base).refused != []


@pytest.mark.parametrize("settings", ["notebooks: .\n", "notebooks: .\ncatalog: .\n"])
def test_a_notebook_that_is_a_chart_as_well_is_for_admins(settings: str, opened: Open) -> None:
    base: Files = {
        name: None for name in BASE if name.startswith(".") or name == "catalog/all.yaml"
    }
    base = {**base, "octavo.yaml": SETTINGS + settings}
    mine = notebook("research/mine", MALLORY)
    pull = opened({"charts/notebook/mine.yaml": mine}, "mallory", base)
    assert "charts/notebook/mine.yaml is of the catalog" in pull.refused[0]
    pull = opened(
        {"docs/mine.txt": mine},
        "mallory",
        {**base, "charts/notebook/mine.yaml": "-> ../../docs/mine.txt"},
    )
    assert any("mine.yaml is read by all notebooks" in each for each in pull.refused)


VOLUME = "  volumes: [{name: data, mountPath: /data, size: 5Gi%s}]\n"


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (VOLUME % "", VOLUME % ", keep: false", False),
        (VOLUME % ", keep: false", "", False),
        (VOLUME % "", "", True),
        ("", VOLUME % "", True),
    ],
)
def test_a_collaborator_lets_no_data_go(
    before: str, after: str, *, allowed: bool, opened: Open
) -> None:
    base = {CHURN: notebook("research/churn", extra=SHARED + before)}
    pull = opened({CHURN: notebook("research/churn", extra=SHARED + after)}, "bob", base)
    assert (pull.refused == []) is allowed


def test_a_machine_is_who_its_account_says(opened: Open) -> None:
    settings = SETTINGS.replace("root: root@example.com", "bot: system:serviceaccount:ci:robot")
    base: Files = {
        "octavo.yaml": settings,
        SURVEY: notebook("research/survey", "{kind: ServiceAccount, name: robot, namespace: ci}"),
    }
    assert opened({SURVEY: None}, "bot", base).refused == []
    assert opened({SURVEY: None}, "mallory", base).refused != []


def test_a_collaborator_may_not_take_it_off_a_target(opened: Open) -> None:
    settings = SETTINGS + "targets: {eu: {path: eu}, us: {path: us}}\n"
    changed = {CHURN: notebook("research/churn", extra=SHARED + "  targets: [eu]\n")}
    assert opened(changed, "bob", {"octavo.yaml": settings}).refused != []
    assert opened(changed, "alice", {"octavo.yaml": settings}).refused == []
