"""Sizes: what each sets, and the form by which one is chosen."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from renderer.singleuser import SingleuserProfiles

DEFAULT = "Default (resources will be set based on profiles configured by administrator)"
SMALL: dict[str, Any] = {"name": "Small", "resources": {"limits": {"memory": "1Gi"}}}


def with_sizes(*sizes: dict[str, Any], **own: Any) -> SingleuserProfiles:
    library = SingleuserProfiles()
    library.sizes = list(sizes)
    library.profiles = [{"name": "@singleuser@", **own}]
    return library


@pytest.mark.parametrize(
    ("sizes", "name", "found"),
    [
        ((SMALL,), "Small", {"memory": "1Gi"}),
        ((SMALL,), "small", None),
        ((SMALL,), "Default", None),
        ((SMALL,), "None", None),
        ((SMALL,), None, None),
        ((), "Small", None),
        (({"name": "Small"},), "Small", None),
        (({"name": "Small", "resources": {}},), "Small", None),
        ((SMALL, {"name": "Small", "resources": {"cpu_limit": "1"}}), "Small", {"cpu": "1"}),
    ],
)
def test_a_size_has_requests_and_limits(
    sizes: tuple[dict[str, Any], ...], name: str | None, found: dict[str, str] | None
) -> None:
    wanted = {"name": name, "resources": {"requests": found, "limits": found}} if found else {}
    profiles = with_sizes(*sizes)
    assert profiles.get_size(name) == wanted
    assert profiles.get_sizes() == list(sizes)


class Options(HTMLParser):
    """The options of a form: value, text, whether it is selected."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.found: list[list[Any]] = []
        self.tags: list[str] = []
        self.feed(form)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "option":
            self.found.append([dict(attrs)["value"], "", "selected" in dict(attrs)])
        if tag == "select":
            assert dict(attrs)["name"] == "size"

    def handle_data(self, data: str) -> None:
        if self.found and self.tags[-1] == "option" and data.strip():
            self.found[-1][1] += data


def options(library: SingleuserProfiles) -> list[list[Any]]:
    return Options(library.get_sizes_form("alice")).found


def test_the_form_offers_the_default_first_and_then_every_size() -> None:
    large = {
        "name": "Large",
        "resources": {"requests": {"cpu": 1}, "limits": {"cpu": "2", "memory": "8Gi"}},
    }
    assert options(with_sizes(SMALL, large, {"name": "Odd"}, last_selected_size="Large")) == [
        ["None", DEFAULT, False],
        [
            "Small",
            "Small (Memory request: 1Gi, CPU request: Default, "
            "Memory limit: 1Gi, CPU limit: Default)",
            False,
        ],
        [
            "Large",
            "Large (Memory request: Default, CPU request: 1, Memory limit: 8Gi, CPU limit: 2)",
            True,
        ],
    ]


def test_no_text_of_a_size_is_taken_for_html() -> None:
    name = "\"'><script>alert(1)</script>&amp;"
    size = {"name": name, "resources": {"limits": {"memory": "<b>"}}}
    form = with_sizes(size, last_selected_size=name).get_sizes_form()
    parsed = Options(form)
    assert parsed.tags == ["h3", "label", "select", "option", "option"]
    assert parsed.found[1][0] == name
    assert parsed.found[1][1].startswith(f"{name} (Memory request: <b>")
    assert parsed.found[1][2]


def test_profiles_are_loaded_for_the_form_where_there_are_none_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str | None] = []
    monkeypatch.setattr(
        SingleuserProfiles, "load_profiles", lambda _, username: loaded.append(username)
    )
    assert DEFAULT in SingleuserProfiles().get_sizes_form("alice")
    with_sizes(SMALL).get_sizes_form("bob")
    assert loaded == ["alice"]
