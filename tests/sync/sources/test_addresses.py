"""Addresses, branches and paths: what they mean, and what is refused before git sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import UsageError
from sync.sources import SourceSpec, open_source
from sync.sources.location import Location, branch_of, locate, path_of

MEANT = {
    "https://git.example.com/team/bundles.git": ("https", "https://git.example.com"),
    "https://git.example.com:8443/x": ("https", "https://git.example.com:8443"),
    "https://[::1]:8443/x": ("https", "https://[::1]:8443"),
    "http://localhost:3000/x": ("http", "http://localhost:3000"),
    "http://127.0.0.5/x": ("http", "http://127.0.0.5"),
    "ssh://git@git.example.com:2222/x": ("ssh", "ssh://git.example.com:2222"),
    "git@git.example.com:team/x.git": ("ssh", ""),
    "git.example.com:x": ("ssh", ""),
    "[::1]:x": ("ssh", ""),
    "file:///srv/x": ("file", ""),
    "/srv/x y:z": ("file", ""),
}
REFUSED = {
    "": "no address",
    "--upload-pack=touch x": "no address",
    "-x": "no address",
    "ext::sh -c touch%20x": "transport program",
    "fd::17": "transport program",
    "::x": "transport program",
    "ext://x": "must be an https",
    "git://git.example.com/x": "must be an https",
    "ftp://git.example.com/x": "must be an https",
    "https:///x": "must be an https",
    "https://user:secret@git.example.com/x": "holds credentials",
    "https://secret@git.example.com/x": "holds credentials",
    "ssh://git:secret@git.example.com/x": "holds credentials",
    "https://git.example.com/x?token=secret": "after `\\?` or `#`",
    "https://git.example.com/x#secret": "after `\\?` or `#`",
    "http://git.example.com/x": "use https or ssh",
    "http://localhost.example.com/x": "use https or ssh",
    "https://git.example.com:port/x": "no URL that can be read",
    "https://[x/": "no URL that can be read",
    "https://git.example.com/a\nb": "a space or a control character",
    "https://git.example.com/a b": "a space or a control character",
    "git@git.example.com:a\nb": "a space or a control character",
    "ssh://-oProxyCommand=touch/x": "begins with `-`",
    "ssh://-x@git.example.com/x": "begins with `-`",
    "git@-oProxyCommand=touch:x": "begins with `-`",
    "/srv/a\nb": "line break",
}


@pytest.mark.parametrize(("address", "meant"), MEANT.items())
def test_an_address_means_one_thing(address: str, meant: tuple[str, str]) -> None:
    assert locate(address) == Location(address, *meant)


def test_a_relative_path_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/alice")
    assert locate("./x:y") == Location(f"{tmp_path}/x:y", "file")
    assert locate("x") == Location(f"{tmp_path}/x", "file")
    assert locate("~/x") == Location("/home/alice/x", "file")


@pytest.mark.parametrize(("address", "words"), REFUSED.items())
def test_an_address_that_means_more_is_refused(address: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        open_source(SourceSpec(repository=address))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("branch", ["main", "teams/blue.2", "a-b_c", "@x", "+x", "ümlaut"])
def test_a_branch_may_have_gits_names(branch: str) -> None:
    assert branch_of(branch) == branch


@pytest.mark.parametrize(
    "branch",
    [
        *("", "-x", "a b", "a:b", "a..b", "a~1", "a^", "*", "a?", "[a", "a\\b", "@", "a@{1}"),
        *("/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "a\nb", "a\0b", "a\x7f"),
    ],
)
def test_a_branch_that_means_more_is_refused(branch: str) -> None:
    with pytest.raises(UsageError, match="no name that a branch can have"):
        branch_of(branch)


@pytest.mark.parametrize(
    ("path", "meant"), [("", ""), (".", ""), ("a", "a"), ("./a//b/", "a/b"), ("a b", "a b")]
)
def test_a_path_is_inside(path: str, meant: str) -> None:
    assert path_of(path) == meant


@pytest.mark.parametrize("path", ["/a", "..", "a/../b", "a\nb", "a\0b"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="must name a directory inside the repository"):
        path_of(path)


def test_a_source_is_described_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_GIT_TOKEN", "secret")
    spec = SourceSpec(repository="https://git.example.com/x", branch="live", path="one/")
    source = open_source(spec)
    assert source.describe() == "branch live of https://git.example.com/x, directory one"
    directory = open_source(SourceSpec(directory="/srv/x"))
    assert directory.describe() == "the directory /srv/x"


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/cache")
    assert SourceSpec().cache == "/srv/cache/octavo/git"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/alice")
    assert SourceSpec().cache == "/home/alice/.cache/octavo/git"
