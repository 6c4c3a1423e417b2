"""Profiles loaded from a file or a cluster: in order, and from nothing each time."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from renderer.errors import InputError
from renderer.singleuser import SingleuserProfiles, reading
from renderer.singleuser import profiles as library
from renderer.yamlio import load_all
from tests.seeds.example import PROFILES as EXAMPLE

NAME, KEY = "jupyter-singleuser-profiles", "jupyterhub-singleuser-profiles.yaml"
MINE = "mine"
EMPTY = SingleuserProfiles.empty_profile()


def config_map(name: str, *lines: str, key: str = KEY, labels: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    head = f"kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {name}\n{labels}"
    return f"{head}data:\n  {key}: |\n{body}"


def profiles_of(folder: Path, text: str, **options: Any) -> SingleuserProfiles:
    file = folder / "profiles.yaml"
    file.write_text(text)
    made = SingleuserProfiles()
    made.load_profiles(filename=str(file), **options)
    return made


def names_of(profiles: SingleuserProfiles) -> list[Any]:
    return [each.get("name") for each in profiles.get_profiles()]


def test_the_example_is_read_as_it_stands() -> None:
    profiles = SingleuserProfiles()
    profiles.load_profiles(filename=str(EXAMPLE))
    assert names_of(profiles) == ["globals", "Special Nodes", "Thoth Notebooks", "Spark Notebook"]
    assert [size["name"] for size in profiles.get_sizes()] == ["Small", "Medium", "Large"]
    assert profiles.get_gpu_types() == []


def test_a_profile_is_found_by_its_name_as_it_was_written(tmp_path: Path) -> None:
    text = "profiles: [{name: a, env: {X: 1}, custom: [1, 2]}, {name: a, env: {X: 2}}]"
    profiles = profiles_of(tmp_path, text)
    assert profiles.get_profile_by_name("a") == {"name": "a", "env": {"X": 1}, "custom": [1, 2]}
    assert profiles.get_profile_by_name("b") == {}


A, B, C = (f"profiles: [{{name: {name}}}]" for name in "abc")
LABELLED = "  labels: {jupyterhub.opendatahub.io/user: profile}\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(A, ["a"], id="plain"),
        pytest.param(f"{A}\n---\n{B}", ["a", "b"], id="two plain ones"),
        pytest.param(f"```yaml\n{A}\n```\n", ["a"], id="with a fence of a language"),
        pytest.param(f"``` {A}\n```\n", ["a"], id="on the line of the fence"),
        pytest.param(config_map(NAME, A), ["a"], id="a ConfigMap"),
        pytest.param(config_map("other", A), ["a"], id="a ConfigMap of another name"),
        pytest.param(f"data:\n  {KEY}: |\n    {A}\n", ["a"], id="only the data of one"),
        pytest.param(config_map(NAME, f"``` {A}", "```"), ["a"], id="a fence in a ConfigMap"),
        pytest.param(config_map(NAME, A, "---", B), ["a", "b"], id="two documents in one"),
        pytest.param(
            "---\n".join((
                config_map("z", C, labels=LABELLED),
                config_map("k", B, labels=LABELLED),
                config_map(NAME, A),
            )),
            ["a", "b", "c"],
            id="several, as in a cluster",
        ),
        pytest.param(f"{config_map('0', B)}---\n{A}\n", ["a", "b"], id="what is plain comes first"),
        pytest.param(
            "kind: List\napiVersion: v1\nitems:\n"
            + "".join(
                "- " + config_map(name, text).replace("\n", "\n  ").rstrip() + "\n"
                for name, text in (("z", B), (NAME, A))
            ),
            ["a", "b"],
            id="a List",
        ),
        pytest.param(
            f"kind: Secret\napiVersion: v1\ndata: {{x: eA==}}\n---\n{config_map(NAME, A)}",
            ["a"],
            id="among other objects",
        ),
        pytest.param("profiles: [{env: {}}]", [None], id="without a name"),
        pytest.param("", [""], id="an empty file"),
        pytest.param("profiles: []", [""], id="no profile"),
        pytest.param("profiles:", [""], id="a null"),
        pytest.param("sizes: []\nui: {x: 1}", [""], id="other things"),
        pytest.param(f"{A}\n---\nsizes: []\n", ["a"], id="one without profiles beside another"),
        pytest.param(config_map(NAME, key="other"), [""], id="a ConfigMap of something else"),
    ],
)
def test_profiles_stand_in_files_of_many_kinds(tmp_path: Path, text: str, names: list[Any]) -> None:
    assert names_of(profiles_of(tmp_path, text)) == names


def test_sizes_and_types_of_gpus_concatenate_too(tmp_path: Path) -> None:
    one, other = (
        "sizes: [{name: S}]\ngpuTypes: [{type: a}]",
        "sizes: [{name: L}]\ngpuTypes: [{type: b}]",
    )
    profiles = profiles_of(tmp_path, f"{one}\n---\n{other}")
    assert profiles.sizes == [{"name": "S"}, {"name": "L"}]
    assert profiles.gpu_types == [{"type": "a"}, {"type": "b"}]
    assert profiles.profiles == [EMPTY]


def test_the_name_and_the_key_may_be_others(tmp_path: Path) -> None:
    text = f"{config_map('a', A, key='x')}---\n{config_map(MINE, B, key='x')}"
    profiles = profiles_of(tmp_path, text, secret_name=MINE, key_name="x")
    assert names_of(profiles) == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("profiles: {a: 1}", ":1:1: error: profiles is a mapping\n  expected: a list of profiles"),
        ("profiles:\n- a", ":2:3: error: an item of profiles is a text\n  expected: a mapping"),
        (
            "profiles:\n- users: alice",
            ":2:3: error: users is a text\n  expected: a list of names",
        ),
        ("profiles:\n- images: x", ":2:3: error: images is a text\n  expected: a list of names"),
        (
            "sizes:\n- resources: {}",
            ":2:3: error: the name is missing\n  expected: a mapping with a name",
        ),
        ("sizes: Small", ":1:1: error: sizes is a text\n  expected: a list of sizes"),
        ("gpuTypes:\n- 1", ":2:3: error: an item of gpuTypes is a number\n  expected: a mapping"),
        ("- a", ":1:1: error: this is a list\n  expected: a mapping with profiles"),
        ("just words", ":1:1: error: this is a text\n"),
        ("profiles:\n- env: X=1", ":2:3: error: env is a text\n  expected: a list of variables"),
        ("profiles:\n- env:\n  - value: 1", ":3:5: error: the name is missing"),
        ("profiles:\n- volumes: [{}]", ":2:13: error: the name is missing"),
        ("profiles:\n- resources: [1]", ":2:3: error: resources is a list\n  expected: a mapping"),
        ("profiles:\n- resources: {limits: 1Gi}", ":2:15: error: limits is a text"),
        ("profiles:\n- node_tolerations: {}", ":2:3: error: node_tolerations is a mapping"),
        ("profiles:\n- node_affinity: []", ":2:3: error: node_affinity is a list"),
        ("profiles:\n- services: [spark]", ":2:3: error: services is a list"),
        ("profiles:\n- services: {spark: x}", ":2:14: error: spark is a text"),
        ("profiles:\n- gpu: [1]", ":2:3: error: gpu is a list"),
        (config_map(NAME, "sizes: []", "profiles:", "- 7"), ":9:7: error: an item of profiles is"),
        (config_map(NAME, "a: b: c"), ":7:9: error: "),
        (
            f"kind: ConfigMap\ndata:\n  {KEY}:\n    profiles: []\n",
            f":3:3: error: what stands under {KEY} is no text",
        ),
    ],
)
def test_where_it_cannot_go_on_it_says_so_in_words(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        profiles_of(tmp_path, text)
    assert f"{tmp_path / 'profiles.yaml'}{problem}" in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        profiles_of(tmp_path, "profiles:\n- users: a\n- images: b\nsizes: c\n")
    assert [each.position.line for each in caught.value.problems] == [2, 3, 4]


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "missing.yaml"
    with pytest.raises(InputError, match=r"missing\.yaml.*cannot be read: No such file"):
        SingleuserProfiles().load_profiles(filename=str(file))


class FakeCluster:
    """Texts by name, in the order of a cluster."""

    namespace = "jupyterhub"

    def __init__(self, texts: dict[str, str], own: dict[str, Any] | None = None) -> None:
        self.texts, self.own, self.asked = texts, own, []

    asked: list[tuple[str, ...]]

    def config_maps(self, secret_name: str, key_name: str) -> list[tuple[str, str]]:
        self.asked.append((secret_name, key_name))
        return list(self.texts.items())

    def user_profile(self, username: str) -> dict[str, Any] | None:
        self.asked.append((username,))
        return self.own


def of_cluster(
    monkeypatch: pytest.MonkeyPatch, cluster: FakeCluster
) -> tuple[SingleuserProfiles, list[tuple[Any, ...]]]:
    """The library at a cluster, and what clusters were made with."""
    made: list[tuple[Any, ...]] = []

    def make(*arguments: Any) -> FakeCluster:
        made.append(arguments)
        return cluster

    monkeypatch.setattr(library, "Cluster", make)
    return SingleuserProfiles("jupyterhub", "notebooks", service_account_path="/account"), made


def test_no_cluster_is_reached_for_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles, made = of_cluster(monkeypatch, FakeCluster({NAME: A}))
    assert (profiles.namespace, profiles.profiles, profiles.sizes) == ("jupyterhub", [], [])
    profiles.load_profiles(filename=str(EXAMPLE))
    assert made == []
    profiles.load_profiles()
    profiles.load_profiles()
    assert made == [("jupyterhub", "notebooks", True, "/account")]


def test_the_client_of_kubernetes_is_not_imported_before_a_cluster_is_asked() -> None:
    file = f"SingleuserProfiles().load_profiles(filename={str(EXAMPLE)!r})"
    code = f"from renderer.singleuser import SingleuserProfiles; {file}; import sys"
    slow = "{'kubernetes', 'kubernetes_asyncio', 'jsonpath_ng'}"
    check = f"print(sorted({slow} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {check}"],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n"


def test_a_cluster_says_in_which_namespace_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "Cluster", lambda *_: FakeCluster({}))
    assert SingleuserProfiles().namespace == "jupyterhub"


def test_the_users_own_profile_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = FakeCluster({NAME: A, "k": B}, {"env": [{"name": "X", "value": "1"}]})
    profiles, _ = of_cluster(monkeypatch, cluster)
    profiles.load_profiles(username="alice")
    assert names_of(profiles) == ["a", "b", "@singleuser@"]
    assert cluster.asked == [(NAME, KEY), ("alice",)]
    cluster.own = {"name": "mine"}
    profiles.load_profiles(username="alice")
    assert names_of(profiles) == ["a", "b", "mine"]
    cluster.own = None
    profiles.load_profiles(username="alice")
    assert names_of(profiles) == ["a", "b"]
    profiles.load_profiles()
    assert cluster.asked[-1] == (NAME, KEY)


def test_a_users_own_profile_that_is_none_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles, _ = of_cluster(monkeypatch, FakeCluster({NAME: A}, {"resources": "all of them"}))
    with pytest.raises(InputError, match="the profile of alice:1:1: error: resources is a text"):
        profiles.load_profiles(username="alice")
    assert profiles.profiles == []


def test_where_the_cluster_has_no_profiles_there_is_an_empty_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profiles, _ = of_cluster(monkeypatch, FakeCluster({NAME: "sizes: [{name: S}]"}, {"name": "me"}))
    profiles.load_profiles()
    assert (profiles.profiles, profiles.sizes) == ([EMPTY], [{"name": "S"}])
    profiles.load_profiles(username="alice")
    assert profiles.profiles == [EMPTY, {"name": "me"}]


def test_what_is_wrong_in_a_cluster_is_said_with_the_name_of_its_config_map(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profiles, _ = of_cluster(monkeypatch, FakeCluster({NAME: "profiles:\n- users: a"}))
    with pytest.raises(InputError, match=rf"ConfigMap/{NAME}\[{KEY}\]:2:3: error: users is a text"):
        profiles.load_profiles()


def test_each_load_starts_from_nothing(tmp_path: Path) -> None:
    profiles = profiles_of(tmp_path, f"{A}\nsizes: [{{name: S}}]\ngpuTypes: [{{type: x}}]")
    (tmp_path / "profiles.yaml").write_text(B)
    profiles.load_profiles(filename=str(tmp_path / "profiles.yaml"))
    assert names_of(profiles) == ["b"]
    assert (profiles.sizes, profiles.gpu_types) == ([], [])


def test_after_a_load_that_failed_nobodys_profiles_are_left(tmp_path: Path) -> None:
    profiles = profiles_of(tmp_path, A)
    with pytest.raises(InputError):
        profiles.load_profiles(filename=str(tmp_path / "missing.yaml"))
    assert (profiles.profiles, profiles.sizes, profiles.gpu_types) == ([], [], [])


def test_what_did_not_change_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def counted(data: bytes, file: str) -> Any:
        parsed.append(data)
        return load_all(data, file)

    monkeypatch.setattr(reading, "load_all", counted)
    reading.read_text.cache_clear()
    reading.read_file.cache_clear()
    cluster = FakeCluster({NAME: A, "k": B})
    profiles, _ = of_cluster(monkeypatch, cluster)
    for _ in range(3):
        profiles.load_profiles()
    assert parsed == [A.encode(), B.encode()]
    cluster.texts["k"] = C
    profiles.load_profiles()
    assert parsed[2:] == [C.encode()]
    assert names_of(profiles) == ["a", "c"]
    for _ in range(2):
        profiles.load_profiles(filename=str(EXAMPLE))
    assert len(parsed) == 4


def test_what_was_done_to_loaded_profiles_is_gone_with_the_next_load() -> None:
    profiles = SingleuserProfiles()
    profiles.load_profiles(filename=str(EXAMPLE))
    before = deepcopy((profiles.profiles, profiles.sizes))
    profiles.profiles[0]["env"].clear()
    profiles.sizes[0]["resources"]["limits"]["memory"] = "1Ki"
    profiles.load_profiles(filename=str(EXAMPLE))
    assert (profiles.profiles, profiles.sizes) == before


def test_templates_of_services_are_taken_from_the_file_with_their_places(tmp_path: Path) -> None:
    text = f"{config_map('t', 'kind: X', 'a: b', key='one')}---\n{config_map(NAME, A)}"
    contents = reading.read_file(text.encode(), "f.yaml", reading.Names(NAME, KEY))
    assert {name: list(texts) for name, texts in contents.templates.items()} == {
        NAME: [],
        "t": ["one"],
    }
    document = contents.templates["t"]["one"]
    assert document.value == "kind: X\na: b\n"
    assert str(document.at((1,))) == "f.yaml:8:5"
    assert names_of(profiles_of(tmp_path, text)) == ["a"]


def test_the_mode_of_gpus_is_one_of_two_or_none() -> None:
    profiles = SingleuserProfiles(gpu_mode="selinux")
    assert (profiles.gpu_mode, profiles.GPU_MODE_SELINUX) == ("selinux", "selinux")
    profiles.gpu_mode = profiles.GPU_MODE_PRIVILEGED
    assert (profiles.gpu_mode, profiles.GPU_MODE_PRIVILEGED) == ("privileged", "privileged")
    profiles.gpu_mode = "other"
    assert [profiles.gpu_mode, SingleuserProfiles().gpu_mode] == [None, None]
