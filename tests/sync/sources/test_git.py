"""Branches, histories and odd trees of git."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import BundleError, SourceError
from sync.sources.commit import CommitSnapshot
from tests.sync.sources.workshop import CHURN, SMALL, Repository, make, read, trees

GONE = "notebooks/research/gone"
NEVER = "notebooks/research/never"


def test_the_revision_is_the_commit_and_the_ids_are_gits(repository: Repository) -> None:
    snapshot = repository.fetch()
    assert snapshot.revision == repository.git("rev-parse", "HEAD")
    assert snapshot.trees[CHURN] == repository.git("rev-parse", f"HEAD:{CHURN}")
    snapshot.close()


def test_listing_reads_no_file_and_opens_no_bundle(repository: Repository) -> None:
    snapshot = repository.fetch()
    assert isinstance(snapshot, CommitSnapshot)
    reader = snapshot._reader  # noqa: SLF001 - what is counted here nobody else needs to know
    # the root, two areas and the namespace of the notebooks
    assert (len(snapshot.trees), reader.asked) == (3, 4)
    snapshot.read(CHURN)
    assert reader.asked == 4 + 1 + 2
    snapshot.close()


def test_a_snapshot_keeps_to_its_commit(repository: Repository) -> None:
    source = repository.source()
    with closing(source.fetch()) as before:
        repository.commit({f"{CHURN}/notebook.yaml": b"later\n"})
        with closing(source.fetch()) as after:
            assert before.read(CHURN)["notebook.yaml"] == b"kind: Notebook\n"
            assert after.read(CHURN)["notebook.yaml"] == b"later\n"
            before.check_whole()


def test_what_is_not_committed_is_not_there(repository: Repository) -> None:
    (repository.root / CHURN / "notebook.yaml").write_bytes(b"draft")
    assert read(repository.source(), CHURN)["notebook.yaml"] == b"kind: Notebook\n"


def test_other_branches_are_other_sources(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "teams/blue.2")
    repository.commit({f"{NEVER}/kustomization.yaml": b""})
    assert NEVER in trees(repository.source(branch="teams/blue.2"))
    assert NEVER not in trees(repository.source())


def test_a_tag_of_the_branchs_name_is_not_the_branch(repository: Repository) -> None:
    repository.git("tag", "main", "HEAD")
    commit = repository.commit({f"{NEVER}/kustomization.yaml": b""})
    with closing(repository.fetch()) as snapshot:
        assert snapshot.revision == commit


def test_a_force_pushed_branch_is_followed(repository: Repository) -> None:
    source = repository.source()
    repository.commit({f"{GONE}/kustomization.yaml": b""})
    assert GONE in trees(source)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    commit = repository.commit({f"{NEVER}/kustomization.yaml": b""})
    with closing(source.fetch()) as snapshot:
        assert snapshot.revision == commit
        assert (GONE in snapshot.trees, NEVER in snapshot.trees) == (False, True)
        assert (snapshot.held(GONE), snapshot.held(NEVER)) == (False, True)


class TestHistory:
    """Whether a branch ever held a directory."""

    def held(self, origin: Repository, directory: str, **more: str) -> bool | None:
        with closing(origin.fetch(**more)) as snapshot:
            return snapshot.held(directory)

    def remove(self, repository: Repository, directory: str) -> None:
        shutil.rmtree(repository.root / directory)
        repository.commit()

    def test_knows_what_is_there_what_was_and_what_never_was(self, repository: Repository) -> None:
        repository.commit({f"{GONE}/kustomization.yaml": b""})
        self.remove(repository, GONE)
        for directory, answer in ((CHURN, True), (GONE, True), (NEVER, False)):
            assert self.held(repository, directory) is answer

    def test_takes_names_literally(self, repository: Repository) -> None:
        for name in ("notebooks/research/*", "notebooks/*/churn", ":/", "notebooks/research/chur"):
            assert self.held(repository, name) is False
        for name in ("", "..", "notebooks/../notebooks", "/etc/x/y", "--all", "notebooks/a\nb/c"):
            assert self.held(repository, name) is False

    def test_is_that_of_the_path_only(self, repository: Repository) -> None:
        repository.commit({f"one/{name}": data for name, data in SMALL.items()})
        repository.commit({f"{GONE}/kustomization.yaml": b""})
        self.remove(repository, GONE)
        assert self.held(repository, GONE) is True
        assert self.held(repository, GONE, path="one") is False

    def test_is_that_of_the_branch_only(self, repository: Repository) -> None:
        repository.git("checkout", "--quiet", "-b", "other")
        repository.commit({f"{GONE}/kustomization.yaml": b""})
        repository.git("checkout", "--quiet", "main")
        assert self.held(repository, GONE) is False

    def test_knows_what_a_merge_dropped_from_the_branch(self, repository: Repository) -> None:
        repository.git("branch", "older")
        repository.commit({f"{GONE}/kustomization.yaml": b""})
        repository.git("checkout", "--quiet", "-B", "next", "older")
        repository.git("merge", "--quiet", "--strategy=ours", "-m", "drop", "main")
        repository.git("checkout", "--quiet", "-B", "main")
        assert GONE not in trees(repository.source())
        assert self.held(repository, GONE) is True

    def test_that_is_cut_off_cannot_say_never(self, repository: Repository) -> None:
        repository.commit({f"{GONE}/kustomization.yaml": b""})
        self.remove(repository, GONE)
        shallow = repository.root.parent / "shallow"
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(shallow))
        assert self.held(repository, CHURN, repository=str(shallow)) is True
        assert self.held(repository, GONE, repository=str(shallow)) is None
        assert self.held(repository, NEVER, repository=str(shallow)) is None

    def test_that_is_lost_is_fetched_again(self, repository: Repository) -> None:
        with closing(repository.fetch()) as snapshot:
            shutil.rmtree(repository.mirror())
            assert snapshot.held(NEVER) is False

    def test_that_is_lost_for_good_says_nothing(self, repository: Repository) -> None:
        with closing(repository.fetch()) as snapshot:
            shutil.rmtree(repository.mirror())
            repository.root.rename(repository.root.parent / "away")
            assert snapshot.held(NEVER) is None


class TestRefusals:
    """What is said when there is nothing to read."""

    def test_no_such_branch(self, repository: Repository) -> None:
        for number in range(7):
            repository.git("branch", f"b{number}")
        with pytest.raises(
            SourceError, match="there is no such branch; there is b0, b1, b2, b3, b4 and 3 more"
        ):
            repository.fetch(branch="mian")

    def test_a_part_of_a_branchs_name(self, repository: Repository) -> None:
        repository.git("branch", "refs/heads/dev")
        with pytest.raises(SourceError, match="there is no such branch"):
            repository.fetch(branch="dev")

    def test_an_empty_repository(self, empty: Repository) -> None:
        with pytest.raises(SourceError, match="the repository is empty; push a commit first"):
            empty.fetch()

    def test_an_empty_commit(self, empty: Repository) -> None:
        empty.commit()
        with pytest.raises(SourceError, match="neither `notebooks` nor `namespaces`"):
            empty.fetch()

    @pytest.mark.parametrize("path", ["nowhere", "notebooks/nowhere"])
    def test_no_such_path(self, repository: Repository, path: str) -> None:
        with pytest.raises(SourceError, match=f"there is no directory `{path}` in it"):
            repository.fetch(path=path)

    def test_a_path_through_a_link_or_a_file(self, repository: Repository) -> None:
        (repository.root / "link").symlink_to("notebooks")
        repository.commit({"file": b""})
        for path, what in (("link", "a symbolic link"), ("file", "a file")):
            with pytest.raises(SourceError, match=f"{path}: {what} where a directory belongs"):
                repository.fetch(path=path)

    @pytest.mark.parametrize("there", ["nothing", "a directory", "a file"])
    def test_no_repository(self, tmp_path: Path, repository: Repository, there: str) -> None:
        place = tmp_path / "elsewhere"
        if there == "a directory":
            place.mkdir()
        elif there == "a file":
            place.write_bytes(b"")
        with pytest.raises(SourceError, match=r"branch main of .*elsewhere: .*git"):
            repository.fetch(repository=str(place))

    def test_a_repository_that_is_gone_later(self, repository: Repository) -> None:
        source = repository.source()
        with closing(source.fetch()) as snapshot:
            repository.root.rename(repository.root.parent / "away")
            with pytest.raises(SourceError, match="there is no git repository"):
                source.fetch()
            assert snapshot.read(CHURN)
            assert snapshot.held(NEVER) is False

    def test_no_git(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(SourceError, match="git cannot be run here: install it"):
            repository.fetch()


class TestOddTrees:
    """Trees that a checkout could not hold."""

    GOOD = ("100644", b"resources: []\n")

    def test_a_submodule_in_a_bundle(self, repository: Repository) -> None:
        repository.commit_tree({b"kustomization.yaml": self.GOOD, b"sub": ("160000", b"")})
        with pytest.raises(BundleError, match="churn/sub: this is a submodule"):
            read(repository.source(), CHURN)

    @pytest.mark.parametrize("place", ["notebooks", "notebooks/research"])
    def test_a_submodule_among_bundles(self, repository: Repository, place: str) -> None:
        repository.commit_tree({b"sub": ("160000", b"")}, place)
        with pytest.raises(SourceError, match=f"{place}/sub: a submodule where a directory"):
            repository.fetch()

    def test_a_submodule_elsewhere(self, repository: Repository) -> None:
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},docs/sub")
        repository.git("commit", "--quiet", "-m", "sub")
        assert CHURN in trees(repository.source())

    @pytest.mark.parametrize("name", [b"..", b"."])
    def test_a_file_that_leads_away(self, repository: Repository, name: bytes) -> None:
        repository.commit_tree({name: self.GOOD})
        with pytest.raises(BundleError, match="the name of this file"):
            read(repository.source(), CHURN)

    @pytest.mark.parametrize("place", ["notebooks/../churn", "notebooks/research/.."])
    def test_a_directory_that_leads_away(self, repository: Repository, place: str) -> None:
        repository.commit_tree({b"kustomization.yaml": self.GOOD}, place)
        with pytest.raises(SourceError, match="the name of this directory"):
            repository.fetch()

    def test_permissions_mean_nothing(self, repository: Repository) -> None:
        repository.commit_tree({b"a": ("100755", b"1"), b"b": ("100644", b"2")})
        assert read(repository.source(), CHURN) == {"a": b"1", "b": b"2"}


def test_hooks_includes_and_surroundings_are_not_heard(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "heard"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\nexec false\n", encoding="utf-8")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc"):
        shutil.copy(program, hooks / name)
    settings = tmp_path / "nobody" / ".gitconfig"
    settings.parent.mkdir()
    settings.write_text(
        f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {program}\n"
        f'[url "ext::{program}"]\n\tinsteadOf = {repository.root}\n'
        f"[uploadpack]\n\tpackObjectsHook = {program}\n[gc]\n\tauto = 1\n",
        encoding="utf-8",
    )
    for name, value in {
        "GIT_DIR": str(tmp_path),
        "GIT_OBJECT_DIRECTORY": str(tmp_path),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_PARAMETERS": f"'core.hookspath={hooks}'",
        "GIT_EXTERNAL_DIFF": str(program),
        "GIT_ASKPASS": str(program),
        "GIT_TRACE": str(mark),
        "GIT_NAMESPACE": "other",
    }.items():
        monkeypatch.setenv(name, value)
    with closing(repository.fetch()) as snapshot:
        assert snapshot.read(CHURN)
        assert snapshot.held(NEVER) is False
    assert not mark.exists()


def test_the_mirror_of_an_odd_repository_has_none_of_its_settings(repository: Repository) -> None:
    repository.git("config", "core.hooksPath", "/nowhere")
    assert CHURN in trees(repository.source())
    settings = (repository.mirror() / "config").read_text(encoding="utf-8")
    assert "hooksPath" not in settings
    assert str(repository.root) not in settings
    assert not list((repository.mirror()).glob("hooks/*"))


def test_a_git_that_hangs_is_stopped_with_all_that_it_started(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    stuck = tmp_path / "bin" / "git"
    stuck.parent.mkdir()
    stuck.write_text(f"#!/bin/sh\nsleep 600 &\necho $! >>{pids}\nwait\n", encoding="utf-8")
    stuck.chmod(0o755)
    source = repository.source(timeout=0.5)
    trees(source)
    monkeypatch.setenv("PATH", f"{stuck.parent}:{os.environ['PATH']}")
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"branch main of .* longer than 0\.5 seconds"):
        source.fetch()
    assert time.monotonic() - start < 5
    [pid] = pids.read_text(encoding="utf-8").split()
    assert not is_running(int(pid))


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_ten_thousand_bundles_are_listed_within_a_second(tmp_path: Path) -> None:
    repository = make(tmp_path)
    tree = repository.git("mktree", stdin=b"")
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"kind: Notebook\n")
    for entries in (
        f"100644 blob {blob}\tnotebook.yaml\n",
        "".join(f"040000 tree TREE\tn{number:05}\n" for number in range(1000)),
        "".join(f"040000 tree TREE\tteam{number}\n" for number in range(10)),
        "040000 tree TREE\tnotebooks\n",
    ):
        tree = repository.git("mktree", stdin=entries.replace("TREE", tree).encode())
    repository.git("update-ref", "HEAD", repository.git("commit-tree", tree, "-m", "many"))
    source = repository.source()
    trees(source)
    start = time.perf_counter()
    with closing(source.fetch()) as snapshot:
        listed = time.perf_counter() - start
        assert len(snapshot.trees) == 10_000
        for directory in snapshot.trees:
            assert snapshot.read(directory) == {"notebook.yaml": b"kind: Notebook\n"}
    assert listed < 1
    assert time.perf_counter() - start < 20
