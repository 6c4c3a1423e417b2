"""Only what a trusted person signed is read, by OpenPGP or by SSH key."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import SourceError
from tests.sync.sources.workshop import CHURN, Repository


def gpg(home: Path, *words: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", *words],
        input=stdin,
        env=os.environ | {"GNUPGHOME": str(home)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keyrings and key pairs of Alice, who is trusted, and of Mallory, who is not."""
    home = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("alice", "mallory"):
            ring = home / name
            ring.mkdir(mode=0o700)
            mail = f"{name}@example.com"
            gpg(ring, "--quick-generate-key", mail, "ed25519", "sign", "1d")
            (home / f"{name}.asc").write_bytes(gpg(ring, "--armor", "--export", mail))
            (home / f"{name}.gpg").write_bytes(gpg(ring, "--export", mail))
            pair = home / f"{name}.ssh"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", pair], check=True)
            public = pair.with_suffix(".ssh.pub").read_text(encoding="utf-8")
            (home / f"{name}.signers").write_text(f"{mail} {public}", encoding="utf-8")
    yield home
    for name in ("alice", "mallory"):
        environment = os.environ | {"GNUPGHOME": str(home / name)}
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False)


def sign(repository: Repository, keys: Path, who: str, how: str) -> str:
    """Commit something, repository."""
    if how == "gpg":
        settings = {"user.signingKey": f"{who}@example.com", "gpg.format": "openpgp"}
    else:
        settings = {"user.signingKey": str(keys / f"{who}.ssh"), "gpg.format": "ssh"}
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    repository.git(
        *words,
        *("commit", "--quiet", "--allow-empty", "-S", "-m", "signed"),
        GNUPGHOME=str(keys / who),
    )
    return repository.git("rev-parse", "HEAD")


def forge(repository: Repository) -> None:
    """Change the signed commit, and keep its signature."""
    text = repository.git("cat-file", "commit", "HEAD") + "\n"
    assert "gpgsig" in text
    other = text.replace("\nsigned", "\nforged").encode()
    commit = repository.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=other)
    repository.git("update-ref", "HEAD", commit)


def trust(keys: Path, how: str, who: str = "alice") -> dict[str, str]:
    if how == "gpg":
        return {"verify_gpg": str(keys / f"{who}.asc")}
    return {"verify_ssh": str(keys / f"{who}.signers")}


HOW = pytest.mark.parametrize("how", ["gpg", "ssh"])


@HOW
def test_what_is_signed_by_the_trusted_is_read(
    repository: Repository, keys: Path, how: str
) -> None:
    commit = sign(repository, keys, "alice", how)
    with closing(repository.fetch(**trust(keys, how))) as snapshot:
        assert snapshot.revision == commit
        assert snapshot.read(CHURN)


@HOW
def test_what_is_not_signed_is_refused(repository: Repository, keys: Path, how: str) -> None:
    sign(repository, keys, "alice", how)
    commit = repository.commit()
    with pytest.raises(SourceError, match=f"commit {commit[:12]} is not signed"):
        repository.fetch(**trust(keys, how))


@HOW
def test_what_a_stranger_signed_is_refused(repository: Repository, keys: Path, how: str) -> None:
    sign(repository, keys, "mallory", how)
    with pytest.raises(SourceError, match="it is signed by a key that is not trusted here"):
        repository.fetch(**trust(keys, how))


@HOW
def test_a_forged_commit_is_refused(repository: Repository, keys: Path, how: str) -> None:
    sign(repository, keys, "alice", how)
    forge(repository)
    with pytest.raises(SourceError, match="the signature does not match"):
        repository.fetch(**trust(keys, how))


@pytest.mark.parametrize(("how", "other"), [("gpg", "ssh"), ("ssh", "gpg")])
def test_the_other_kind_of_signature_is_not_trusted(
    repository: Repository, keys: Path, how: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(keys / "alice"))  # the keyring of whoever runs this
    sign(repository, keys, "alice", other)
    with pytest.raises(SourceError, match="is refused: it is signed by"):
        repository.fetch(**trust(keys, how))


@HOW
def test_either_kind_is_enough_where_both_are_trusted(
    repository: Repository, keys: Path, how: str
) -> None:
    both = trust(keys, "gpg") | trust(keys, "ssh")
    sign(repository, keys, "alice", how)
    repository.fetch(**both).close()
    sign(repository, keys, "mallory", how)
    with pytest.raises(SourceError, match="not trusted here"):
        repository.fetch(**both)


@HOW
def test_trust_that_is_withdrawn_counts_at_once(
    repository: Repository, keys: Path, how: str, tmp_path: Path
) -> None:
    sign(repository, keys, "alice", how)
    [(option, file)] = trust(keys, how).items()
    kept = tmp_path / "trusted"
    shutil.copy(file, kept)
    source = repository.source(**{option: str(kept)})
    source.fetch().close()
    shutil.copy(trust(keys, how, "mallory")[option], kept)
    with pytest.raises(SourceError, match="not trusted here"):
        source.fetch()


@pytest.mark.parametrize("form", ["alice", "alice.asc", "alice.gpg", "alice/pubring.kbx", "asc"])
def test_a_keyring_may_be_a_file_or_a_directory(
    repository: Repository, keys: Path, tmp_path: Path, form: str
) -> None:
    place = keys / form
    if form == "asc":
        place = tmp_path / "mounted"
        place.mkdir()
        for name in ("alice.asc", "mallory.asc"):
            shutil.copy(keys / name, place)
    before = sorted(place.iterdir()) if place.is_dir() else []
    sign(repository, keys, "alice", "gpg")
    repository.fetch(verify_gpg=str(place)).close()
    assert before == (sorted(place.iterdir()) if place.is_dir() else [])


@pytest.mark.parametrize("option", ["verify_gpg", "verify_ssh"])
def test_a_file_of_trust_that_is_not_there_is_named(
    repository: Repository, keys: Path, option: str
) -> None:
    sign(repository, keys, "alice", "gpg")
    with pytest.raises(SourceError, match=r"^/nowhere/keys: the (keyring|file) of trusted"):
        repository.fetch(**{option: "/nowhere/keys"})


@pytest.mark.parametrize("option", ["verify_gpg", "verify_ssh"])
@pytest.mark.parametrize("text", ["", "garbage\n"])
def test_a_file_that_trusts_nobody_lets_nobody_in(
    repository: Repository, keys: Path, tmp_path: Path, option: str, text: str
) -> None:
    (tmp_path / "nobody-trusted").write_text(text, encoding="utf-8")
    sign(repository, keys, "alice", option.removeprefix("verify_"))
    with pytest.raises(SourceError):
        repository.fetch(**{option: str(tmp_path / "nobody-trusted")})


def test_an_expired_key_is_refused(repository: Repository, tmp_path: Path) -> None:
    ring = tmp_path / "expired"
    ring.mkdir(mode=0o700)
    then = ("--faked-system-time", "20200101T000000")
    gpg(ring, *then, "--quick-generate-key", "old@example.com", "ed25519", "sign", "1d")
    program = tmp_path / "gpg-then"
    program.write_text(f'#!/bin/sh\nexec gpg {" ".join(then)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    repository.git(
        *("-c", f"gpg.program={program}", "-c", "user.signingKey=old@example.com"),
        *("commit", "--quiet", "--allow-empty", "-S", "-m", "signed"),
        GNUPGHOME=str(ring),
    )
    try:
        with pytest.raises(SourceError, match="the key that signed it has expired"):
            repository.fetch(verify_gpg=str(ring))
    finally:
        environment = os.environ | {"GNUPGHOME": str(ring)}
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False)
