"""A render that passes over what it remembers gives what a full one gives, whatever was changed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer import sources
from tests.delivery.changing import CHANGES, State, lay_out, nothing, start
from tests.delivery.incremental import Pair

ROOT = Path(__file__).parents[2]
SAMPLE = ("octavo.yaml", "catalog", "notebooks")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Times have gone on by the time that something changes here: see `step`.
    monkeypatch.setattr(sources, "UNSETTLED_NS", 0)


def step(tree: Path) -> None:
    """Lets the clock that files are stamped with go on."""
    assert tree.exists()
    time.sleep(0.012)


@pytest.fixture
def sample(tmp_path: Path) -> Pair:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in SAMPLE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
        else:
            shutil.copy(ROOT / name, tree / name)
    pair = Pair(tree, tmp_path / "out")
    step(tree)
    assert pair.agree()
    assert pair.agree()
    return pair


def with_a_comment(path: Path) -> None:
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def with_other_numbers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('cpu: "', 'cpu: "1'),
        ("8888", "8889"),
        ("2025", "2026"),
        ("value: ", "value: x"),
    ):
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def under_another_name(path: Path) -> None:
    path.rename(path.with_name(f"a-{path.name}"))


EDITS = [with_a_comment, with_other_numbers, under_another_name, Path.unlink]
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for name in SAMPLE
    for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*.yaml"))
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_after_an_edit_of_any_file_of_the_sample_both_say_and_write_the_same(
    sample: Pair, edit: Callable[[Path], object]
) -> None:
    assert len(FILES) > 12
    for name in FILES:
        kept = (sample.tree / name).read_bytes()
        edit(sample.tree / name)
        step(sample.tree)
        sample.agree()
        shutil.rmtree(sample.tree)
        shutil.copytree(ROOT / "catalog", sample.tree / "catalog")
        shutil.copytree(ROOT / "notebooks", sample.tree / "notebooks")
        shutil.copy(ROOT / "octavo.yaml", sample.tree)
        assert (sample.tree / name).read_bytes() == kept
        step(sample.tree)
        sample.agree()
    assert sample.runs.count(True) > len(FILES)


def test_what_is_said_of_a_bundle_that_stood_before_is_not_said_of_the_next(sample: Pair) -> None:
    revision = next(sample.out.glob("notebooks/*/*/controllerrevision-*.yaml"))
    text = revision.read_text(encoding="utf-8")
    revision.write_text(text.replace("layer: template", "layer: size"), encoding="utf-8")
    assert text not in revision.read_text(encoding="utf-8")
    assert sample.agree()
    assert sample.agree()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_after_any_one_change_both_say_and_write_the_same(
    tmp_path: Path, change: Callable[[State, Random], None]
) -> None:
    for seed in range(2):
        state = start()
        pair = Pair(tmp_path / f"tree-{seed}", tmp_path / f"{seed}" / "out")
        pair.tree.mkdir()
        for each in (nothing, change, nothing, change):
            each(state, Random(seed))  # noqa: S311 - a choice, not a secret
            lay_out(state, pair.tree)
            step(pair.tree)
            pair.agree()
        assert pair.runs[0]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 2**16)), max_size=8))
def test_after_any_changes_both_say_and_write_the_same(
    changes: list[tuple[Callable[[State, Random], None], int]],
) -> None:
    with TemporaryDirectory() as folder:
        state = deepcopy(start())
        pair = Pair(Path(folder) / "tree", Path(folder) / "out")
        pair.tree.mkdir()
        for change, seed in [(nothing, 0), *changes]:
            change(state, Random(seed))  # noqa: S311
            lay_out(state, pair.tree)
            step(pair.tree)
            pair.agree()
        assert pair.runs[0]
