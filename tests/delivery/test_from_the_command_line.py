"""The program itself, as CI calls it: over the network, with keys and tokens, signed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.conftest import Sources, git
from tests.git.servers import SSHD, daemon, key_pair, sshd
from tests.git.test_pushing import TOKEN, certificate
from tests.sync.sources.web import Web, serving

__all__ = ["certificate"]

BUNDLES = [f"notebooks/team/{name}/kustomization.yaml" for name in ("one", "three", "two")]


@pytest.fixture
def server(tmp_path: Path) -> Path:
    place = tmp_path / "srv" / "rendered.git"
    git(tmp_path, "init", "--quiet", "--bare", "-b", "rendered", str(place))
    git(place, "config", "http.receivepack", "true")
    return place


@pytest.fixture
def web(server: Path, certificate: Path) -> Iterator[Web]:
    with serving(server.parent, certificate) as web:
        web.allow("x-access-token", TOKEN)
        yield web


def octavo(sources: Sources, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "octavo", "-C", str(sources.root), "render"]
    command += ["--branch", "rendered", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def delivered(sources: Sources, server: Path, *words: str) -> None:
    """A first commit, and one of one more notebook; then nothing."""
    assert octavo(sources, *words, "--push").returncode == 0
    found = git(server, "ls-tree", "-r", "--name-only", "rendered").splitlines()
    listed = [name for name in found if name.endswith("kustomization.yaml")]
    assert [name for name in listed if name.startswith("notebooks/")] == BUNDLES
    sources.notebook("four")
    commit = sources.commit()
    assert octavo(sources, *words, "--push").returncode == 0
    assert octavo(sources, *words, "--push").returncode == 0
    message = git(server, "log", "-1", "--format=%B", "rendered")
    assert "added    notebooks/team/four" in message
    assert f"Octavo-Source: {commit}" in message
    assert len(git(server, "rev-list", "rendered").split()) == 2
    git(server, "fsck", "--strict")


def test_by_a_daemon(sources: Sources, server: Path) -> None:
    with daemon(server.parent) as url:
        delivered(sources, server, "--repo", f"{url}/rendered.git")


@pytest.mark.skipif(SSHD is None, reason="NO sshd IS INSTALLED: SSH is not tried")
def test_by_ssh(sources: Sources, server: Path, tmp_path: Path) -> None:
    with sshd(tmp_path / "keys") as there:
        access = ("--ssh-key", str(there.key), "--known-hosts", str(there.known_hosts))
        delivered(sources, server, "--repo", there.url(server), *access)


def test_by_https_with_a_token_that_is_not_said(
    sources: Sources, server: Path, web: Web, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, encoding="utf-8")
    url = f"https://localhost:{web.port}/rendered.git"
    delivered(sources, server, "--repo", url, "--token-file", str(file))
    web.allow("x-access-token", "another")
    refused = octavo(sources, "--repo", url, "--token-file", str(file), "--push")
    assert refused.returncode == 1
    assert "the credentials are not accepted" in refused.stderr
    assert TOKEN not in refused.stderr


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="NO ssh-keygen IS INSTALLED")
@pytest.mark.parametrize("how", ["by an option", "as git is configured"])
def test_signed(sources: Sources, server: Path, tmp_path: Path, how: str) -> None:
    key = key_pair(tmp_path / "signer")
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    (tmp_path / "signers").write_text(f"somebody@example.com {public}", encoding="utf-8")
    git(tmp_path, "config", "--global", "gpg.ssh.allowedSignersFile", str(tmp_path / "signers"))
    words = ["--repo", str(server)]
    if how == "by an option":
        words.append(f"--sign={key}")
    else:
        git(tmp_path, "config", "--global", "gpg.format", "ssh")
        git(tmp_path, "config", "--global", "user.signingKey", str(key))
        git(tmp_path, "config", "--global", "commit.gpgSign", "true")
    done = octavo(sources, *words)
    assert done.returncode == 0, done.stderr
    git(server, "verify-commit", "rendered")
    sources.notebook("four")
    sources.commit()
    assert octavo(sources, "--repo", str(server), "--no-sign").returncode == 0
    assert "gpgsig" not in git(server, "cat-file", "commit", "rendered")
