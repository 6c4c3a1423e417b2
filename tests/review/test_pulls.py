"""Pull requests in real repositories: what merging would change, and nothing else."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from renderer.cli import main
from tests.review.trees import BASE, CATALOG, SETTINGS, notebook, written

CHURN = "notebooks/research/churn.yaml"
SURVEY = "notebooks/research/survey.yaml"
OWNER = "mallory@example.com"
ENV = "  env: [{name: A, value: a}]\n"
MINE = notebook("research/survey", OWNER, ENV)
SURROUNDINGS = {
    **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


@dataclass
class Repo:
    """A repository with a branch `main`, and somebody who works in it."""

    root: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", self.root, *words],
            env=SURROUNDINGS,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | None], below: str = "") -> str:
        written(self.root / below, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def review(self, *words: str, actor: str = "mallory", tree: str = "") -> tuple[int, str, str]:
        self.capsys.readouterr()
        asked = [*(["--actor", actor] if actor else []), *words]
        if not any(word.startswith("--base") for word in words):
            asked += ["--base", "main"]
        status = main(["review", "-C", str(self.root / tree), *asked])
        said = self.capsys.readouterr()
        return status, said.out, said.err


@pytest.fixture
def repo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repo:
    made = Repo(tmp_path / "repo", capsys)
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    made.commit(BASE)
    return made


def test_a_change_of_ones_own_is_fine(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    status, out, err = repo.review()
    assert (status, err) == (0, "")
    assert out.startswith("1 notebook changed\nFine: opened by mallory")
    assert "+          value: a" in out


def test_a_change_of_anothers_is_refused(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({CHURN: None, SURVEY: MINE})
    status, out, _ = repo.review("--format", "markdown")
    assert status == 1
    assert "`research/churn` is of `alice@example.com`: `mallory` may not remove it" in out


def test_the_worktree_and_its_branch_do_not_matter(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    repo.git("checkout", "-q", "main")
    written(repo.root, {CHURN: "not committed", "octavo.yaml": "admins: [mallory]\n"})
    status, out, _ = repo.review("--head", "pull", "--format", "json")
    assert status == 0
    assert [each["name"] for each in json.loads(out)["notebooks"]] == ["research/survey"]


def test_what_the_base_did_since_is_not_the_authors(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    repo.git("checkout", "-q", "main")
    repo.commit({CHURN: None, "catalog/all.yaml": CATALOG.replace("base:1", "base:2")})
    status, out, _ = repo.review("--head", "pull", "--format", "json")
    data = json.loads(out)
    assert status == 0
    assert [each["name"] for each in data["notebooks"]] == ["research/survey"]
    assert data["shared"] == data["others"] == []
    assert not any("base:1" in line for each in data["differences"] for line in each["diff"])


def test_whose_it_is_says_the_tip_of_the_base_not_where_the_branch_began(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({"notebooks/more.yaml": notebook("research/new", OWNER), SURVEY: None})
    repo.git("checkout", "-q", "main")
    repo.commit({"notebooks/alices.yaml": notebook("research/new")})
    status, out, _ = repo.review("--head", "pull")
    assert status == 1
    assert "research/new is of alice@example.com: mallory may not change it" in out


def test_admins_are_those_of_the_tip_of_the_base(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({CHURN: None})
    repo.git("checkout", "-q", "main")
    repo.commit({"octavo.yaml": SETTINGS.replace("- root@example.com", f"- {OWNER}")})
    assert repo.review("--head", "pull")[0] == 0
    assert repo.review("--head", "pull", actor="root")[0] == 1


def test_a_path_that_both_changed_is_not_guessed(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    repo.git("checkout", "-q", "main")
    repo.commit({SURVEY: notebook("research/survey", "alice@example.com")})
    status, out, err = repo.review("--head", "pull", "--format", "markdown")
    assert status == 2
    assert f"{SURVEY} changed on main as well" in err
    assert "this could not be judged" in out
    assert f"{SURVEY} changed on main as well" in out


def test_the_same_change_on_both_sides_is_none(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({CHURN: None})
    repo.git("checkout", "-q", "main")
    repo.commit({CHURN: None, "docs/more.md": "a\n"})
    status, out, _ = repo.review("--head", "pull")
    assert status == 0
    assert out.startswith("no notebook changes\n")


def test_a_merge_of_the_base_is_judged_by_what_it_leaves(repo: Repo) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    repo.git("checkout", "-q", "main")
    repo.commit({CHURN: None})
    repo.git("checkout", "-q", "pull")
    repo.git("merge", "-q", "--no-edit", "main")
    assert repo.review()[0] == 0
    written(repo.root, {CHURN: BASE[CHURN]})  # slipped into the merge
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "--no-edit")
    status, out, _ = repo.review()
    assert status == 1
    assert "research/churn would be of alice@example.com" in out


def test_parting_twice_hides_nothing(repo: Repo) -> None:
    """A branch that merged both sides of a cross, and took back what one of them did."""
    repo.branch("mine")
    mine = repo.commit({"notebooks/m.yaml": notebook("lab/m", OWNER)})
    repo.git("checkout", "-q", "main")
    alices = repo.commit({CHURN: notebook("research/churn", extra=ENV)})
    repo.git("merge", "-q", "--no-edit", mine)
    repo.branch("pull", mine)
    repo.git("merge", "-q", "--no-commit", alices)
    repo.commit({CHURN: BASE[CHURN]})
    repo.commit({SURVEY: MINE})
    merged = repo.git("merge-tree", "--write-tree", "main", "pull").split()[0]
    assert repo.git("show", f"{merged}:{CHURN}") == BASE[CHURN].strip()
    status, _, err = repo.review()
    assert status == 2
    assert "parted more than once: merge main into the branch first" in err


def test_without_a_common_commit_it_says_what_to_fetch(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "pull")
    repo.commit({SURVEY: MINE})
    status, _, err = repo.review()
    assert status == 2
    assert "fetch-depth: 0" in err


@pytest.mark.parametrize("ref", ["nothing", "--output=/tmp/x", "main..pull", "main:octavo.yaml"])
def test_a_ref_that_names_no_commit_is_not_judged(ref: str, repo: Repo) -> None:
    status, out, err = repo.review(f"--base={ref}")
    assert status == 2
    assert out == ""
    assert err


@pytest.mark.parametrize("actor", ["", " ", "@", "a\nb"])
def test_an_actor_that_is_nobody_is_wrong_usage(actor: str, repo: Repo) -> None:
    assert main(["review", "-C", str(repo.root), "--base", "main", f"--actor={actor}"]) == 2


def test_settings_of_the_base_that_cannot_be_read_leave_nothing_to_judge_by(repo: Repo) -> None:
    repo.commit({"octavo.yaml": "admins: ["})
    repo.branch("pull")
    repo.commit({"octavo.yaml": SETTINGS})
    status, _, err = repo.review(actor="root")
    assert status == 2
    assert "octavo.yaml cannot be read" in err


def test_links_and_submodules_are_for_admins(repo: Repo) -> None:
    repo.branch("pull")
    (repo.root / SURVEY).chmod(0o755)
    repo.commit({"notebooks/link.yaml": "-> ../octavo.yaml"})
    head = repo.git("rev-parse", "HEAD")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},notebooks/sub")
    repo.git("commit", "-q", "-m", "a submodule")
    _, out, _ = repo.review()
    assert "notebooks/link.yaml is a link, a submodule or a program" in out
    assert f"{SURVEY} is a link, a submodule or a program" in out
    assert "notebooks/sub is a link, a submodule or a program" in out


def test_a_tree_below_the_repository_judges_what_is_beside_it_too(repo: Repo) -> None:
    settings = SETTINGS.replace("README.md]", "README.md, /beside/**]")
    repo.commit({**BASE, "octavo.yaml": settings}, "data/sets")
    repo.branch("pull")
    repo.commit({SURVEY: MINE}, "data/sets")
    repo.commit({"beside/a.txt": "a\n"})
    assert repo.review(tree="data/sets")[0] == 0
    repo.commit({"other/a.txt": "a\n", "octavo.yaml": "{}\n"})
    status, out, _ = repo.review(tree="data/sets")
    assert status == 1
    assert "/other/a.txt is no Notebook" in out
    assert "/octavo.yaml is no Notebook" in out
    assert "beside/a.txt is" not in out


def test_a_head_that_is_behind_changes_nothing_below_a_tree_either(repo: Repo) -> None:
    repo.commit(BASE, "data")
    repo.branch("pull")
    repo.commit({SURVEY: MINE}, "data")
    repo.git("checkout", "-q", "main")
    repo.commit({CHURN: None}, "data")
    status, out, _ = repo.review("--head", "pull", "--format", "json", tree="data")
    assert status == 0
    assert [each["name"] for each in json.loads(out)["notebooks"]] == ["research/survey"]


def test_a_bare_repository_is_read_as_well(repo: Repo, tmp_path: Path) -> None:
    repo.branch("pull")
    repo.commit({SURVEY: MINE})
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git", repo.capsys)
    assert bare.review("--head", "pull")[0] == 0


def test_names_of_any_bytes_are_shown_and_refused(repo: Repo) -> None:
    repo.branch("pull")
    (repo.root / os.fsdecode(b"\xff\x1b[31m.yaml")).write_text("a\n")
    repo.commit({"docs2/new\nline.md": "a\n"})
    for form in ("text", "markdown", "json"):
        status, out, _ = repo.review("--format", form)
        assert status == 1
        assert "\x1b" not in out
        assert "new\nline" not in out


def test_a_notebook_that_stays_on_its_revision_is_read_from_where_it_stands(repo: Repo) -> None:
    ignore = notebook("research/survey", OWNER, "  updatePolicy: Ignore\n")
    repo.commit({SURVEY: ignore, "octavo.yaml": SETTINGS + "output: out\n"})
    assert main(["render", "-C", str(repo.root), "--out", str(repo.root / "out"), "--quiet"]) == 0
    repo.branch("rendered")
    foreign = "out/notebooks/research/survey/controllerrevision-rev-foreign.yaml"
    repo.commit({foreign: "a: ["})
    repo.git("checkout", "-q", "main")
    repo.commit({"catalog/all.yaml": CATALOG.replace("base:1", "base:2")})
    repo.branch("pull")
    repo.commit({SURVEY: None})
    fresh = repo.review()[1]
    standing = repo.review("--rendered", "rendered:out")[1]
    assert "base:1" not in fresh
    assert "-        image: base:1" in standing
    assert "-        image: base:2" not in standing
    assert "foreign" not in standing


def test_nothing_of_either_commit_is_run_or_written(repo: Repo) -> None:
    repo.branch("pull")
    hostile = {
        ".gitattributes": "* filter=x diff=x merge=x\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::touch /tmp/x\n',
        ".gitconfig": "[core]\n\tfsmonitor = touch ran\n",
    }
    repo.commit({**hostile, SURVEY: MINE})
    for key in ("filter.x.smudge", "diff.x.textconv", "merge.x.driver", "core.fsmonitor"):
        repo.git("config", key, f"touch {repo.root}/ran; cat")
    before = sorted(str(p) for p in repo.root.rglob("*") if "octavo" not in p.parts)
    repo.review()
    after = sorted(str(p) for p in repo.root.rglob("*") if "octavo" not in p.parts)
    assert after == before
