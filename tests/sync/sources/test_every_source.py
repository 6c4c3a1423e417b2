"""What holds of a source, whatever it is made of: every story is told of all of them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.errors import BundleError, SourceError, UsageError
from sync.sources import Snapshot, Source, SourceSpec, open_source
from sync.sources.layout import MAX_FILE, MAX_FILES
from tests.sync.sources.workshop import CHURN, SMALL, make, read, trees, write

SETTLED = 0.15


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that bundles are put by others."""

    root: Path
    source: Source
    publish: Callable[[], object]

    def put(self, files: Mapping[str, bytes]) -> None:
        write(self.root, files)
        self.publish()


def directory(tmp_path: Path) -> Place:
    root = tmp_path / "bundles"
    root.mkdir()
    source = open_source(SourceSpec(directory=str(root)))
    return Place(root, source, lambda: time.sleep(SETTLED))


def git_by_path(tmp_path: Path) -> Place:
    repository = make(tmp_path)
    return Place(repository.root, repository.source(), repository.commit)


def git_by_url(tmp_path: Path) -> Place:
    repository = make(tmp_path)
    source = repository.source(repository=f"file://{repository.root}")
    return Place(repository.root, source, repository.commit)


def git_inside(tmp_path: Path) -> Place:
    repository = make(tmp_path)
    inside = repository.root / "clusters" / "one"
    return Place(inside, repository.source(path="clusters/one/"), repository.commit)


def git_of_sha256(tmp_path: Path) -> Place:
    repository = make(tmp_path, "--object-format=sha256")
    return Place(repository.root, repository.source(), repository.commit)


@pytest.fixture(params=[directory, git_by_path, git_by_url, git_inside, git_of_sha256])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    make_place: Callable[[Path], Place] = request.param
    return make_place(tmp_path)


@pytest.fixture
def place(bare: Place) -> Place:
    bare.put(SMALL)
    return bare


@pytest.fixture
def fetch(place: Place) -> Iterator[Callable[[], Snapshot]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(place.source.fetch()))


Fetch = Callable[[], Snapshot]


def test_bundles_are_listed_in_order_and_read(fetch: Fetch) -> None:
    snapshot = fetch()
    assert list(snapshot.trees) == [
        "namespaces/research",
        "notebooks/research/churn",
        "notebooks/research/sales",
    ]
    assert snapshot.read(CHURN) == {
        "kustomization.yaml": b"resources: [notebook.yaml]\n",
        "notebook.yaml": b"kind: Notebook\n",
    }
    snapshot.check_whole()


def test_only_the_changed_bundle_has_another_id(place: Place) -> None:
    before = trees(place.source)
    assert trees(place.source) == before
    place.put({f"{CHURN}/notebook.yaml": b"kind: notebooK\n"})
    after = trees(place.source)
    assert {each for each in after if after[each] != before[each]} == {CHURN}


def test_a_removed_bundle_is_gone(place: Place) -> None:
    shutil.rmtree(place.root / CHURN)
    place.publish()
    assert CHURN not in trees(place.source)


def test_what_stands_beside_the_bundles_is_nobodys(place: Place) -> None:
    before = trees(place.source)
    (place.root / "link").symlink_to("/etc/passwd")
    write(place.root, {"README.md": b"", "notebooks/.gitkeep": b"", "notebooks/research/a b": b""})
    write(place.root, {"docs/x/y/z.yaml": b""})
    place.publish()
    assert trees(place.source) == before


def test_a_source_may_hold_one_kind_of_bundle_only(place: Place) -> None:
    shutil.rmtree(place.root / "namespaces")
    place.publish()
    assert list(trees(place.source)) == [CHURN, "notebooks/research/sales"]


def test_any_file_of_a_bundle_is_read_and_may_be_executable(place: Place) -> None:
    place.put({f"{CHURN}/notes.txt": b"\xff\0", f"{CHURN}/empty": b""})
    (place.root / CHURN / "notes.txt").chmod(0o755)
    place.publish()
    files = read(place.source, CHURN)
    assert (files["notes.txt"], files["empty"], len(files)) == (b"\xff\0", b"", 4)


ODD_NAMES = {
    "a line break": b"a\nb",
    "a space": b"a b",
    "bytes that are not UTF-8": b"caf\xe9",
    "an escape": b"\x1b[2Jx",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_a_file_of_an_odd_name_breaks_its_bundle_only(place: Place, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(place.root / CHURN) + b"/" + name)).write_bytes(b"")
    place.publish()
    with pytest.raises(BundleError, match="the name of this file") as raised:
        read(place.source, CHURN)
    assert str(raised.value).isprintable()
    assert read(place.source, "namespaces/research")


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_a_directory_of_an_odd_name_is_refused(place: Place, name: bytes) -> None:
    odd = Path(os.fsdecode(os.fsencode(place.root / "notebooks" / "research") + b"/" + name))
    write(odd, {"kustomization.yaml": b""})
    place.publish()
    with pytest.raises(SourceError, match="the name of this directory") as raised:
        place.source.fetch()
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("target", ["notebook.yaml", "/etc/passwd", "../sales", "nowhere"])
def test_a_link_in_a_bundle_breaks_it(place: Place, target: str) -> None:
    (place.root / CHURN / "link.yaml").symlink_to(target)
    place.publish()
    with pytest.raises(BundleError, match=r"churn/link\.yaml: this is a symbolic link"):
        read(place.source, CHURN)


def test_a_directory_in_a_bundle_breaks_it(place: Place) -> None:
    place.put({f"{CHURN}/deeper/x.yaml": b""})
    with pytest.raises(BundleError, match="churn/deeper: this is a directory"):
        read(place.source, CHURN)


@pytest.mark.parametrize("link", ["notebooks", "notebooks/team", "notebooks/research/alias"])
def test_a_link_where_a_directory_belongs_is_refused(place: Place, link: str) -> None:
    path = place.root / link
    if path.exists():
        path.rename(place.root / "elsewhere")
    path.symlink_to(place.root / "elsewhere")
    place.publish()
    with pytest.raises(SourceError, match=f"^{link}: a symbolic link where a directory belongs"):
        place.source.fetch()


def test_a_file_where_a_directory_belongs_is_refused(place: Place) -> None:
    shutil.rmtree(place.root / "notebooks")
    place.put({"notebooks": b""})
    with pytest.raises(SourceError, match=r"^notebooks: a file where a directory belongs"):
        place.source.fetch()


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(place: Place) -> None:
    place.put({f"{CHURN}/huge.yaml": b"a" * MAX_FILE})
    assert len(read(place.source, CHURN)["huge.yaml"]) == MAX_FILE
    place.put({f"{CHURN}/huge.yaml": b"a" * (MAX_FILE + 1)})
    with closing(place.source.fetch()) as snapshot:
        with pytest.raises(BundleError, match=r"churn/huge\.yaml: the file has 2,097,153 bytes"):
            snapshot.read(CHURN)
        assert snapshot.read("namespaces/research")  # the next answer is not taken for the last


def test_a_bundle_of_too_many_files_is_not_read(place: Place) -> None:
    place.put({f"{CHURN}/{number}": b"" for number in range(MAX_FILES)})
    with pytest.raises(BundleError, match="churn: 1,002 files"):
        read(place.source, CHURN)


def test_a_bundle_that_is_too_heavy_is_not_read(place: Place) -> None:
    place.put({f"{CHURN}/{number}": b"a" * MAX_FILE for number in range(17)})
    with pytest.raises(BundleError, match="churn: more than 33,554,432 bytes"):
        read(place.source, CHURN)


def test_a_source_without_bundles_is_an_error_and_not_empty(place: Place) -> None:
    for name in ("notebooks", "namespaces"):
        shutil.rmtree(place.root / name)
    place.put({"README.md": b""})
    with pytest.raises(SourceError, match="neither `notebooks` nor `namespaces` is there"):
        place.source.fetch()


def test_a_render_that_was_cut_off_is_not_whole(place: Place) -> None:
    place.put({".octavo-staging/x": b""})
    with closing(place.source.fetch()) as snapshot:
        assert CHURN in snapshot.trees
        with pytest.raises(SourceError, match="a render is being written, or was cut off"):
            snapshot.check_whole()


def test_a_bundle_that_is_not_listed_is_not_read(fetch: Fetch) -> None:
    for directory in ("notebooks/research/nobody", "../x", "notebooks", ""):
        with pytest.raises(SourceError, match="no such bundle"):
            fetch().read(directory)


def test_closing_twice_is_no_harm(fetch: Fetch) -> None:
    snapshot = fetch()
    snapshot.read(CHURN)
    snapshot.close()
    snapshot.close()
    assert snapshot.trees


def open_handles() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_handles_are_left_behind(place: Place) -> None:
    read(place.source, CHURN)
    before = open_handles()
    for _ in range(5):
        read(place.source, CHURN)
    assert open_handles() == before


def test_a_source_is_a_directory_or_a_repository(tmp_path: Path) -> None:
    for spec in (SourceSpec(), SourceSpec(directory=str(tmp_path), repository=str(tmp_path))):
        with pytest.raises(UsageError, match=r"a directory (and|or) a repository"):
            open_source(spec)
