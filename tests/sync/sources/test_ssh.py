"""By SSH only with the key that was given, and only to hosts that are known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import SourceError
from tests.git.servers import SSHD, Ssh, key_pair, sshd
from tests.sync.sources.workshop import CHURN, Repository, read

STAND_IN = """#!/bin/sh
printf '%s\\n' "$@" >"{seen}"
for last; do :; done
exec sh -c "$last"
"""


@pytest.fixture(name="sshd")
def running(tmp_path: Path) -> Iterator[Ssh]:
    if SSHD is None:
        pytest.skip("NO sshd IS INSTALLED: SSH is tried with a stand-in only")
    with sshd(tmp_path / "ssh keys") as server:
        yield server


def test_a_key_lets_us_in(repository: Repository, sshd: Ssh) -> None:
    source = repository.source(
        repository=sshd.url(repository.root),
        ssh_key=str(sshd.key),
        known_hosts=str(sshd.known_hosts),
    )
    commit = repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    with closing(source.fetch()) as snapshot:
        assert snapshot.revision == commit
        assert snapshot.read(CHURN)["notebook.yaml"] == b"news\n"


def test_a_host_that_is_not_known_is_refused(
    repository: Repository, sshd: Ssh, tmp_path: Path
) -> None:
    stranger = key_pair(tmp_path / "stranger").with_suffix(".pub").read_text(encoding="utf-8")
    for text in ("", f"[127.0.0.1]:{sshd.port} {stranger}"):
        (tmp_path / "known").write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match="the host's SSH key is not"):
            repository.fetch(
                repository=sshd.url(repository.root),
                ssh_key=str(sshd.key),
                known_hosts=str(tmp_path / "known"),
            )


def test_another_key_is_refused(repository: Repository, sshd: Ssh, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the SSH key is not accepted"):
        repository.fetch(
            repository=sshd.url(repository.root),
            ssh_key=str(key_pair(tmp_path / "other")),
            known_hosts=str(sshd.known_hosts),
        )


@pytest.mark.parametrize("missing", ["ssh_key", "known_hosts"])
def test_a_file_that_is_not_there_is_named(repository: Repository, missing: str) -> None:
    words = {"ssh_key": "the SSH key", "known_hosts": "the list of known hosts"}
    with pytest.raises(SourceError, match=f"^/nowhere/file: {words[missing]} is not there"):
        repository.fetch(repository="git@127.0.0.1:x", **{missing: "/nowhere/file"})


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a program called `ssh` was told, which then does as if it were there."""
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(seen=tmp_path / "seen"), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_SSH_COMMAND", "/bin/false")
    return tmp_path / "seen"


def test_ssh_is_told_which_key_and_which_hosts(
    repository: Repository, seen: Path, tmp_path: Path
) -> None:
    key, hosts = tmp_path / "a key", tmp_path / "known 100%"
    for file in (key, hosts):
        file.write_bytes(b"")
    source = repository.source(
        repository=f"git@git.example.com:{repository.root}",
        ssh_key=str(key),
        known_hosts=str(hosts),
    )
    assert read(source, CHURN)
    words = seen.read_text(encoding="utf-8").splitlines()
    assert words[words.index("-i") + 1] == str(key)
    options = {words[at + 1] for at, word in enumerate(words) if word == "-o"}
    assert options >= {
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "StrictHostKeyChecking=yes",
        f'UserKnownHostsFile="{tmp_path}/known 100%%"',
        "GlobalKnownHostsFile=/dev/null",
    }
    assert "git@git.example.com" in words


def test_ssh_without_a_key_still_knows_its_hosts(repository: Repository, seen: Path) -> None:
    assert read(repository.source(repository=f"ssh://git.example.com{repository.root}"), CHURN)
    words = seen.read_text(encoding="utf-8").splitlines()
    assert "StrictHostKeyChecking=yes" in words
    assert "-i" not in words
