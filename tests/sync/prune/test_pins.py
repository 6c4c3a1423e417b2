"""Which clusters a source belongs to."""

from __future__ import annotations

from pathlib import Path

from sync.cli.pins import Pin, pin

ONE, TWO, THREE = ("11111111-0000", "22222222-0000", "33333333-0000")


def at(folder: Path, identity: str, *, meant: bool = False, source: str = "rendered") -> Pin:
    return pin(folder, "octavo", source, identity, meant=meant)


def test_the_first_cluster_is_expected_and_kept(tmp_path: Path) -> None:
    first = at(tmp_path, ONE)
    assert first.expected == ONE

    first.keep()

    assert at(tmp_path, ONE).expected == ONE
    assert at(tmp_path, TWO).expected == ONE


def test_another_cluster_is_kept_only_where_it_is_meant(tmp_path: Path) -> None:
    at(tmp_path, ONE).keep()
    at(tmp_path, TWO).keep()
    assert at(tmp_path, TWO).expected == ONE

    meant = at(tmp_path, TWO, meant=True)
    assert meant.expected == TWO
    meant.keep()

    assert at(tmp_path, ONE).expected == ONE
    assert at(tmp_path, TWO).expected == TWO
    assert at(tmp_path, THREE).expected == ONE


def test_sources_and_agents_have_their_own(tmp_path: Path) -> None:
    at(tmp_path, ONE).keep()

    assert at(tmp_path, TWO, source="elsewhere").expected == TWO
    assert pin(tmp_path, "other", "rendered", TWO, meant=False).expected == TWO


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    first = at(tmp_path, ONE)
    first.keep()
    for damage in (b"\xff\xfe", b"", b"../..\n#\n"):
        first.file.write_bytes(damage)
        assert at(tmp_path, TWO).expected == TWO


def test_no_room_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("")

    at(folder, ONE).keep()

    assert at(folder, TWO).expected == TWO
