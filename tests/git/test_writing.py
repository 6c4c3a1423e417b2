"""One commit of many files: what git itself would make of them, by whom, and signed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.writing import Author, Signing, commit
from tests.git.workshop import BRANCH, FIRST, PLAIN, Bench, bench, files_of, git, write


def test_a_commit_holds_what_was_added_changed_and_removed(bare: Bench) -> None:
    first = bare.deliver(FIRST)
    second = bare.deliver({"a/one.yaml": b"1\n", "c": b""}, ["b", "a/two ü.yaml", "nowhere"])
    assert bare.files() == {"a/one.yaml": b"1\n", "c": b""}
    assert bare.files(first) == FIRST
    assert bare.git("rev-list", BRANCH).split() == [second, first]
    bare.check()


def test_a_directory_becomes_a_file_and_a_file_a_directory(bare: Bench) -> None:
    bare.deliver(FIRST)
    bare.deliver({"b": b"file\n", "a/one.yaml/x": b"directory\n"}, ["b", "a/one.yaml"])
    assert bare.files() == {
        "a/one.yaml/x": b"directory\n",
        "a/two ü.yaml": b"two\n",
        "b": b"file\n",
    }


def test_no_branch_names_a_commit_that_is_only_made(bare: Bench) -> None:
    first = bare.deliver(FIRST)
    bare.commit({"x": b""}, parent=first)
    assert bare.git("for-each-ref", "--format=%(refname) %(objectname)") == (
        f"refs/heads/{BRANCH} {first}"
    )
    bare.check()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_either_kind_of_names_works(tmp_path: Path, algorithm: str) -> None:
    root = tmp_path / "x"
    git(tmp_path, "init", "--quiet", f"--object-format={algorithm}", "-b", BRANCH, str(root))
    place = Bench(root)
    assert place.repository.algorithm == algorithm
    new = place.deliver(FIRST)
    assert len(new) == {"sha1": 40, "sha256": 64}[algorithm]
    place.deliver({"a/one.yaml": b"1\n"})
    assert place.files() == place.standing() == FIRST | {"a/one.yaml": b"1\n"}
    assert place.git("status", "--porcelain") == ""
    place.check()


def test_many_files_become_a_pack(bare: Bench) -> None:
    files = {f"a/{number:03}/x.yaml": b"%d\n" % number for number in range(200)}
    bare.deliver(files)
    assert bare.files() == files
    assert len(list(bare.root.glob("objects/pack/*.pack"))) == 1
    assert list(bare.root.glob("objects/pack/*.keep")) == []


@pytest.mark.parametrize(
    "path", ["/a", "a//b", "a/", "", "..", "a/../b", "./a", ".git/config", "a/.GIT/x", "a\nb", '"a']
)
def test_a_path_that_no_checkout_could_hold_is_refused(bare: Bench, path: str) -> None:
    with pytest.raises(GitError, match="is no path that a repository can hold"):
        bare.commit({path: b""})
    with pytest.raises(GitError, match="is no path that a repository can hold"):
        bare.commit({}, [path])


def test_a_message_and_people_are_kept_as_they_are(bare: Bench) -> None:
    git(bare.root, "config", "i18n.commitEncoding", "latin1")
    git(bare.root, "config", "commit.cleanup", "strip")
    message = "Ünï: 3 notebooks\n\n# no comment\n\nOctavo-Source: 1\n"
    zoe, robot = Author("Zoë", "zoe@example.com"), Author("Robot", "r@x")
    commit = bare.commit(FIRST, message=message, author=zoe, committer=robot)
    text = bare.git("cat-file", "commit", commit)
    assert "\nauthor Zoë <zoe@example.com> " in text
    assert "\ncommitter Robot <r@x> " in text
    assert "encoding" not in text
    assert text.partition("\n\n")[2] + "\n" == message


def test_people_are_as_git_is_configured(bare: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.git("config", "user.name", "Configured")
    bare.git("config", "user.email", "c@example.com")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Surroundings")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-02-03T04:05:06Z")
    commit = bare.commit(FIRST, author=Author(email="a@example.com"), committer=Author())
    people = bare.git("log", "-1", "--format=%an %ae %cn %ce %ct", commit)
    assert people == "Surroundings a@example.com Configured c@example.com 981173106"


@pytest.mark.parametrize("known", ["nothing", "name", "mail"])
def test_without_a_name_it_is_said_what_to_set(bare: Bench, known: str) -> None:
    who = {"nothing": Author(), "name": Author(name="Zoë"), "mail": Author(email="z@x")}[known]
    with pytest.raises(GitError, match=r"git config user\.name and user\.email, or give --author"):
        bare.commit(FIRST, author=who, committer=who)
    bare.check()


HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit",
    "post-index-change", "post-merge", "post-rewrite", "pre-auto-gc", "pre-commit", "pre-push",
    "prepare-commit-msg", "reference-transaction",
)  # fmt: skip


def test_hooks_and_programs_of_a_repository_are_not_run(checkout: Bench, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0" >>"{ran}"\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    (checkout.root / ".git" / "hooks").mkdir(exist_ok=True)
    for hook in HOOKS:
        (checkout.root / ".git" / "hooks" / hook).symlink_to(program)
    for key in ("core.fsmonitor", "core.editor", "core.pager", "diff.external", "core.askPass"):
        checkout.git("config", key, str(program))
    checkout.git("config", "diff.odd.textconv", str(program))
    checkout.git("config", "diff.odd.command", str(program))
    checkout.git("config", "core.alternateRefsCommand", str(program))
    write(checkout.root, {".git/info/attributes": b"* diff=odd\n"})
    checkout.deliver(FIRST)
    checkout.deliver({"a/one.yaml": b"1\n"}, ["b"])
    assert checkout.repository.is_dirty([]) == []
    assert not ran.exists()
    assert checkout.standing() == {"a/one.yaml": b"1\n", "a/two ü.yaml": b"two\n"}


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"]
)
def test_what_surrounds_us_does_not_lead_elsewhere(
    checkout: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(name, str(tmp_path / "elsewhere"))
        checkout.deliver(FIRST)
        found = checkout.files()
    assert found == checkout.standing() == FIRST
    assert not (tmp_path / "elsewhere").exists()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A key of OpenPGP and one of SSH."""
    home = tmp_path_factory.mktemp("keys")
    home.chmod(0o700)
    environment = os.environ | {"GNUPGHOME": str(home)}
    words = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase"]
    words += ["", "--quick-generate-key", "me@example.com", "ed25519", "sign", "1d"]
    subprocess.run(["gpg", *words], env=environment, check=True, capture_output=True)
    pair = home / "ssh"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", pair], check=True)
    public = pair.with_suffix(".pub")
    (home / "signers").write_text(f"* {public.read_text(encoding='utf-8')}", encoding="utf-8")
    yield {
        "openpgp": "me@example.com",
        "ssh": str(public),
        "GNUPGHOME": str(home),
        "gpg.ssh.allowedSignersFile": str(home / "signers"),
    }
    subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False)


def verify(place: Bench, commit: str, keys: Mapping[str, str]) -> str:
    setting = f"gpg.ssh.allowedSignersFile={keys['gpg.ssh.allowedSignersFile']}"
    done = subprocess.run(
        ["git", "-C", place.root, "-c", setting, "verify-commit", commit],
        env=os.environ | {"GNUPGHOME": keys["GNUPGHOME"]},
        capture_output=True,
        check=False,
    )
    return (done.stdout + done.stderr).decode() if done.returncode == 0 else ""


@pytest.mark.parametrize("how", ["openpgp", "ssh"])
@pytest.mark.parametrize("told", ["key", "key and format", "configured", "configured key"])
def test_a_signature_is_one_that_git_verifies(
    bare: Bench, keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, how: str, told: str
) -> None:
    monkeypatch.setenv("GNUPGHOME", keys["GNUPGHOME"])
    signing = Signing(keys[how], how if "format" in told else "", wanted=None)
    if "configured" in told:
        bare.git("config", "gpg.format", how)
        bare.git("config", "user.signingKey", keys[how])
        signing = Signing(wanted=True)
    if told == "configured":
        bare.git("config", "commit.gpgSign", "yes")
        signing = Signing()
    commit = bare.commit(FIRST, signing=signing)
    assert "ood" in verify(bare, commit, keys)
    assert files_of(bare.repository, commit) == FIRST


def test_a_commit_is_not_signed_unless_it_is_wanted(
    bare: Bench, keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", keys["GNUPGHOME"])
    bare.git("config", "user.signingKey", keys["openpgp"])
    assert "gpgsig" not in bare.git("cat-file", "commit", bare.commit(FIRST))
    bare.git("config", "commit.gpgSign", "true")
    unwanted = bare.commit(FIRST, signing=Signing(wanted=False))
    assert "gpgsig" not in bare.git("cat-file", "commit", unwanted)
    assert "gpgsig" in bare.git("cat-file", "commit", bare.commit(FIRST))


@pytest.mark.parametrize("key", ["nobody@example.com", "key::ssh-ed25519 AAAA"])
def test_a_key_that_is_not_there_is_said(bare: Bench, key: str) -> None:
    with pytest.raises(GitError, match="could not be signed; --no-sign does without"):
        bare.commit(FIRST, signing=Signing(key))
    assert bare.repository.head(BRANCH) is None


def test_a_shared_repository_stays_shared(bare: Bench) -> None:
    bare.git("config", "core.sharedRepository", "0660")
    bare.deliver(FIRST)
    modes = {file.stat().st_mode & 0o777 for file in bare.root.glob("objects/??/*")}
    assert modes == {0o440}
    folders = {folder.stat().st_mode & 0o070 for folder in bare.root.glob("objects/??")}
    assert folders == {0o070}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("NO DISK CAN BE MOUNTED HERE: a full one is not tried")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_said_and_changes_nothing(small_disk: Path, tmp_path: Path) -> None:
    place = bench(small_disk / "x.git")
    first = place.deliver(FIRST)
    large = tmp_path / "large"
    large.write_bytes(b"M 100644 inline x\ndata 4000000\n" + os.urandom(4_000_000) + b"\n")
    with pytest.raises(GitError, match="the disk is full"):
        commit(
            place.repository,
            parent=first,
            fragments=[large],
            removals=[],
            **PLAIN,  # type: ignore[arg-type]
        )
    assert place.repository.head(BRANCH) == first
    assert list(small_disk.rglob("tmp_pack*")) == []
    place.deliver({"c": b""})
    assert place.files() == FIRST | {"c": b""}
    place.check()


def test_a_repository_that_may_not_be_written_is_said(bare: Bench) -> None:
    repository = bare.repository
    (bare.root / "octavo").write_bytes(b"")
    with pytest.raises(GitError, match="octavo"):
        bare.commit(FIRST, repository=repository)
    assert bare.repository.head(BRANCH) is None
