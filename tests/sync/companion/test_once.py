"""`octavo sync --once --companion` beside Argo CD or Flux: copies and status, and nothing else."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from controlplane.faults import faults, forbid

from tests.sync.companion.beside import ARGO, FLUX, Beside, claim, written
from tests.sync.prune.house import hold, let_go, members, small

REVISION = "churn-rev-aaaaaaaaaa"
LABELLED = '{"metadata":{"labels":{"app.kubernetes.io/managed-by":"octavo"}}}'


@pytest.mark.parametrize("manager", [ARGO, FLUX])
def test_copies_are_made_and_status_is_written_and_nothing_else(
    beside: Beside, manager: str
) -> None:
    beside = replace(beside, manager=manager)
    beside.put("churn")
    beside.house.put("sales")
    beside.apply("churn", "sales")
    before = beside.versions("churn", "sales"), beside.specs("churn", "sales")

    with beside.recording() as recording:
        ran = beside.fine()

    assert written(recording) == {
        "patch secrets/database",
        "patch notebooks/churn/status",
        "patch notebooks/sales/status",
    }
    assert (beside.versions("churn", "sales"), beside.specs("churn", "sales")) == before
    assert "notebooks/" in ran.out
    assert "2 bundles: 1 copied\n" in ran.out
    copy = beside.copy()
    assert copy["data"] == {"password": b64encode(b"one").decode()}
    assert copy["metadata"]["labels"] == {
        "jackhoman.dev/agent": beside.house.agent,
        "jackhoman.dev/copy": "true",
    }
    uid = beside.house.get(f"controllerrevision/{REVISION}")["metadata"]["uid"]
    assert beside.owners() == {REVISION: uid}
    for name in ("churn", "sales"):
        assert beside.condition("Ready", name)[:2] == ("False", "Stopped")
        assert beside.condition("Synced", name)[:2] == ("True", "AppliedByOthers")
        assert beside.condition("DependenciesReady", name)[0] == "True"


def test_a_second_run_writes_nothing(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    beside.fine()
    with beside.recording() as recording:
        ran = beside.fine()
    assert recording.requests()
    assert recording.writes() == []
    assert ran.out == "1 bundle: nothing to do\n"


def test_a_source_that_changed_is_copied_again(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    beside.fine()
    beside.secret("two")
    with beside.recording() as recording:
        assert "1 copied" in beside.fine().out
    assert written(recording) == {"patch secrets/database"}
    assert beside.copy()["data"] == {"password": b64encode(b"two").decode()}


def test_a_copy_is_shared_and_goes_with_its_last_owner(beside: Beside) -> None:
    beside.put("churn", "sales")
    beside.apply("churn", "sales")
    beside.fine()
    assert set(beside.owners()) == {REVISION, "sales-rev-aaaaaaaaaa"}
    beside.remove("sales")
    beside.cluster.eventually(lambda: set(beside.owners()) == {REVISION})
    beside.fine()
    assert set(beside.owners()) == {REVISION}
    beside.remove("churn")
    beside.house.gone("secret/database")
    assert "nothing to do" in beside.fine().out


def test_a_secret_of_somebody_else_is_refused_and_others_go_on(beside: Beside) -> None:
    beside.secret("one", "other")
    beside.put("churn")
    beside.put("sales", needing="other")
    beside.apply("churn", "sales")
    beside.cluster.kubectl("create", "secret", "generic", "database", "--from-literal=a=theirs")
    theirs = beside.copy()

    ran = beside.sync()

    assert ran.code == 1
    assert f"Secret {beside.house.namespace}/database: exists, and belongs to" in ran.out
    assert beside.copy() == theirs
    assert beside.house.has("secret/other") == [True]
    status, _, words = beside.condition("DependenciesReady")
    assert status == "False"
    assert "belongs to" in words
    assert beside.condition("DependenciesReady", "sales")[0] == "True"

    beside.cluster.kubectl("delete", "secret", "database")
    beside.fine()
    assert beside.condition("DependenciesReady")[0] == "True"


def test_a_notebook_that_is_not_there_yet_is_waited_for(beside: Beside) -> None:
    beside.put("churn", "sales")
    beside.apply("sales")

    ran = beside.sync()

    assert ran.code == 1
    assert (
        f"waiting    notebooks/{beside.house.namespace}/churn: Notebook {beside.house.namespace}"
        "/churn: is not in the cluster yet; whoever applies the bundles makes it\n"
    ) in ran.out
    assert ran.out.endswith("2 bundles: 1 copied; 1 problem\n")
    assert beside.house.has("notebook/churn", *members("churn")) == [False] * 7
    assert set(beside.owners()) == {"sales-rev-aaaaaaaaaa"}
    beside.apply("churn")
    beside.fine()
    assert set(beside.owners()) == {REVISION, "sales-rev-aaaaaaaaaa"}


def test_a_revision_that_is_not_there_yet_is_waited_for(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    beside.put("churn", revision="bbbbbbbbbb", needing="second")
    beside.secret("one", "second")
    ran = beside.sync()
    assert ran.code == 1
    assert "no revision that needs it stands in the cluster yet" in ran.out
    assert beside.house.has("secret/second", "secret/database") == [False, False]
    beside.apply("churn")
    beside.fine()
    assert beside.house.has("secret/second", "secret/database") == [True, False]


def test_a_member_that_drifted_or_is_missing_is_left_to_them(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    patch = '{"spec":{"replicas":1}}'
    beside.cluster.kubectl("patch", "statefulset", "churn", "--type=merge", f"--patch={patch}")
    beside.cluster.kubectl("delete", "service", "churn")
    beside.fine()
    assert beside.house.get("statefulset/churn")["spec"]["replicas"] == 1
    assert beside.house.has("service/churn") == [False]


def test_nothing_is_pruned_whatever_marks_it_has(beside: Beside) -> None:
    """A full agent was here before: its marks, its Apply entries."""
    beside.put("churn", "sales")
    beside.house.fine()
    before = beside.versions("churn", "sales"), beside.specs("churn", "sales")
    beside.house.remove("sales")

    with beside.recording() as recording:
        ran = beside.fine()

    assert {each.partition(" ")[2] for each in written(recording)} <= {
        "notebooks/churn/status",
        "secrets/database",  # which has one owner less
    }
    assert set(beside.owners()) == {REVISION}
    assert (beside.versions("churn", "sales"), beside.specs("churn", "sales")) == before
    assert beside.house.has(*members("sales"), claim("sales")) == [True] * 7
    assert "left" not in ran.said


class TestACopyWithoutOwners:
    @pytest.fixture
    def idle(self, beside: Beside) -> Beside:
        """Whose notebook's revision was deleted and left it behind."""
        beside.put("churn")
        beside.apply("churn")
        beside.cluster.kubectl("patch", "notebook", "churn", "--type=merge", f"-p={LABELLED}")
        beside.fine()
        words = ("controllerrevision", REVISION, "--cascade=orphan")
        beside.cluster.kubectl("delete", *words)
        beside.cluster.eventually(lambda: beside.owners() == {})
        return beside

    def test_goes(self, idle: Beside) -> None:
        idle.house.put("churn")
        with idle.recording() as recording:
            idle.fine()
        assert written(recording) == {"delete secrets/database"}

    @pytest.mark.parametrize("is_confined", [True, False])
    def test_stays_where_the_source_is_empty(self, idle: Beside, is_confined: bool) -> None:
        idle.house.remove("churn")
        where = () if is_confined else (f"--namespaces={idle.house.namespace[:-1]}*",)
        ran = idle.sync(*where)
        assert ran.code == 1
        assert "--allow-empty removes copies without an owner" in ran.err
        assert idle.house.has("secret/database") == [True]
        idle.fine("--allow-empty")
        idle.house.gone("secret/database")

    def test_stays_where_it_is_not_known_what_is_needed(self, idle: Beside) -> None:
        idle.house.put("churn")
        (idle.house.place("churn") / "kustomization.yaml").write_text("{")
        ran = idle.sync()
        assert ran.code == 1
        assert idle.house.has("secret/database") == [True]


def test_what_a_revision_in_the_cluster_asks_for_is_not_copied(beside: Beside) -> None:
    beside.secret("one", "second")
    beside.put("churn")
    beside.apply("churn")
    asking = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": "churn-rev-zzz", "labels": {"jackhoman.dev/revision-of": "churn"}},
        "revision": 2,
        "data": {"dependencies": [beside.need("second")]},
    }
    beside.cluster.apply(json.dumps(asking), manager="alice")
    beside.fine()
    assert beside.house.has("secret/second", "secret/database") == [False, True]
    assert set(beside.owners()) == {REVISION}


def test_only_what_may_be_copied_is_copied(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    ran = beside.sync("--dependency-sources=elsewhere")
    assert ran.code == 1
    assert "is not in a namespace that dependencies may be copied from" in ran.out
    assert beside.copy() == {}


def test_a_suspended_notebook_is_left_alone(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    words = ("notebook", "churn", "jackhoman.dev/suspend=true")
    beside.cluster.kubectl("annotate", *words)
    assert "suspended by the annotation" in beside.fine().out
    assert beside.copy() == {}


@pytest.mark.parametrize("number", [1, 9])
def test_one_that_git_suspends_is_not_waited_for(beside: Beside, number: int) -> None:
    names = [f"churn-{each}" for each in range(number)]
    for name in names:
        suspended = small(beside.house.namespace, name)
        suspended[0]["metadata"]["annotations"] = {"jackhoman.dev/suspend": "true"}
        beside.house.write(name, suspended)
    beside.fine()
    for where in ([], [f"{beside.house.namespace}/{name}" for name in names]):
        assert beside.fine(*where).out.count("suspended by the annotation") == number


def test_one_that_is_being_deleted_is_waited_for(beside: Beside) -> None:
    beside.house.put("churn")
    beside.apply("churn")
    hold(beside.house, "notebook/churn")
    beside.cluster.kubectl("delete", "notebook", "churn", "--wait=false")
    ran = beside.sync()
    let_go(beside.house, "notebook/churn")
    assert ran.code == 1
    assert "churn: is being deleted; whoever applies the bundles makes it again\n" in ran.out


def test_what_cannot_be_looked_at_is_not_said_to_be_missing(beside: Beside) -> None:
    beside.put("churn")
    beside.apply("churn")
    beside.fine()
    before = beside.copy()
    with faults(beside.installed.kubeconfig) as proxy:
        proxy.add(lambda _, asked: "/notebooks?" in asked, forbid)
        ran = beside.through(proxy.kubeconfig).sync()
    assert ran.code == 1
    assert "churn: cannot be looked at: " in ran.out
    assert "not in the cluster" not in ran.said
    assert "nothing was removed: Notebook.jackhoman.dev cannot be listed" in ran.err
    assert beside.copy() == before


def test_a_status_that_cannot_be_written_is_trouble(beside: Beside) -> None:
    beside.house.put("churn")
    beside.apply("churn")
    with faults(beside.installed.kubeconfig) as proxy:
        proxy.add(lambda _, asked: "/notebooks/churn/status" in asked, forbid)
        ran = beside.through(proxy.kubeconfig).sync()
    assert ran.code == 1
    assert "churn: its status was not written: " in ran.out
    beside.fine()


def test_a_diff_speaks_of_copies_only(beside: Beside) -> None:
    beside.put("churn", "sales")
    beside.apply("churn")
    ran = beside.house.diff("--companion")
    assert ran.code == 1, ran.said
    assert "Secret" in ran.out
    assert not {"Notebook", "StatefulSet", "Service "} & set(ran.out.split())
    beside.apply("sales")
    beside.fine()
    done = beside.house.diff("--companion")
    assert done.code == 0, done.said


def test_many_are_found_by_lists(beside: Beside) -> None:
    names = [f"many-{number}" for number in range(12)]
    beside.put(*names)
    beside.apply(*names)
    beside.fine()
    with beside.recording() as recording:
        beside.fine()
    asked = [each for each in recording.requests() if f"/{beside.house.namespace}/" in each.uri]
    assert [each for each in asked if each.verb == "get"] == []
    assert len(asked) < 15


def test_one_that_is_named_is_the_only_one_that_is_looked_at(beside: Beside) -> None:
    beside.put("churn")
    beside.house.put("sales")
    beside.apply("churn", "sales")
    with beside.recording() as recording:
        beside.fine(f"{beside.house.namespace}/churn")
    assert written(recording) == {"patch secrets/database", "patch notebooks/churn/status"}


@pytest.mark.parametrize("flag", ["--adopt", "--prune-all"])
def test_it_neither_adopts_nor_prunes(beside: Beside, flag: str) -> None:
    ran = beside.sync(flag)
    assert ran.code == 2
    assert "--companion applies and removes no bundle" in ran.err


def test_its_account_may_not_write_to_what_others_apply(beside: Beside) -> None:
    beside.put("churn")
    ran = beside.house.sync(kubeconfig=beside.installed.kubeconfig)
    assert ran.code == 1
    assert "may not" in ran.said or "forbidden" in ran.said.lower()
    assert beside.house.has("notebook/churn", *members("churn")) == [False] * 7
