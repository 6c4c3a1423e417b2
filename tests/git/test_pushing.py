"""A push is done, or lost to a faster one, or refused in words; credentials are seen by nobody."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.commands import Access, Answer
from renderer.git.pushing import push
from renderer.git.remote import Remote
from renderer.git.repository import Repository
from tests.git.servers import SSHD, daemon, key_pair, sshd
from tests.git.workshop import BRANCH, FIRST, Bench, bench, files_of, git
from tests.sync.sources.web import Web, serving

TOKEN = "glpat-Secret$(touch x)'\"`42"  # noqa: S105 - what a shell could stumble over
NONE = Access()


@pytest.fixture
def server(tmp_path: Path) -> Bench:
    (tmp_path / "srv").mkdir()
    place = bench(tmp_path / "srv" / "rendered.git")
    place.deliver(FIRST)
    place.git("config", "http.receivepack", "true")
    return place


def delivered(url: str, access: Access, files: dict[str, bytes], expected: str = "") -> str | None:
    """A commit upon what is there, pushed; None where the race was lost."""
    repository = Repository.mirror(url, access)
    there = expected or repository.fetch(BRANCH)
    work = Bench(repository.path)
    new = work.commit(files, parent=there, repository=repository)
    return new if push(repository, BRANCH, new, there, access, repository.remote) else None


def check(url: str, access: Access, server: Bench) -> None:
    """Fetched, committed, pushed; and again, upon what somebody else pushed meanwhile."""
    first = str(server.repository.head(BRANCH))
    second = delivered(url, access, {"c": b"2\n"})
    assert server.repository.head(BRANCH) == second
    theirs = server.deliver({"theirs": b""})
    assert delivered(url, access, {"c": b"3\n"}, expected=first) is None
    assert server.repository.head(BRANCH) == theirs
    third = delivered(url, access, {"c": b"3\n"})
    assert server.repository.head(BRANCH) == third
    assert server.git("rev-list", BRANCH).split() == [third, theirs, second, first]
    assert server.files() == FIRST | {"c": b"3\n", "theirs": b""}
    server.git("fsck", "--strict", "--no-dangling")


def test_by_a_daemon(server: Bench) -> None:
    with daemon(server.root.parent) as url:
        check(f"{url}/rendered.git", NONE, server)


def test_by_a_file_url(server: Bench) -> None:
    check(f"file://{server.root}", NONE, server)


@pytest.mark.skipif(SSHD is None, reason="NO sshd IS INSTALLED: SSH is not tried")
def test_by_ssh(server: Bench, tmp_path: Path) -> None:
    with sshd(tmp_path / "ssh keys") as there:
        access = Access(ssh_key=there.key, known_hosts=there.known_hosts)
        check(there.url(server.root), access, server)
        other = Access(ssh_key=key_pair(tmp_path / "other"), known_hosts=there.known_hosts)
        with pytest.raises(GitError, match="the SSH key is not accepted"):
            delivered(there.url(server.root), other, {"c": b"4\n"})
        (tmp_path / "nobody").write_bytes(b"")
        stranger = Access(ssh_key=there.key, known_hosts=tmp_path / "nobody")
        with pytest.raises(GitError, match="the host's SSH key is not among the known hosts"):
            delivered(there.url(server.root), stranger, {"c": b"4\n"})


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "server.pem"
    key = file.with_suffix(".key")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    place = f"-subj /CN=localhost -addext subjectAltName=DNS:localhost -out {file} -keyout {key}"
    subprocess.run(["openssl", *words.split(), *place.split()], check=True, capture_output=True)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(file))
    return file


@pytest.fixture
def web(server: Bench, certificate: Path) -> Iterator[Web]:
    with serving(server.root.parent, certificate) as web:
        web.allow("x-access-token", TOKEN)
        yield web


def url_of(web: Web, credentials: str = "") -> str:
    return f"https://{credentials}localhost:{web.port}/rendered.git"


@pytest.fixture
def token(tmp_path: Path) -> Access:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    return Access(token_file=file)


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every git, and what it runs by name, writes down how it was called."""
    seen, directory = tmp_path / "words", tmp_path / "bin"
    seen.mkdir()
    directory.mkdir()
    for name in ("git", "env", "ssh"):
        program = directory / name
        program.write_text(
            f'#!/bin/sh\ncat /proc/$$/cmdline >"{seen}/$$"\nexec {shutil.which(name)} "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return seen


def test_by_https_with_a_token_that_nobody_sees(
    server: Bench, web: Web, token: Access, words: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    git(tmp_path, "config", "--global", "credential.helper", f"store --file={kept}")
    check(url_of(web), token, server)
    assert not kept.exists()
    calls = [file.read_bytes() for file in words.iterdir()]
    assert any(b"push" in call for call in calls)
    files = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    for secret in (TOKEN, web.allowed.partition(" ")[2], "glpat-"):
        assert [call for call in calls if secret.encode() in call] == []
        assert [file for file in files if secret.encode() in file.read_bytes()] == []


@pytest.mark.parametrize("where", ["the address", "a helper", "a remote's address"])
def test_by_https_with_credentials_from(
    server: Bench, web: Web, words: Path, where: str, tmp_path: Path
) -> None:
    web.allow("robot", "glpat-1")
    if where == "a helper":
        helper = "!f() { echo username=robot; echo password=glpat-1; }; f"
        git(tmp_path, "config", "--global", "credential.helper", helper)
        check(url_of(web), NONE, server)
    elif where == "the address":
        check(url_of(web, "robot:glpat-1@"), NONE, server)
    else:
        place = bench(tmp_path / "mine")
        place.git("remote", "add", "origin", url_of(web, "robot:glpat-1@"))
        repository = place.repository
        there = repository.fetch(BRANCH)
        new = place.commit({"c": b"2\n"}, parent=there)
        assert push(repository, BRANCH, new, there, NONE, repository.remote)
        assert server.repository.head(BRANCH) == new
    if where != "a helper":
        told = [f for f in words.iterdir() if b"glpat" in f.read_bytes()]
        assert [f.read_bytes() for f in told if b"remote\0add" not in f.read_bytes()] == []


def test_by_https_with_the_user_that_is_given(server: Bench, web: Web, token: Access) -> None:
    web.allow("oauth2", TOKEN)
    check(url_of(web), Access(token_file=token.token_file, user="oauth2"), server)


def test_a_wrong_token_is_said_and_not_shown(web: Web, token: Access) -> None:
    web.allow("x-access-token", "another")
    with pytest.raises(GitError, match="the credentials are not accepted") as raised:
        delivered(url_of(web), token, {})
    secrets = (TOKEN, base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode(), "glpat")
    assert [secret for secret in secrets if secret in str(raised.value)] == []


def test_no_token_is_said_at_once(web: Web) -> None:
    with pytest.raises(GitError, match="it asks for credentials: give --token-file"):
        delivered(url_of(web), NONE, {})


def test_a_token_is_not_sent_in_the_open(token: Access) -> None:
    with pytest.raises(GitError, match="http would show the token"):
        delivered("http://git.example.com/x.git", token, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), (b"", "is empty"), (b"a\nb", "no token"), (b"caf\xe9", "no text")],
)
def test_a_file_that_holds_no_token_is_refused(
    web: Web, tmp_path: Path, text: bytes | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "odd").write_bytes(text)
    with pytest.raises(GitError, match=said) as raised:
        delivered(url_of(web), Access(token_file=tmp_path / "odd"), {})
    assert "caf" not in str(raised.value)


def test_a_certificate_that_is_not_trusted_is_refused(
    web: Web, token: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSL_CAINFO")
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    with pytest.raises(GitError, match="the server's certificate is not trusted"):
        delivered(url_of(web), token, {})
    assert web.asked == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ext::sh -c touch% x", "a transport program"),
        ("-oProxyCommand=x@host:x", "begins with `-`|no address"),
        ("ssh://-oProxyCommand=x/y", "begins with `-`"),
        ("https://host/x?y", "goes on after"),
        ("ftp://host/x", "must be an https"),
        ("https://host/a b", "a space or a control character"),
        ("git@host:a\nb", "a space or a control character"),
    ],
)
def test_an_address_that_means_more_is_refused(url: str, said: str) -> None:
    with pytest.raises(GitError, match=said):
        Repository.mirror(url, NONE)


def test_a_server_that_takes_no_pushes_is_said(server: Bench) -> None:
    with (
        daemon(server.root.parent, taking=False) as url,
        pytest.raises(GitError, match=rf"^{url}/rendered.git: "),
    ):
        delivered(f"{url}/rendered.git", NONE, {"c": b""})


def test_nobody_there_is_said() -> None:
    with pytest.raises(GitError, match="nothing answers there"):
        delivered("git://127.0.0.1:9/x.git", NONE, {})


def test_a_branch_that_is_not_there_is_begun_once(server: Bench) -> None:
    url = f"file://{server.root}"
    repository = Repository.mirror(url, NONE)
    assert repository.fetch("new") is None
    one = Bench(repository.path).commit({"one": b""}, repository=repository)
    two = Bench(repository.path).commit({"two": b""}, repository=repository)
    assert push(repository, "new", one, None, NONE, repository.remote)
    assert not push(repository, "new", two, None, NONE, repository.remote)
    assert server.repository.head("new") == one


def test_a_push_that_was_taken_before_the_answer_was_lost_is_done(
    server: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = server.repository.head(BRANCH)
    url = f"file://{server.root}"
    repository = Repository.mirror(url, NONE)
    repository.fetch(BRANCH)
    new = Bench(repository.path).commit({"c": b""}, parent=old, repository=repository)
    real = Remote.run

    def lose(remote: Remote, *words: str) -> Answer:
        answer = real(remote, *words)
        return Answer(128, b"", "fatal: hung up") if "push" in words else answer

    monkeypatch.setattr(Remote, "run", lose)
    assert push(repository, BRANCH, new, old, NONE, url)
    assert server.repository.head(BRANCH) == new


def hook(server: Bench, name: str, text: str) -> None:
    file = server.root / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def test_a_refusal_of_the_server_is_for_good_and_told(server: Bench) -> None:
    hook(server, "pre-receive", "echo 'GL-HOOK-ERR: protected, ask ops' >&2; exit 1")
    before = server.repository.head(BRANCH)
    with pytest.raises(GitError, match=r"a hook of the server refuses it .*protected, ask ops"):
        delivered(f"file://{server.root}", NONE, {"c": b""})
    assert server.repository.head(BRANCH) == before


def test_a_push_that_is_overtaken_at_the_last_moment_is_a_lost_race(server: Bench) -> None:
    theirs = server.commit({"theirs": b""}, parent=server.repository.head(BRANCH))
    moving = f"env -u GIT_QUARANTINE_PATH git update-ref refs/heads/{BRANCH} {theirs}"
    hook(server, "pre-receive", moving)
    assert delivered(f"file://{server.root}", NONE, {"c": b""}) is None
    assert server.repository.head(BRANCH) == theirs


def test_settings_of_pushes_do_not_matter(server: Bench, tmp_path: Path) -> None:
    for key, value in {
        "push.gpgSign": "true",
        "push.pushOption": "ci.skip",
        "push.followTags": "true",
        "push.recurseSubmodules": "only",
        "core.hooksPath": "/nowhere",
    }.items():
        git(tmp_path, "config", "--global", key, value)
    new = delivered(f"file://{server.root}", NONE, {"c": b""})
    assert server.repository.head(BRANCH) == new


def test_pushing_moves_no_branch_here(server: Bench, tmp_path: Path) -> None:
    place = bench(tmp_path / "mine")
    place.git("remote", "add", "origin", str(server.root))
    repository = place.repository
    old = repository.fetch(BRANCH)
    new = place.commit({"c": b""}, parent=old)
    assert push(repository, BRANCH, new, old, NONE, repository.remote)
    assert repository.head(BRANCH) is None
    assert files_of(server.repository) == FIRST | {"c": b""}
