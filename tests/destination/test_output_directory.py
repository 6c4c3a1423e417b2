"""What is rendered is moved into place whole; what is not ours stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from renderer.bundle import MARK, Bundle
from renderer.destination import MAX_OURS, STAGING, OutputDirectory
from renderer.errors import OutputError
from renderer.output import Change

DIRECTORY = "notebooks/team/nb"


def bundle(**files: str) -> Bundle:
    return Bundle(DIRECTORY, {f"{name}.yaml": MARK + text for name, text in files.items()})


def put(output: OutputDirectory, made: Bundle) -> Change:
    with output.writing():
        change = output.stage(made)
        if change is not Change.SAME:
            output.publish(made.directory, tuple(made.files))
    return change


def tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8").removeprefix(MARK)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def output(tmp_path: Path) -> OutputDirectory:
    return OutputDirectory(tmp_path / "out")


def test_a_bundle_is_added_then_the_same_then_changed(output: OutputDirectory) -> None:
    assert put(output, bundle(a="1", b="2")) is Change.ADDED
    assert put(output, bundle(a="1", b="2")) is Change.SAME
    assert put(output, bundle(a="1", c="3")) is Change.CHANGED
    assert tree(output.root) == {f"{DIRECTORY}/a.yaml": "1", f"{DIRECTORY}/c.yaml": "3"}


def test_nothing_moves_before_it_is_published(output: OutputDirectory) -> None:
    put(output, bundle(a="1"))
    with output.writing():
        assert output.stage(bundle(a="2")) is Change.CHANGED
    assert tree(output.root) == {f"{DIRECTORY}/a.yaml": "1"}


def test_what_a_killed_render_had_staged_is_swept_away(output: OutputDirectory) -> None:
    leftover = output.root / STAGING / DIRECTORY / "old.yaml"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("half", encoding="utf-8")
    put(output, bundle(a="1"))
    assert tree(output.root) == {f"{DIRECTORY}/a.yaml": "1"}


def test_foreign_files_stay_in_a_bundle_that_changes_and_in_one_that_goes(
    output: OutputDirectory,
) -> None:
    put(output, bundle(a="1"))
    note = output.root / DIRECTORY / "NOTES.md"
    note.write_text("mine", encoding="utf-8")
    put(output, bundle(b="2"))
    assert tree(output.root) == {f"{DIRECTORY}/NOTES.md": "mine", f"{DIRECTORY}/b.yaml": "2"}
    output.remove(DIRECTORY)
    assert tree(output.root) == {f"{DIRECTORY}/NOTES.md": "mine"}


def test_a_bundle_that_goes_leaves_no_empty_directories(output: OutputDirectory) -> None:
    put(output, bundle(a="1"))
    output.remove(DIRECTORY)
    assert list(output.root.iterdir()) == []


def test_a_foreign_file_in_the_place_of_ours_is_refused_and_kept(output: OutputDirectory) -> None:
    theirs = output.root / DIRECTORY / "a.yaml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs", encoding="utf-8")
    with pytest.raises(OutputError, match="not a file that Octavo rendered"):
        put(output, bundle(a="1"))
    assert tree(output.root) == {f"{DIRECTORY}/a.yaml": "theirs"}


def test_only_directories_with_files_of_ours_are_bundles(output: OutputDirectory) -> None:
    put(output, bundle(kustomization="x"))
    foreign = output.root / "notebooks" / "team" / "theirs" / "kustomization.yaml"
    foreign.parent.mkdir()
    foreign.write_text("theirs", encoding="utf-8")
    assert output.bundles(()) == [DIRECTORY]
    assert output.bundles({DIRECTORY}) == []


def test_two_renders_do_not_write_at_once(output: OutputDirectory) -> None:
    with output.writing(), pytest.raises(OutputError, match="another render is writing"):  # noqa: SIM117
        with OutputDirectory(output.root).writing():
            pytest.fail("the second render got in")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"file/out cannot be written: Not a directory"):  # noqa: SIM117
        with OutputDirectory(blocked / "out").writing():
            pytest.fail("it wrote into a file")


@pytest.mark.parametrize("where", ["notebooks", "notebooks/team", "notebooks/team/nb"])
def test_a_link_in_the_output_is_not_written_through(
    output: OutputDirectory, tmp_path: Path, where: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = output.root / where
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(OutputError, match="symbolic link"):
        put(output, bundle(a="1"))
    assert list(elsewhere.rglob("*")) == []


def test_the_differences_are_those_of_our_files(output: OutputDirectory) -> None:
    put(output, bundle(a="1", b="2"))
    found = output.compare(bundle(a="1", b="3", c="4"))
    assert [(d.name, d.old, d.new) for d in found] == [
        (f"{DIRECTORY}/b.yaml", f"{MARK}2", f"{MARK}3"),
        (f"{DIRECTORY}/c.yaml", None, f"{MARK}4"),
    ]


def test_staging_that_is_a_link_is_not_followed(output: OutputDirectory, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs").write_text("theirs", encoding="utf-8")
    output.root.mkdir()
    (output.root / STAGING).symlink_to(elsewhere)
    with output.writing():
        output.stage(bundle(a="1"))
        assert not (output.root / STAGING).is_symlink()
        assert tree(elsewhere) == {"theirs": "theirs"}
    assert tree(elsewhere) == {"theirs": "theirs"}


def test_staging_that_is_a_file_is_said_and_kept(output: OutputDirectory) -> None:
    output.root.mkdir()
    (output.root / STAGING).write_text("theirs", encoding="utf-8")
    with pytest.raises(OutputError, match=r"\.octavo-staging cannot be removed.*: remove it"):
        put(output, bundle(a="1"))
    assert tree(output.root) == {STAGING: "theirs"}


def test_staging_that_cannot_be_swept_is_not_written_into(
    output: OutputDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    leftover = output.root / STAGING / "theirs"
    leftover.mkdir(parents=True)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(OutputError, match="cannot be removed"):
        put(output, bundle(a="1"))
    assert list((output.root / STAGING).iterdir()) == [leftover]


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(output: OutputDirectory) -> None:
    put(output, bundle(kustomization="x", a="1"))
    (output.root / DIRECTORY / "kustomization.yaml").unlink()
    os.mkfifo(output.root / DIRECTORY / "kustomization.yaml")
    assert list(output.read(DIRECTORY)) == ["a.yaml"]
    assert output.bundles(()) == [DIRECTORY]


def test_a_file_swapped_for_a_pipe_or_a_link_while_it_is_listed_is_not_ours(
    output: OutputDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(output, bundle(a="1", b="2", c="3"))
    secret = tmp_path / "secret"
    secret.write_text(MARK + "secret", encoding="utf-8")
    monkeypatch.setattr(os, "scandir", then(os.scandir, output.root / DIRECTORY, secret))
    assert list(output.read(DIRECTORY)) == ["c.yaml"]


def then(scandir: Any, directory: Path, secret: Path) -> Any:
    """Lists a directory, and swaps two of its files at once."""

    @contextmanager
    def listing(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with scandir(path) as entries:
            found = list(entries)
        (directory / "a.yaml").unlink()
        os.mkfifo(directory / "a.yaml")
        (directory / "b.yaml").unlink()
        (directory / "b.yaml").symlink_to(secret)
        yield found

    return listing


@pytest.mark.parametrize(("size", "ours"), [(MAX_OURS, ["a.yaml"]), (MAX_OURS + 1, [])])
def test_a_file_too_large_to_be_ours_is_foreign_whatever_it_begins_with(
    output: OutputDirectory, size: int, ours: list[str]
) -> None:
    put(output, bundle(a="1"))
    os.truncate(output.root / DIRECTORY / "a.yaml", size)
    assert list(output.read(DIRECTORY)) == ours


def test_names_that_are_not_utf8_are_foreign(output: OutputDirectory) -> None:
    put(output, bundle(kustomization="x"))
    strange = output.root / DIRECTORY / os.fsdecode(b"\xff.yaml")
    strange.write_text(MARK, encoding="utf-8")
    assert list(output.read(DIRECTORY)) == ["kustomization.yaml"]
    assert output.stamp(DIRECTORY)
    other = output.root / "notebooks" / "team" / os.fsdecode(b"\xff")
    other.mkdir()
    (other / "kustomization.yaml").write_text(MARK, encoding="utf-8")
    assert output.bundles(()) == [DIRECTORY]


def test_bundles_are_not_looked_for_through_a_link(output: OutputDirectory, tmp_path: Path) -> None:
    elsewhere = OutputDirectory(tmp_path / "elsewhere")
    put(elsewhere, bundle(kustomization="x"))
    output.root.mkdir()
    (output.root / "notebooks").symlink_to(elsewhere.root / "notebooks")
    assert output.bundles(()) == []
