"""The Dockerfile copies what is there, from what .dockerignore lets through, and runs as nobody."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTRUCTION = re.compile(r"^([A-Z]+) (.*)$")


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [INSTRUCTION.match(line) for line in lines]
    assert None not in found
    return [(match[1], match[2]) for match in found if match]


def of(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def copied() -> list[str]:
    here = [rest.split() for rest in of("COPY") if not rest.startswith("--from")]
    return [source.rstrip("/") for words in here for source in words[:-1]]


def test_everything_that_is_copied_exists_and_is_let_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line.strip("!/") for line in ignore if line.startswith("!")}
    assert "*" in ignore
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert set(copied()) == let_through


def test_the_wheel_of_the_container_is_built_from_all_rooms() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    rooms = {"charts", "octavo", "renderer", "schemas", "sync"}
    assert {name for name in copied() if (ROOT / name / "__init__.py").exists()} == rooms
    assert all(f'"{room}"' in project for room in rooms)


def test_it_runs_as_nobody_and_begins_with_octavo() -> None:
    words = [word for word, _ in instructions()]
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert words.index("USER") > len(words) - 1 - words[::-1].index("FROM")
    assert of("ENTRYPOINT") == ['["/opt/octavo/bin/octavo"]']


def test_signals_reach_octavo_itself() -> None:
    """No shell and no init stand between, and nothing asks for another signal than SIGTERM."""
    words = [word for word, _ in instructions()]
    assert not {"CMD", "SHELL", "STOPSIGNAL", "HEALTHCHECK"} & set(words)


def test_the_user_has_a_name_and_a_place_to_write() -> None:
    """ssh refuses to work for a user without a name."""
    (user,) = of("USER")
    uid, gid = user.split(":")
    commands = final("RUN")
    (made,) = [each for each in commands if each.startswith("useradd ")]
    (folder,) = [each for each in commands if each.startswith("install ")]
    (environment,) = of("ENV")
    assert f"--uid {uid} --gid {gid} " in made
    assert f"--owner {uid} --group {gid} " in folder
    assert f"XDG_CACHE_HOME={folder.split()[-1]}" in environment.split()
    assert made.split()[made.split().index("--home-dir") + 1] == "/tmp"  # noqa: S108
    assert "HOME=/tmp" in environment.split()


def test_what_reads_a_repository_is_there_and_nothing_else_from_debian() -> None:
    commands = final("RUN")
    (install,) = [each for each in commands if each.startswith("apt-get install ")]
    words = install.split()[2:]
    assert {word for word in words if not word.startswith("-")} == {
        "git",
        "gnupg",
        "openssh-client",
    }
    assert "--no-install-recommends" in words
    assert "rm -rf /var/lib/apt/lists/*" in commands


def final(name: str) -> list[str]:
    """The commands of the stage that is shipped."""
    found = instructions()
    last = max(index for index, (word, _) in enumerate(found) if word == "FROM")
    rests = [rest for word, rest in found[last:] if word == name]
    return [" ".join(part.split()) for rest in rests for part in rest.split("&&")]


def test_only_locked_packages_are_installed() -> None:
    commands = [part for rest in of("RUN") for part in rest.split("&&")]
    installs = [each for each in commands if " pip" in each or "/pip" in each]
    assert installs
    for each in installs:
        assert "--require-hashes" in each or "--no-deps" in each
    locks = re.findall(r"requirements/\w+\.txt", " ".join(commands))
    assert all((ROOT / lock).exists() for lock in locks)
    assert not any(fnmatch(each, "*--index-url*") for each in commands)


def test_every_stage_starts_from_the_same_small_python() -> None:
    bases = {rest.split()[0] for rest in of("FROM")}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+-slim", base)
