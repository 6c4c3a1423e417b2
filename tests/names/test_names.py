"""Names: readable, valid where they are used, and never shared by two originals."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from renderer import names

DNS_1035_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
DNS_1123_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")

# Close relatives, so that a scheme that forgets one difference is found out.
RELATIVES = st.text(alphabet="aA1.-_@ é", max_size=70)
ANYTHING = st.text(max_size=80) | RELATIVES


@pytest.mark.parametrize(
    ("notebook", "name"),
    [
        ("jupyter-scipy", "jupyter-scipy"),
        ("a" * 52, "a" * 52),
        ("run-20240115", "run-20240115"),
        ("a.b", "a-b-2e7336dc"),
        ("1st", "nb-1st-e01ddf65"),
        ("a" * 53, "a" * 43 + "-abe346a7"),
        ("a-b-2e7336dc", "a-b-2e7336dc-e2ae217f"),
        ("", "nb-e3b0c442"),
    ],
)
def test_an_object_name_is_the_notebooks_own_where_that_fits(notebook: str, name: str) -> None:
    assert names.object_name(notebook) == name


@given(ANYTHING)
def test_an_object_name_is_fit_for_a_service_and_a_stateful_set(notebook: str) -> None:
    name = names.object_name(notebook)
    assert DNS_1035_LABEL.fullmatch(name)
    assert len(name) <= 52


@given(ANYTHING)
def test_what_an_object_name_was_made_of_never_gets_that_name_itself(notebook: str) -> None:
    name = names.object_name(notebook)
    assert name == notebook or names.object_name(name) != name


@given(ANYTHING, ANYTHING)
@example("a.b", "a-b")
@example("a.b", "a-b-2e7336dc")
@example("1st", "nb-1st-e01ddf65")
@example("A", "a")
def test_two_notebooks_never_share_an_object_name(one: str, other: str) -> None:
    assert (names.object_name(one) == names.object_name(other)) == (one == other)


def test_a_hash_is_never_taken_for_a_date() -> None:
    hashes = [names.object_name(f"1-{number}")[-8:] for number in range(500)]
    assert len(set(hashes)) == 500
    assert all(re.fullmatch(r"(?=[0-9]*[a-f])[0-9a-f]{8}", each) for each in hashes)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("alice", "alice"),
        ("alice@example.com", "alice-example-com-ff8d9819"),
        ("Alice", "alice-3bc51062"),
        ("a" * 48, "a" * 48),
        ("a" * 49, "a" * 39 + "-8f9bec6a"),
        ("ff8d9819", "ff8d9819"),
        ("", "x-e3b0c442"),
        ("系", "x-a13e67ae"),
    ],
)
def test_a_person_has_a_readable_dns_label(text: str, label: str) -> None:
    assert names.dns_label(text) == label


@given(ANYTHING, ANYTHING)
@example("alice@example.com", "alice-example-com")
@example("alice@example.com", "alice-example-com-ff8d9819")
@example("", "x-e3b0c442")
def test_two_people_never_share_a_dns_label(one: str, other: str) -> None:
    label = names.dns_label(one)
    assert DNS_1123_LABEL.fullmatch(label)
    assert len(label) <= 48
    assert (label == names.dns_label(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("Alice_B.c", "Alice_B.c"),
        ("alice@example.com", "alice-40example.com_ff8d9819"),
        ("system:serviceaccount:a:b", "system-3aserviceaccount-3aa-3ab_a9cb9430"),
        ("-a", "a_c2748917"),
        ("a-b-2e7336dc", "a-b-2e7336dc"),
        ("a" * 64, "a" * 54 + "_ffe054fe"),
    ],
)
def test_a_label_value_is_plain_text_or_an_escape_of_it(text: str, value: str) -> None:
    assert names.label_value(text) == value


@given(ANYTHING, ANYTHING)
@example("alice@example.com", "alice-40example.com_ff8d9819")
@example("-a", "a")
def test_two_texts_never_share_a_label_value(one: str, other: str) -> None:
    value = names.label_value(one)
    assert LABEL_VALUE.fullmatch(value)
    assert (value == names.label_value(other)) == (one == other)


@pytest.mark.parametrize(
    ("user", "escaped"),
    [
        ("vpavlin@redhat.com", "vpavlin-40redhat-2ecom"),
        ("Alice", "-41lice"),
        ("a-b", "a-2db"),
        ("é", "-c3-a9"),
        ("\t", "-9"),
        ("", ""),
    ],
)
def test_kubespawner_escapes_byte_by_byte(user: str, escaped: str) -> None:
    assert names.kubespawner_escape(user) == escaped


@pytest.mark.parametrize(
    ("notebook", "volume", "claim"),
    [
        ("scipy", "home", "scipy-home"),
        ("scipy", "my-data", "scipy-my-data-3643b769"),
        ("scipy", "1a2b3c4d", "scipy-1a2b3c4d-c905f7b2"),
        ("a" * 52, "b" * 20, "a" * 52 + "-b-8accab3c"),
    ],
)
def test_a_claim_is_named_by_notebook_and_volume(notebook: str, volume: str, claim: str) -> None:
    assert names.claim_name(notebook, volume) == claim


NOTEBOOKS = st.from_regex(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?", fullmatch=True) | st.text(
    "ab-", min_size=1, max_size=6
).filter(names.is_service_name)
VOLUMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True) | st.text(
    "ab-", min_size=1, max_size=6
).filter(names.is_dns_label)


@given(st.tuples(NOTEBOOKS, VOLUMES), st.tuples(NOTEBOOKS, VOLUMES))
@example(("a", "b-c"), ("a-b", "c"))
@example(("a", "my-data"), ("a-my", "data"))
@example(("scipy", "my-data"), ("scipy-my-data", "3643b769"))
def test_two_volumes_never_share_a_claim(one: tuple[str, str], other: tuple[str, str]) -> None:
    claim = names.claim_name(*one)
    assert DNS_1123_LABEL.fullmatch(claim)
    assert (claim == names.claim_name(*other)) == (one == other)


@pytest.mark.parametrize(
    ("owner", "notebook", "word"),
    [
        ("vpavlin", "spark", "vpavlin-spark"),
        ("vpavlin", "my-spark", "vpavlin-my-spark"),
        ("a" * 20, "b" * 19, "a" * 20 + "-" + "b" * 19),
        ("a" * 20, "b" * 20, "a" * 20 + "-" + "b" * 10 + "-HASH"),
        ("vpavlin@redhat.com", "spark", "vpavlin-40redhat-2ecom-spark-HASH"),
        ("Alice", "spark", "nb-41lice-spark-HASH"),
        ("1st", "spark", "nb-1st-spark-HASH"),
        ("alice", "x-2e7336dc", "alice-x-2e7336dc-HASH"),
        ("", "spark", "spark-HASH"),
        ("", "my-spark", "my-spark-HASH"),
    ],
)
def test_services_are_separated_by_owner_and_notebook(owner: str, notebook: str, word: str) -> None:
    found = names.companion(owner, notebook)
    assert re.fullmatch(word.replace("HASH", "[0-9a-f]{8}"), found)


OWNERS = st.text("ab-", max_size=4) | ANYTHING


@given(st.tuples(OWNERS, NOTEBOOKS), st.tuples(OWNERS, NOTEBOOKS))
@example(("a", "b-c"), ("a-b", "c"))
@example(("", "a-b"), ("a", "b"))
@example(("A", "b"), ("-41", "b"))
@example(("a\u00e9", "nb"), ("a", "c3-a9-nb"))
@example(("a/b", "c"), ("a", "c"))
@example(("a" * 40 + "b", "c"), ("a" * 40, "bc"))
def test_two_notebooks_never_share_what_separates_their_services(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    word = names.companion(*one)
    assert DNS_1035_LABEL.fullmatch(word)
    assert len(word) <= 40
    assert (word == names.companion(*other)) == (one == other)


@given(OWNERS, NOTEBOOKS)
def test_what_separates_one_notebook_is_never_the_plain_form_of_another(
    owner: str, notebook: str
) -> None:
    word = names.companion(owner, notebook)
    plain_owner, _, rest = word.partition("-")
    if names.companion(plain_owner, rest) == word:
        assert (owner, notebook) == (plain_owner, rest)


@given(OWNERS, NOTEBOOKS)
def test_what_separates_a_notebook_is_more_than_one_word(owner: str, notebook: str) -> None:
    assert "-" in names.companion(owner, notebook).strip("-")


def test_a_bounded_name_keeps_its_suffix() -> None:
    assert names.bounded("scipy", 20, "-view") == "scipy-view"
    assert names.bounded("a" * 15, 20, "-view") == "a" * 15 + "-view"
    assert names.bounded("a" * 16, 20, "-view") == "a" * 6 + "-0c0beace-view"
    assert names.bounded("a" * 16, 20, "-view") != names.bounded("a" * 17, 20, "-view")


def test_a_revision_is_named_by_notebook_and_content() -> None:
    assert names.revision_name("scipy", "bcdfghjklm") == "scipy-rev-bcdfghjklm"


def test_the_content_hash_is_the_same_everywhere() -> None:
    assert names.content_hash({"b": 1, "a": [1.5, None, "é"]}) == "j4f6m685d5"


@pytest.mark.parametrize(
    "same",
    [
        {"b": {"d": 2, "c": 1}, "a": 1},
        MappingProxyType({"a": 1, "b": MappingProxyType({"c": 1, "d": 2})}),
    ],
)
def test_the_content_hash_knows_no_order_of_keys(same: object) -> None:
    assert names.content_hash(same) == names.content_hash({"a": 1, "b": {"c": 1, "d": 2}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_a_content_hash_can_stand_in_a_name(value: object) -> None:
    assert re.fullmatch("[bcdfghjklmnpqrstvwxz2456789]{10}", names.content_hash(value))


@pytest.mark.parametrize("other", [{"a": 2}, {"a": "1"}, {"a": True}, {"a": 1.0}, {"a": [1]}, {}])
def test_other_content_has_another_hash(other: object) -> None:
    assert names.content_hash(other) != names.content_hash({"a": 1})


def test_the_content_hash_takes_only_json() -> None:
    with pytest.raises(TypeError, match="set is not JSON"):
        names.content_hash({"a": {1}})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http-spark", "http-spark"),
        ("port-8888", "port-8888"),
        ("a" * 15, "a" * 15),
        ("Spark UI", "spark-50827fdf"),
        ("8888", "8888-2926a273"),
        ("", "x-e3b0c442"),
    ],
)
def test_a_port_is_named_by_what_is_said_of_it(text: str, name: str) -> None:
    assert names.port_name(text) == name


@given(ANYTHING, ANYTHING)
@example("a", "A")
@example("", "x-e3b0c442")
def test_two_ports_never_share_a_name(one: str, other: str) -> None:
    assert names.is_port_name(names.port_name(one))
    assert (names.port_name(one) == names.port_name(other)) == (one == other)


VALID = {
    names.is_dns_label: ["a", "1", "a-b", "a" * 63],
    names.is_service_name: ["a", "a-1", "a" * 63],
    names.is_dns_subdomain: ["a", "1.b-c.d", "a" * 64, ".".join(["a"] * 127)],
    names.is_label_key: ["a", "A_b.c-D", "example.com/a", "a" * 63, "a" * 253 + "/b"],
    names.is_label_value: ["", "a", "A_b.c-D", "a" * 63],
    names.is_port_name: ["a", "http-8888", "1a", "a" * 15],
}
INVALID = {
    names.is_dns_label: ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, "a\n", "é"],
    names.is_service_name: ["", "1a", "a.b", "a-", "a" * 64, "a\n"],
    names.is_dns_subdomain: ["", "a..b", ".a", "a.", "a-.b", "A", "a" * 254, "a\n"],
    names.is_label_key: ["", "/a", "a/", "a/b/c", "A.com/a", "-a", "a b", "a" * 64, "a\n"],
    names.is_label_value: ["-a", "a-", "a b", "a/b", "a" * 64, "a\n", "é"],
    names.is_port_name: ["", "1", "1-2", "a--b", "-a", "a-", "A", "a" * 16, "a\n"],
}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in VALID.items() for text in texts]
)
def test_kubernetes_takes(rule: Callable[[str], bool], text: str) -> None:
    assert rule(text)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in INVALID.items() for text in texts]
)
def test_kubernetes_refuses(rule: Callable[[str], bool], text: str) -> None:
    assert not rule(text)
