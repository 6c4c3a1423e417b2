"""Two renderers, lost races, unpushed commits, several targets: nobody's work is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer import rendering
from renderer.errors import GitError, InputError
from renderer.git.delivery import deliver
from renderer.git.landing import Landing
from renderer.git.order import Order
from renderer.rendering import Options
from renderer.sources import SourceTree
from tests.delivery.conftest import US, Render, Sources, bundles, git, listed

ROOT = Path(__file__).parents[2]
TARGETS = """
targets:
  eu: {branch: rendered, path: eu, values: {a: eu}}
  us: {branch: rendered, path: us, namespaces: [other]}
  lab: {branch: lab}
"""


@pytest.fixture
def clone(render: Render, out: Path, tmp_path: Path) -> Path:
    """Somebody else's clone of the branch, with a commit that is not pushed yet."""
    render()
    made = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(made))
    return made


def theirs(clone: Path, name: str) -> None:
    (clone / name).write_text("theirs", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "--quiet", "-m", f"add {name}")


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> list[int]:
    """Does something each time when all is rendered, and nothing is committed yet."""
    rounds: list[int] = []
    really = rendering.write_at

    def watched(*words: object) -> object:
        summaries = really(*words)  # type: ignore[arg-type]
        rounds.append(len(rounds))
        act(rounds[-1])
        return summaries

    monkeypatch.setattr(rendering, "write_at", watched)
    return rounds


@pytest.mark.parametrize("where", ["a repository", "a URL"])
def test_a_lost_race_is_rendered_again_upon_what_others_wrote(
    sources: Sources,
    render: Render,
    out: Path,
    clone: Path,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources.notebook("four")
    sources.commit()

    def act(number: int) -> None:
        if number < 2:
            theirs(clone, f"file-{number}")
            git(clone, "push", "--quiet")

    rounds = meanwhile(monkeypatch, act)
    far = {"repository": out.as_uri(), "push": True} if where == "a URL" else {}
    render(**far)
    assert rounds == [0, 1, 2]
    assert {"file-0", "file-1", "notebooks/team/four/service.yaml"} <= set(listed(out))
    subjects = git(out, "log", "--format=%s", "rendered").splitlines()
    assert subjects == [
        "Render 1 notebook: 1 added",
        "add file-1",
        "add file-0",
        "Render 3 notebooks: 3 added",
    ]


def test_who_always_loses_gives_up_in_words(
    sources: Sources, render: Render, clone: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.notebook("four")
    sources.commit()

    def act(number: int) -> None:
        theirs(clone, f"file-{number}")
        git(clone, "push", "--quiet")

    rounds = meanwhile(monkeypatch, act)
    with pytest.raises(GitError, match="others moved rendered 5 times"):
        render()
    assert len(rounds) == 5
    assert git(out, "rev-parse", "rendered") == git(clone, "rev-parse", "HEAD")


def test_sources_that_change_while_they_are_rendered_are_not_committed(
    sources: Sources, render: Render, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = render().commit
    sources.notebook("four")
    sources.commit()
    meanwhile(monkeypatch, lambda _: sources.notebook("five"))
    with pytest.raises(GitError, match="changed while they were rendered"):
        render()
    assert git(out, "rev-parse", "rendered") == before


def test_a_url_is_pushed_to_and_nothing_is_kept_but_a_mirror(
    sources: Sources, render: Render, tmp_path: Path, out: Path
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", str(out))
    made = render(repository=out.as_uri(), push=True)
    assert made.was_pushed
    assert git(out, "rev-parse", "rendered") == made.commit
    sources.notebook("four")
    sources.commit()
    render(repository=out.as_uri(), push=True)
    assert len(git(out, "rev-list", "rendered").splitlines()) == 2
    assert "notebooks/team/four" in bundles(out)


def test_a_clone_pushes_what_it_commits_and_what_was_left_unpushed(
    sources: Sources, render: Render, clone: Path, out: Path
) -> None:
    sources.notebook("four")
    sources.commit()
    render(repository=str(clone))
    assert "notebooks/team/four" not in bundles(out)
    made = render(repository=str(clone), push=True)
    assert (made.commit, made.was_pushed) == (None, True)
    assert git(out, "rev-parse", "rendered") == git(clone, "rev-parse", "rendered")
    assert "notebooks/team/four" in bundles(out)


def test_a_clone_that_is_behind_goes_on_from_what_others_pushed(
    sources: Sources, render: Render, clone: Path, out: Path
) -> None:
    sources.notebook("four")
    sources.commit()
    render()
    sources.notebook("five")
    sources.commit()
    render(repository=str(clone), push=True)
    assert len(git(out, "rev-list", "rendered").splitlines()) == 3
    assert git(clone, "status", "--porcelain") == ""
    assert (clone / "notebooks/team/four/service.yaml").is_file()
    assert (clone / "notebooks/team/five/service.yaml").is_file()


def test_a_clone_that_went_another_way_is_left_to_its_owner(
    sources: Sources, render: Render, clone: Path, out: Path
) -> None:
    theirs(clone, "mine")
    sources.notebook("four")
    sources.commit()
    render()
    before = git(out, "rev-parse", "rendered"), git(clone, "rev-parse", "rendered")
    with pytest.raises(GitError, match="went apart"):
        render(repository=str(clone), push=True)
    assert (git(out, "rev-parse", "rendered"), git(clone, "rev-parse", "rendered")) == before


# --- targets


def at_targets(
    sources: Sources, out: Path | str, *names: str, push: bool = False
) -> list[tuple[str, str | None]]:
    order = Order(str(out), "other", targets=names, push=push, author=US, committer=US)
    found = deliver(SourceTree(sources.root), order, Options(jobs=1))
    return [(each.branch, each.commit) for each in found]


def test_one_run_renders_all_targets_with_one_commit_on_each_branch(
    sources: Sources, out: Path
) -> None:
    sources.write("octavo.yaml", "values: {a: one}\n" + TARGETS)
    sources.write(
        "notebooks/far.yaml",
        sources.text("notebooks/one.yaml").replace("team", "other"),
    )
    sources.commit()
    made = at_targets(sources, out)
    assert [branch for branch, _ in made] == ["lab", "rendered"]
    assert bundles(out, "lab") >= {"notebooks/team/one", "notebooks/other/one"}
    assert {path.split("/")[0] for path in listed(out)} == {"eu", "us"}
    assert {path for path in bundles(out) if path.startswith("us/notebooks")} == {
        "us/notebooks/other/one"
    }
    assert len(git(out, "rev-list", "rendered").splitlines()) == 1
    assert at_targets(sources, out) == [("lab", None), ("rendered", None)]


def test_a_target_that_is_not_named_is_not_touched(sources: Sources, out: Path) -> None:
    sources.write("octavo.yaml", "values: {a: one}\n" + TARGETS)
    sources.commit()
    at_targets(sources, out, "eu")
    assert {path.split("/")[0] for path in listed(out)} == {"eu"}
    assert git(out, "branch", "--list", "lab") == ""


def test_a_problem_on_one_target_leaves_all_as_they_are(sources: Sources, out: Path) -> None:
    sources.write("octavo.yaml", "values: {a: one}\n" + TARGETS)
    sources.commit()
    at_targets(sources, out)
    before = git(out, "for-each-ref")
    catalog = (sources.root / "catalog/base.yaml").read_text(encoding="utf-8")
    broken = 'image: \'{{ "base:1" if values.a == "eu" else values.nothing }}\''
    sources.write("catalog/base.yaml", catalog.replace("image: base:1", broken))
    sources.commit()
    with pytest.raises(InputError):
        at_targets(sources, out)
    assert git(out, "for-each-ref") == before


def refuse(server: Path, branch: str) -> Path:
    """The hook of a server that takes no push to a branch."""
    hook = server / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    text = f"#!/bin/sh\n[ $1 != refs/heads/{branch} ] || {{ echo ask ops >&2; exit 1; }}\n"
    hook.write_text(text, encoding="utf-8")
    hook.chmod(0o755)
    return hook


@pytest.fixture
def server(sources: Sources, out: Path) -> Path:
    """Nothing is there yet; the sources are for two branches, `rendered` and then `lab`."""
    sources.write("octavo.yaml", "values: {a: one}\n" + TARGETS)
    sources.commit()
    git(out.parent, "init", "--quiet", "--bare", str(out))
    return out


def test_a_branch_that_is_refused_does_not_hide_what_was_done_before(
    sources: Sources, server: Path
) -> None:
    hook = refuse(server, "lab")
    with pytest.raises(GitError) as raised:
        at_targets(sources, server.as_uri(), push=True)
    stands = git(server, "rev-parse", "rendered")
    said, _, done = str(raised.value).partition("; what was done before it stands: ")
    assert said.startswith(f"{server.as_uri()}: a hook of the server refuses it (git: remote: ask")
    assert done == f"rendered at {stands}"
    assert git(server, "branch", "--list", "lab") == ""
    hook.unlink()
    made = at_targets(sources, server.as_uri(), push=True)
    assert made == [("lab", git(server, "rev-parse", "lab")), ("rendered", None)]
    assert git(server, "rev-parse", "rendered") == stands


def test_nothing_is_said_to_stand_where_nothing_was_committed(
    sources: Sources, server: Path
) -> None:
    def refused(branch: str) -> str:
        refuse(server, branch)
        with pytest.raises(GitError, match="ask ops") as raised:
            at_targets(sources, server.as_uri(), push=True)
        return str(raised.value)

    assert "stands" not in refused("rendered")
    assert git(server, "for-each-ref") == ""
    assert "stands" in refused("lab")
    assert "stands" not in refused("lab")  # as `rendered` did not change again


@pytest.mark.parametrize(
    ("changing", "said"),
    [
        (False, "others moved lab 5 times"),
        (True, "the sources changed while they were rendered"),
    ],
)
def test_a_branch_that_lost_its_race_does_not_hide_what_was_done_before(
    sources: Sources,
    server: Path,
    changing: bool,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clone = tmp_path / "clone"
    at_targets(sources, server)
    git(tmp_path, "clone", "--quiet", "-b", "lab", str(server), str(clone))
    sources.notebook("four")
    sources.commit()

    def act(number: int) -> None:
        theirs(clone, f"file-{number}")
        git(clone, "push", "--quiet")
        if changing and number == 1:
            sources.notebook("five")

    meanwhile(monkeypatch, act)
    with pytest.raises(GitError, match=said) as raised:
        at_targets(sources, server)
    stands = git(server, "rev-parse", "rendered")
    assert str(raised.value).endswith(f"; what was done before it stands: rendered at {stands}")
    assert git(server, "rev-parse", "lab") == git(clone, "rev-parse", "HEAD")


# --- many at once, and kills


def started(sources: Path, out: Path, tmp_path: Path) -> subprocess.Popen[bytes]:
    words = ["-C", str(sources), "render", "--repo", str(out), "--branch", "rendered", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "octavo", *words, "--author", "A <a@b.c>"]
    return subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, start_new_session=True
    )


def test_many_renderers_at_once_lose_no_work(sources: Sources, out: Path, tmp_path: Path) -> None:
    places = []
    for number in range(4):
        text = f"targets: {{t: {{path: p{number}}}}}\n"
        copy = Sources(tmp_path / f"sources-{number}")
        git(tmp_path, "clone", "--quiet", str(sources.root), str(copy.root))
        copy.write("octavo.yaml", text)
        copy.commit()
        places.append(copy)
    git(tmp_path, "init", "--quiet", "--bare", "-b", "rendered", str(out))
    running = [started(copy.root, out, tmp_path) for copy in places]
    for process in running:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint.decode()
    assert {path.split("/")[0] for path in listed(out)} == {"p0", "p1", "p2", "p3"}
    assert len(git(out, "rev-list", "rendered").splitlines()) == 4
    git(out, "fsck", "--strict")


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_and_the_next_run_needs_no_hand(
    sources: Sources, render: Render, tmp_path: Path
) -> None:
    out = tmp_path / "worktree"
    chance = random.Random(11)  # noqa: S311 - a moment, not a secret
    began = time.monotonic()
    with started(sources.root, out, tmp_path) as first:
        assert first.wait() == 0
    whole = time.monotonic() - began
    killed = 0
    for number in range(8):
        sources.notebook(f"more-{number}")
        sources.commit()
        old = git(out, "rev-parse", "rendered^{tree}")
        process = started(sources.root, out, tmp_path)
        time.sleep(chance.uniform(0.2, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert process.stderr is not None
        process.stderr.close()
        now = git(out, "rev-parse", "rendered^{tree}")
        render(repository=str(out))
        new = git(out, "rev-parse", "rendered^{tree}")
        assert now in {old, new}
        assert git(out, "status", "--porcelain") == ""
        assert f"notebooks/team/more-{number}" in bundles(out)
    git(out, "fsck", "--strict")
    assert killed, "no render was killed in time"


def test_landing_says_false_where_a_branch_moved(
    sources: Sources, render: Render, out: Path, clone: Path
) -> None:
    from renderer.git.commands import Access
    from renderer.git.repository import Repository

    landing = Landing(Repository.open(out), "rendered", Access(), pushes=False)
    heads = landing.heads()
    theirs(clone, "faster")
    git(clone, "push", "--quiet")
    sources.notebook("four")
    assert heads.here is not None
    assert not landing.land(git(out, "rev-parse", "rendered"), heads)
    render(allow_dirty=True)
    assert "faster" in listed(out)
