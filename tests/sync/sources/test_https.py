"""A token lets us in by HTTPS, and is seen by nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import SourceError
from tests.sync.sources.web import Web, serving
from tests.sync.sources.workshop import CHURN, Repository, read, trees

TOKEN = "glpat-Secret$(touch x)'\"`42"  # noqa: S105 - what a shell could stumble over


@pytest.fixture
def web(repository: Repository) -> Iterator[Web]:
    with serving(repository.root.parent) as web:
        web.allow("octavo", TOKEN)
        yield web


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every git, and the shell of its helpers, writes down how it was called."""
    seen = tmp_path / "words"
    seen.mkdir()
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in ("git", "env"):
        program = directory / name
        program.write_text(
            f'#!/bin/sh\ncat /proc/$$/cmdline >"{seen}/$$"\nexec {shutil.which(name)} "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return seen


def test_a_token_of_a_file_lets_us_in(repository: Repository, web: Web, token_file: str) -> None:
    source = repository.source(repository=web.url, token_file=token_file)
    commit = repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    with closing(source.fetch()) as snapshot:
        assert snapshot.revision == commit
        assert snapshot.read(CHURN)["notebook.yaml"] == b"news\n"
    assert {said for _, said in web.asked} == {"", web.allowed}


def test_a_token_of_the_environment_lets_us_in(
    repository: Repository, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.allow("robot", "abc")
    monkeypatch.setenv("OCTAVO_GIT_TOKEN", "abc")
    monkeypatch.setenv("OCTAVO_GIT_USERNAME", "robot")
    assert CHURN in trees(repository.source(repository=web.url))


def test_a_rotated_token_is_read_anew(repository: Repository, web: Web, token_file: str) -> None:
    source = repository.source(repository=web.url, token_file=token_file)
    trees(source)
    web.allow("octavo", "another")
    with pytest.raises(SourceError, match="the token is not accepted"):
        source.fetch()
    Path(token_file).write_text("another", encoding="utf-8")
    assert CHURN in trees(source)


def test_a_token_is_nowhere_to_be_seen(
    repository: Repository, web: Web, token_file: str, words: Path
) -> None:
    source = repository.source(repository=web.url, token_file=token_file)
    trees(source)
    repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    trees(source)
    calls = [file.read_bytes() for file in words.iterdir()]
    assert any(b"fetch" in call for call in calls)
    files = [file for file in repository.cache.rglob("*") if file.is_file()]
    assert any(file.name == "config" for file in files)
    basic = web.allowed.partition(" ")[2]
    for secret in (TOKEN, basic, "glpat-"):
        assert [call for call in calls if secret.encode() in call] == []
        assert [file for file in files if secret.encode() in file.read_bytes()] == []
        assert secret not in source.describe() + repr(source)


@pytest.mark.parametrize("transport", ["path", "file"])
def test_a_token_is_not_told_to_a_git_that_needs_none(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = shutil.which("git")
    program.write_text(f'#!/bin/sh\nenv >>"{seen}"\nexec {real} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("OCTAVO_GIT_TOKEN", TOKEN)
    url = str(repository.root) if transport == "path" else f"file://{repository.root}"
    trees(repository.source(repository=url))
    text = seen.read_text(encoding="utf-8")
    assert "GIT_TERMINAL_PROMPT=0" in text
    assert "glpat-" not in text


def test_a_token_does_not_follow_to_another_place(
    repository: Repository, web: Web, token_file: str
) -> None:
    with serving(repository.root.parent) as other:
        other.allow("octavo", TOKEN)
        web.redirect = f"http://localhost:{other.port}"
        web.allowed = ""
        with pytest.raises(SourceError, match="it asks for credentials"):
            repository.fetch(repository=web.url, token_file=token_file)
        assert {said for _, said in other.asked} == {""}


def test_a_wrong_token_is_refused_in_words(
    repository: Repository, web: Web, token_file: str
) -> None:
    web.allow("octavo", "right")
    with pytest.raises(SourceError) as raised:
        repository.fetch(repository=web.url, token_file=token_file)
    text = str(raised.value)
    assert text.startswith(f"branch main of {web.url}: the token is not accepted (git: ")
    assert "glpat-" not in text


def test_no_token_is_refused_in_words(repository: Repository, web: Web) -> None:
    with pytest.raises(SourceError, match="it asks for credentials: give a token"):
        repository.fetch(repository=web.url)


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read"), ("", "is empty"), ("a\nb", "no token"), ("caf\xe9", "no token")],
)
def test_a_file_that_holds_no_token_is_refused(
    repository: Repository, web: Web, tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "odd"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=words) as raised:
        repository.fetch(repository=web.url, token_file=str(file))
    assert "caf" not in str(raised.value)
    assert web.asked == []


def test_a_server_that_repeats_the_token_is_not_quoted(
    repository: Repository,
    tmp_path: Path,
    web: Web,
    token_file: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    basic = web.allowed.partition(" ")[2]
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f'printf "fatal: it said %s %s \\033[2J\\n" "$OCTAVO_GIT_TOKEN" {basic} >&2\nexit 128\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(SourceError) as raised:
        repository.fetch(repository=web.url, token_file=token_file)
    assert str(raised.value).endswith("git says: fatal: it said *** *** ?[2J")


def test_no_repository_is_said_in_words(repository: Repository, web: Web, token_file: str) -> None:
    with pytest.raises(SourceError, match="there is no git repository, or the credentials may not"):
        repository.fetch(repository=f"{web.url}x", token_file=token_file)


def test_nobody_there_is_said_in_words(repository: Repository) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://localhost:{nobody.getsockname()[1]}/x"
        with pytest.raises(SourceError, match=r"nothing answers there \(git: "):
            repository.fetch(repository=url)


def test_a_server_that_says_nothing_is_given_up(repository: Repository, web: Web) -> None:
    web.hang = threading.Event()
    start = time.monotonic()
    with pytest.raises(SourceError, match="longer than 1 seconds and was stopped"):
        repository.fetch(repository=web.url, timeout=1)
    assert time.monotonic() - start < 6


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "server.pem"
    key = file.with_suffix(".key")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    place = f"-subj /CN=localhost -addext subjectAltName=DNS:localhost -out {file} -keyout {key}"
    subprocess.run(["openssl", *words.split(), *place.split()], check=True, capture_output=True)
    return file


def test_https_asks_for_a_certificate_that_is_trusted(
    repository: Repository, certificate: Path, token_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(repository.root.parent, certificate) as web:
        web.allow("octavo", TOKEN)
        source = repository.source(repository=web.url, token_file=token_file)
        monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
        with pytest.raises(SourceError, match="the server's certificate is not trusted"):
            source.fetch()
        assert web.asked == []
        monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
        assert read(source, CHURN)
