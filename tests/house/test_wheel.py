"""The wheel holds what the source tree holds, and works where nothing else is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {
    "octavo": "octavo",
    "renderer": "renderer",
    "charts/namespace": "renderer/charts/namespace",
    "charts/notebook": "renderer/charts/notebook",
    "schemas": "renderer/schemas",
    "sync": "sync",
}
FIND_DATA = """
from importlib.resources import files
from pathlib import Path
for room in ("renderer.charts", "renderer.schemas", "sync"):
    for each in sorted(Path(str(files(room))).rglob("*")):
        shipped = each.suffix in (".json", ".jinja", ".yaml") and "sync-agent" not in each.parts
        print(each) if shipped else None
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a clean copy: what an earlier build left behind must not get in."""
    copy = tmp_path_factory.mktemp("source")
    for room in ("octavo", "renderer", "charts", "schemas", "sync"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel and its locked dependencies only."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for name in locked():
        lend(name, packages)
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    subprocess.run([*command, "--no-index", str(wheel)], check=True, capture_output=True)
    return home / "bin"


def locked() -> list[str]:
    lines = (ROOT / "requirements" / "run.txt").read_text().splitlines()
    return [line.partition("==")[0] for line in lines if "==" in line]


def lend(name: str, packages: Path) -> None:
    """Let the environment use a package of this one, so that nothing is downloaded."""
    files = distribution(name).files or ()
    for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
        origin = Path(str(distribution(name).locate_file(top)))
        if not (packages / top).exists():
            (packages / top).symlink_to(origin)


def run(program: Path, *words: str) -> str:
    done = subprocess.run([program, *words], cwd="/", check=True, capture_output=True, text=True)
    return done.stdout


def test_the_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    expected = {
        f"{inside}/{file.relative_to(ROOT / room).as_posix()}"
        for room, inside in ROOMS.items()
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected | {"renderer/charts/__init__.py"}


def test_the_wheel_passes_its_inspection(wheel: Path) -> None:
    program = Path(sys.executable).with_name("check-wheel-contents")
    done = subprocess.run(
        [program, "--config", ROOT / "pyproject.toml", wheel],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{wheel}: OK\n"


def test_the_installed_program_answers(installed: Path) -> None:
    assert "usage: octavo" in run(installed / "octavo", "--help")
    assert run(installed / "python", "-m", "octavo", "--version").startswith("octavo ")


def test_the_installed_program_finds_its_schemas_and_charts(installed: Path) -> None:
    there = run(installed / "python", "-c", FIND_DATA).splitlines()
    here = run(Path(sys.executable), "-c", FIND_DATA).splitlines()

    assert [Path(each).name for each in there] == [Path(each).name for each in here]
    assert all(each.startswith(str(installed.parent)) for each in there)
    assert all(each.startswith(str(ROOT)) for each in here)
    assert len(here) > 10


def test_the_installed_program_renders_what_the_source_tree_renders(installed: Path) -> None:
    words = ("-C", str(ROOT), "render", "research/churn")
    there = run(installed / "octavo", *words)
    assert "kind: StatefulSet" in there
    assert there == run(Path(sys.executable).with_name("octavo"), *words)
