"""Whatever stands in documents of profiles: nothing raises, nothing changes, places are true."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from renderer import catalog
from renderer.errors import InputError, Severity
from renderer.installation import sort_documents
from renderer.parse import parse_document
from renderer.position import Document
from renderer.yamlio import emit, load_all

KEY = "jupyterhub-singleuser-profiles.yaml"
HEAD = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: jupyter-singleuser-profiles}\ndata:\n"
    f"  {KEY}: |\n"
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 2**40)
    | st.sampled_from([
        "",
        "*",
        "1Gi",
        "2",
        "a",
        "a/b",
        "{{ x }}",
        "%}",
        "```",
        "/x",
        "a b",
        "$patch",
    ])
    | st.text(max_size=5)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def or_else(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, anything)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return or_else(st.fixed_dictionaries({}, optional={k: or_else(v) for k, v in fields.items()}))


def listed(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=2)


amount = st.sampled_from(["1Gi", "500m", 1, 1.5, None, ""])
amounts = st.dictionaries(st.sampled_from(["cpu", "memory", "a/b"]), amount, max_size=2)
resources = some(requests=amounts, limits=amounts, mem_limit=amount, cpu_limit=amount)
env = st.dictionaries(st.text(min_size=1, max_size=3), scalars, max_size=2) | listed(
    some(name=st.text(min_size=1, max_size=3), value=scalars, valueFrom=anything)
)
volume = some(name=st.text(max_size=3), mountPath=scalars, subPath=scalars, emptyDir=anything)
service = some(
    resources=listed(some(name=st.just("a"), path=st.just("b"))),
    configuration=anything,
    labels=anything,
    **{"return": st.dictionaries(st.text(max_size=3), st.just("a.b"), max_size=2)},
)
fields = {
    "env": env,
    "resources": resources,
    "node_tolerations": listed(some(key=scalars, operator=scalars)),
    "node_affinity": anything,
    "volumes": listed(volume),
    "gpu": st.integers(0, 3) | st.just("2"),
    "labels": st.dictionaries(st.sampled_from(["a", "b/c"]), st.just("x"), max_size=2),
}
profile = some(
    name=scalars,
    users=listed(st.text(max_size=3)),
    images=listed(st.text(max_size=3)),
    services=st.dictionaries(st.text(max_size=3), service, max_size=2),
    **fields,
)
profiles = st.fixed_dictionaries(
    {"profiles": or_else(listed(profile))},
    optional={
        "sizes": or_else(listed(some(name=st.sampled_from(["Small", "a"]), **fields))),
        "gpuTypes": or_else(
            listed(some(type=scalars, node_tolerations=fields["node_tolerations"]))
        ),
        "ui": anything,
    },
)


def map_of(text: str) -> dict[str, Any]:
    metadata = {"name": "jupyter-singleuser-profiles"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {KEY: text}}


@settings(max_examples=400, deadline=None)
@given(profiles)
def test_any_profiles_become_an_item_or_an_error(value: Any) -> None:
    before = deepcopy(value)
    result = parse_document(Document("file.yaml", value, (0, None)))
    errors = [each for each in result.problems if each.severity is Severity.ERROR]
    assert (result.item is None) == bool(errors)
    assert value == before


@settings(max_examples=200, deadline=None)
@given(profiles)
def test_a_file_and_a_config_map_say_the_same_line_by_line(value: Any) -> None:
    try:
        text = emit(value)
    except ValueError:  # what no YAML can hold
        return
    plain = load_all(text.encode(), "f")
    inner = "".join(f"    {line}\n" for line in text.split("\n"))
    outer = load_all((HEAD + inner).encode(), "f")
    said = []
    for documents in (plain, outer):
        problems: list[Any] = []
        found = sort_documents(documents, problems)
        _, more = catalog.build(found.items, found.faulty, found.singleuser)
        said.append([(each.position, each.message) for each in (*problems, *more)])
    assert [
        ((file, line + 5, column + 4), message) for (file, line, column), message in said[0]
    ] == [(tuple(position), message) for position, message in said[1]]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abc: -[]{}&*!|>'\"%@`#\n\t,?éprofiles", max_size=60))
def test_any_text_under_the_key_is_read_or_refused(text: str) -> None:
    result = parse_document(Document("file.yaml", map_of(text), (0, None)))
    assert (result.item is None) == any(each.severity is Severity.ERROR for each in result.problems)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab: -[]{}&*|>'\"#\n`", max_size=40))
def test_places_within_any_text_are_places_of_the_file(text: str) -> None:
    written = HEAD + "".join(f"    {line}\n" for line in f"profiles: []\n{text}".split("\n"))
    try:
        [document] = load_all(written.encode(), "f")
    except InputError:
        return
    lines = written.split("\n")
    for problem in parse_document(document).problems:
        assert 1 <= problem.position.line <= len(lines)
