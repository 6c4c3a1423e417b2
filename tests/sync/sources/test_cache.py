"""The mirror in the cache may be lost, broken, shared or killed: only time is lost with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import BundleError, SourceError
from sync.sources.layout import MAX_FILE
from sync.sources.lock import locked
from tests.sync.sources.workshop import CHURN, SMALL, Repository, read, trees

PROGRAM = Path(__file__).parents[3]
# Another agent: reads one bundle and says which commit it was.
READER = """
import sys
from sync.sources import SourceSpec, open_source
snapshot = open_source(SourceSpec(repository=sys.argv[1], cache=sys.argv[2])).fetch()
files = [snapshot.read(directory) for directory in snapshot.trees]
print(snapshot.revision, sum(map(len, files)))
snapshot.close()
"""


def reader(repository: Repository, program: str = READER) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(repository.root), str(repository.cache)],
        cwd=PROGRAM,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def packs(mirror: Path) -> list[Path]:
    found = list(mirror.glob("objects/pack/*.pack")) + list(mirror.glob("objects/??/*"))
    assert found
    for file in found:
        file.chmod(0o600)
    return found


def cut(mirror: Path) -> None:
    for file in packs(mirror):
        os.truncate(file, file.stat().st_size // 2)


def blank(mirror: Path) -> None:
    for file in packs(mirror):
        file.write_bytes(bytes(file.stat().st_size))


def lose_objects(mirror: Path) -> None:
    for file in packs(mirror):
        file.unlink()


def spoil_ref(mirror: Path) -> None:
    (mirror / "refs/octavo/head").write_bytes(bytes(41))


def point_nowhere(mirror: Path) -> None:
    (mirror / "refs/octavo/head").write_text(f"{'1' * 40}\n", encoding="ascii")


def lose_head(mirror: Path) -> None:
    (mirror / "HEAD").unlink()


def spoil_settings(mirror: Path) -> None:
    (mirror / "config").write_bytes(b"[core\n")


def lose_all(mirror: Path) -> None:
    shutil.rmtree(mirror)


def become_a_file(mirror: Path) -> None:
    shutil.rmtree(mirror)
    mirror.write_bytes(b"")


HARMS: Mapping[str, Callable[[Path], None]] = {
    harm.__name__: harm
    for harm in (
        cut,
        blank,
        lose_objects,
        spoil_ref,
        point_nowhere,
        lose_head,
        spoil_settings,
        lose_all,
        become_a_file,
    )
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
@pytest.mark.parametrize("news", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_a_broken_mirror_is_made_anew(
    repository: Repository, harm: Callable[[Path], None], packed: bool, news: bool
) -> None:
    if packed:
        repository.commit({f"{CHURN}/{number}": str(number).encode() for number in range(150)})
    source = repository.source()
    trees(source)
    if news:
        repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    harm(repository.mirror())
    expected = b"news\n" if news else b"kind: Notebook\n"
    with closing(source.fetch()) as snapshot:
        assert snapshot.read(CHURN)["notebook.yaml"] == expected
        assert snapshot.held("notebooks/research/never") is False
    repository.git(f"--git-dir={repository.mirror()}", "fsck", "--strict")


@pytest.mark.parametrize("place", ["", "notebooks", "notebooks/research", CHURN])
def test_one_lost_tree_is_enough_to_make_it_anew(repository: Repository, place: str) -> None:
    source = repository.source()
    trees(source)
    oid = repository.git("rev-parse", f"HEAD:{place}")
    (repository.mirror() / "objects" / oid[:2] / oid[2:]).unlink()
    assert read(source, CHURN) == read(repository.source(cache=f"{repository.cache}2"), CHURN)


def test_a_mirror_that_breaks_while_it_is_read_is_mended(repository: Repository) -> None:
    with closing(repository.fetch()) as snapshot:
        revision = snapshot.revision
        repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
        lose_all(repository.mirror())
        snapshot._reader.close()  # type: ignore[attr-defined]  # noqa: SLF001
        assert snapshot.read(CHURN)["notebook.yaml"] == b"kind: Notebook\n"
        assert snapshot.revision == revision


def test_a_commit_that_nobody_has_any_more_is_an_error(repository: Repository) -> None:
    with closing(repository.fetch()) as snapshot:
        repository.git("commit", "--quiet", "--amend", "-m", "another")
        repository.git("rm", "-r", "--quiet", CHURN)
        repository.git("commit", "--quiet", "--amend", "-m", "another")
        lose_all(repository.mirror())
        snapshot._reader.close()  # type: ignore[attr-defined]  # noqa: SLF001
        with pytest.raises(SourceError, match="is no longer there, and the cache lost it"):
            snapshot.read(CHURN)


def test_a_repository_that_is_itself_broken_is_an_error_and_costs_no_mirror(
    repository: Repository,
) -> None:
    source = repository.source()
    with closing(source.fetch()) as snapshot:
        repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
        tree = repository.git("rev-parse", f"HEAD:{CHURN}")
        (repository.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
        with pytest.raises(SourceError, match=r"branch main of .*: .*git"):
            source.fetch()
        assert snapshot.read(CHURN)["notebook.yaml"] == b"kind: Notebook\n"
        assert sorted(each.name for each in repository.mirror().parent.iterdir()) == ["git", "lock"]


def test_locks_and_scraps_of_a_killed_git_are_swept_away(repository: Repository) -> None:
    source = repository.source()
    trees(source)
    mirror = repository.mirror()
    left = ("refs/octavo/head.lock", "packed-refs.lock", "shallow.lock", "objects/pack/tmp_pack_x")
    inode = mirror.stat().st_ino
    for name in left:
        (mirror / name).write_bytes(b"")
    commit = repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    with closing(source.fetch()) as snapshot:
        assert snapshot.revision == commit
    assert [name for name in left if (mirror / name).exists()] == []
    assert mirror.stat().st_ino == inode  # and nothing was fetched twice


def test_an_agent_that_is_killed_at_any_moment_changes_nothing(repository: Repository) -> None:
    repository.commit({f"notebooks/many/n{each}/x": os.urandom(90_000) for each in range(60)})
    source = repository.source()
    delays = [0.25 + 0.04 * step for step in range(8)]
    for delay in delays:
        agent = reader(repository)
        time.sleep(delay)
        os.kill(agent.pid, signal.SIGKILL)
        agent.communicate()
        commit = repository.commit({f"{CHURN}/notebook.yaml": str(delay).encode()})
        with closing(source.fetch()) as snapshot:
            assert snapshot.revision == commit
            assert snapshot.read(CHURN)["notebook.yaml"] == str(delay).encode()
        if delay in delays[::2]:
            lose_all(repository.mirror())


def test_an_agent_may_end_without_closing_anything(repository: Repository) -> None:
    program = READER.replace("snapshot.close()", "")
    assert program != READER
    agent = reader(repository, program)
    _, complaints = agent.communicate()
    assert (agent.returncode, complaints) == (0, "")


def test_many_agents_share_one_cache(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    agents = [reader(repository) for _ in range(4)]
    said = [agent.communicate() for agent in agents]
    assert said == [(f"{commit} 4\n", "")] * 4


@pytest.fixture
def _hasty() -> Iterator[None]:
    """Threads that interrupt one another all the time."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_hasty")
def test_many_threads_share_one_source(repository: Repository) -> None:
    repository.commit({f"{CHURN}/{each}": bytes([each]) * 5000 for each in range(20)})
    source = repository.source()
    with closing(source.fetch()) as snapshot, ThreadPoolExecutor(8) as pool:
        wanted = list(snapshot.trees) * 100
        alone = {directory: snapshot.read(directory) for directory in snapshot.trees}
        assert list(pool.map(snapshot.read, wanted)) == [alone[each] for each in wanted]
        fetched = list(pool.map(lambda _: trees(source), range(8)))
    assert fetched == [dict(snapshot.trees)] * 8


def test_who_holds_the_cache_too_long_is_not_waited_for(repository: Repository) -> None:
    trees(repository.source())
    source = repository.source(timeout=0.3)
    with (
        locked(repository.mirror().parent / "lock", 1),
        pytest.raises(SourceError, match="another process works on this cache"),
    ):
        source.fetch()
    assert trees(source)


def test_a_child_that_outlives_its_agent_keeps_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", 1) as handle:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[handle])
    try:
        with pytest.raises(SourceError, match="another process"), locked(tmp_path / "lock", 0.1):
            pass
    finally:
        child.kill()
        child.wait()
    with locked(tmp_path / "lock", 1) as handle:
        assert handle > 0


def test_nothing_is_fetched_when_nothing_is_new(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = repository.source()
    trees(source)
    log = tmp_path / "log"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$*" >>{log}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    trees(source)
    assert "ls-remote" in log.read_text(encoding="utf-8")
    assert " fetch " not in log.read_text(encoding="utf-8")
    repository.commit()
    trees(source)
    assert " fetch " in log.read_text(encoding="utf-8")


def test_nothing_but_the_branch_is_fetched(repository: Repository) -> None:
    repository.git("tag", "v1")
    repository.git("branch", "other")
    trees(repository.source())
    refs = repository.git(f"--git-dir={repository.mirror()}", "for-each-ref", "--format=%(refname)")
    assert refs == "refs/octavo/head"


def test_a_file_that_is_too_large_costs_no_mirror(repository: Repository) -> None:
    repository.commit({f"{CHURN}/huge.yaml": b"a" * (MAX_FILE + 1)})
    with closing(repository.fetch()) as snapshot:
        inode = repository.mirror().stat().st_ino
        with pytest.raises(BundleError, match="at most 2,097,152 are read"):
            snapshot.read(CHURN)
        assert snapshot.read("namespaces/research")
    assert repository.mirror().stat().st_ino == inode


def test_git_may_complain_as_much_as_it_likes(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\ncase "$*" in *cat-file*) head -c 300000 /dev/zero >&2;; esac\n'
        f'exec {shutil.which("git")} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    agent = reader(repository)
    try:
        said, _ = agent.communicate(timeout=20)
    finally:
        agent.kill()
        agent.communicate()
    assert said.endswith(" 4\n")


def test_many_small_fetches_end_in_few_packs(repository: Repository) -> None:
    source = repository.source()
    trees(source)
    pack_directory = repository.mirror() / "objects" / "pack"
    for number in range(55):
        repository.git(
            f"--git-dir={repository.mirror()}",
            "pack-objects",
            "-q",
            str(pack_directory / "pack"),
            stdin=repository.git(
                f"--git-dir={repository.mirror()}",
                "hash-object",
                "-w",
                "--stdin",
                stdin=str(number).encode(),
            ).encode()
            + b"\n",
        )
    assert len(list(pack_directory.glob("*.pack"))) > 50
    repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
    assert read(source, CHURN)["notebook.yaml"] == b"news\n"
    assert len(list(pack_directory.glob("*.pack"))) < 5


def test_a_cache_that_cannot_be_written_is_said_in_words(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceError, match=r"file/.*: the cache cannot be written: Not a directory"):
        repository.fetch(cache=str(tmp_path / "file"))


def test_the_cache_is_its_users_own(repository: Repository) -> None:
    trees(repository.source())
    assert repository.mirror().parent.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_in_words_and_costs_no_mirror(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = repository.source()
    with closing(source.fetch()) as snapshot:
        repository.commit({f"{CHURN}/notebook.yaml": b"news\n"})
        full = tmp_path / "bin" / "git"
        full.parent.mkdir()
        real = shutil.which("git")
        full.write_text(
            '#!/bin/sh\ncase "$*" in *" fetch "*)\n'
            "  echo 'fatal: write error: No space left on device' >&2; exit 128;;\nesac\n"
            f'exec {real} "$@"\n',
            encoding="utf-8",
        )
        full.chmod(0o755)
        monkeypatch.setenv("PATH", f"{full.parent}:{os.environ['PATH']}")
        with pytest.raises(SourceError, match="the disk of the cache is full"):
            source.fetch()
        assert snapshot.read(CHURN)["notebook.yaml"] == SMALL[f"{CHURN}/notebook.yaml"]
