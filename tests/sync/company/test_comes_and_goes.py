"""What runs with a notebook is there while that runs, whoever stops and starts it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.marks import applyset_id
from tests.sync.company.shop import NAME, SPARK, START, STOP, Shop, with_notebook
from tests.sync.kinds import installed
from tests.sync.program import good
from tests.sync.prune.house import config_map, hold, let_go, workload

Way = tuple[Callable[[Shop], None], Callable[[Shop], None]]
GIT = "git, as it is rendered"
WAYS: dict[str, Way] = {
    GIT: (
        lambda shop: shop.git(stopped=True, company=False),
        lambda shop: shop.git(),
    ),
    "git, which names it all the same": (
        lambda shop: shop.git(stopped=True),
        lambda shop: shop.git(),
    ),
    "its owner": (lambda shop: shop.owner(STOP), lambda shop: shop.owner(START)),
    "its owner, who takes it back": (
        lambda shop: shop.owner(STOP),
        lambda shop: shop.owner({"spec": {"stopped": False}}),
    ),
    "whoever scales it": (lambda shop: shop.scale(0), lambda shop: shop.scale(1)),
}


def test_it_is_made_with_the_notebook_before_its_workload_and_is_the_notebooks(
    shop: Shop,
) -> None:
    with shop.recording() as recording:
        shop.fine()
    written = [each.uri.partition("?")[0].rpartition("/")[2] for each in recording.writes()]
    assert written.index("spark") == len(written) - 2
    assert "/statefulsets/" in recording.writes()[-1].uri
    meta = shop.house.get(SPARK)["metadata"]
    assert meta["labels"]["applyset.kubernetes.io/part-of"] == applyset_id(
        shop.house.namespace, NAME
    )
    assert [each["kind"] for each in meta["ownerReferences"]] == ["Notebook"]
    shop.rests()


@pytest.mark.parametrize(
    ("way", "named"), [*((way, False) for way in WAYS), ("its owner", True), (GIT, True)]
)
def test_it_goes_when_the_notebook_stops_and_comes_back_when_that_starts(
    shop: Shop, way: str, *, named: bool
) -> None:
    words = (f"{shop.house.namespace}/{NAME}",) if named else ()
    stop, start = WAYS[way]
    shop.fine()
    before = shop.uid()

    stop(shop)
    assert shop.diff().code == 1
    done = shop.fine(*words)
    assert "1 deleted" in done.out
    assert (shop.stands(), shop.replicas()) == (False, 0)
    shop.rests(*words)

    start(shop)
    done = shop.fine(*words)
    assert "1 created" in done.out
    assert (shop.stands(), shop.replicas()) == (True, 1)
    assert shop.uid() != before
    shop.rests(*words)


def test_a_diff_says_that_it_goes_and_why_and_then_nothing(shop: Shop) -> None:
    shop.fine()
    shop.scale(0)

    shown = shop.diff()

    assert f"- ConfigMap {shop.house.namespace}/spark (delete)" in shown.out
    assert "its notebook is stopped" in shown.out
    assert "1 to delete" in shown.out
    assert shop.stands()


def test_a_sync_says_why_it_went(shop: Shop) -> None:
    shop.fine()
    shop.scale(0)
    said = shop.fine("--verbose").out
    words = f"ConfigMap {shop.house.namespace}/spark: its notebook is stopped"
    assert f"deleted    notebooks/{shop.house.namespace}/{NAME}: {words}" in said


@pytest.mark.parametrize("stopped", ["in git", "by its owner"])
def test_with_a_notebook_that_begins_stopped_it_is_not_made(shop: Shop, stopped: str) -> None:
    if stopped == "in git":
        shop.git(stopped=True)
    else:
        shop.git(company=False)
        shop.fine()
        shop.owner(STOP)
        shop.git()
    with shop.recording() as recording:
        shop.fine()
    assert not any("spark" in each.uri for each in recording.writes())
    shop.rests()


def test_it_goes_with_the_notebook(shop: Shop) -> None:
    shop.fine()
    shop.house.put("other")
    shop.fine()
    shop.house.remove(NAME)

    shop.fine()

    shop.house.gone(SPARK, f"notebook/{NAME}")


def test_a_notebook_that_is_deleted_takes_it_along_and_both_come_back(shop: Shop) -> None:
    shop.fine()
    before = shop.uid()
    shop.house.cluster.kubectl("delete", "notebook", NAME)
    shop.house.cluster.eventually(lambda: shop.uid() != before)

    good(shop.sync(patience="20"))

    assert shop.stands()
    assert shop.uid() != before


def test_what_git_holds_no_more_is_pruned_also_while_the_notebook_rests(shop: Shop) -> None:
    shop.company.append(with_notebook(config_map(shop.house.namespace, "second")))
    shop.git()
    shop.fine()
    shop.company.pop()
    shop.git()
    assert "1 deleted" in shop.fine().out
    assert shop.house.has(SPARK, "configmap/second") == [True, False]

    shop.git(stopped=True, company=False)
    shop.fine()
    assert not shop.stands()


def test_what_drifts_is_mended_only_while_the_notebook_runs(shop: Shop) -> None:
    shop.fine()
    shop.patch(SPARK, {"data": {"a": "drifted"}})
    shop.fine()
    assert shop.house.get(SPARK)["data"] == {"a": "b"}

    shop.scale(0)
    shop.patch(SPARK, {"data": {"a": "drifted"}})
    with shop.recording() as recording:
        shop.fine()
    assert [each.verb for each in recording.writes()] == ["delete"]


def test_one_that_takes_its_time_to_go_is_asked_once_and_made_again_when_it_is_gone(
    shop: Shop,
) -> None:
    shop.fine()
    before = shop.uid()
    hold(shop.house, SPARK)
    shop.scale(0)
    shop.fine()
    shop.rests()
    shop.scale(1)

    done = shop.sync()
    assert done.code == 1
    assert "is being deleted; it is made again when it is gone" in done.said
    let_go(shop.house, SPARK)
    shop.house.gone(SPARK)
    shop.fine()

    assert shop.uid() not in {"", before}


def test_a_workload_that_is_deleted_is_made_anew_and_its_company_stays(shop: Shop) -> None:
    shop.fine()
    before = shop.uid()
    shop.scale(0)
    hold(shop.house, f"statefulset/{NAME}")
    shop.house.cluster.kubectl("delete", "statefulset", NAME, "--wait=false")

    assert shop.sync().code == 1  # nothing tells whether it runs
    assert shop.uid() == before
    let_go(shop.house, f"statefulset/{NAME}")
    shop.house.cluster.eventually(lambda: not shop.house.get(f"statefulset/{NAME}"))
    shop.fine()

    assert (shop.uid(), shop.replicas()) == (before, 1)
    shop.rests()


def test_a_workload_of_its_company_is_no_word_of_the_notebook_and_is_not_waited_for(
    shop: Shop,
) -> None:
    """No pod ever runs here: what is waited for must be scaled to nothing."""
    namespace = shop.house.namespace
    meta = {"name": "a-cache", "namespace": namespace}
    spec = {**workload("a-cache"), "replicas": 1}
    cache = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec}
    shop.company.append(with_notebook(cache))
    shop.git()
    shop.fine()
    shop.house.cluster.kubectl("scale", "statefulset/a-cache", "--replicas=0")
    shop.fine()
    assert shop.house.has(SPARK, "statefulset/a-cache") == [True, True]
    assert shop.house.get("statefulset/a-cache")["spec"]["replicas"] == 1

    waited = shop.sync("--wait", patience="3")
    told = [line for line in waited.err.splitlines() if line.startswith("not ready")]
    assert len(told) == 1
    shop.scale(0)
    shop.fine("--wait", patience="3")
    assert shop.house.has(SPARK, "statefulset/a-cache") == [False, False]


class TestACustomKind:
    @pytest.fixture
    def group(self, shop: Shop) -> str:
        """Of this test alone: what a server is taught, it knows for all."""
        return f"{shop.house.namespace}.example.com"

    @pytest.fixture
    def kind(self, shop: Shop, group: str) -> str:
        """A cluster of its own beside the notebook, of a kind that no agent is allowed yet."""
        cluster = {
            "apiVersion": f"{group}/v1",
            "kind": "SparkCluster",
            "metadata": {"name": "alice", "namespace": shop.house.namespace},
            "spec": {"worker": {"instances": "2"}},
        }
        shop.company[:] = [with_notebook(cluster)]
        shop.git()
        return f"SparkCluster.{group}"

    def test_is_refused_until_the_operator_allows_it_and_that_is_said(
        self, shop: Shop, kind: str
    ) -> None:
        done = shop.sync()
        assert done.code == 1
        assert f"{kind} is none of the kinds that this agent may apply" in done.out
        assert f"--extra-kinds={kind}" in done.out

    def test_comes_and_goes_and_is_pruned(self, shop: Shop, group: str, kind: str) -> None:
        there = f"sparkclusters.{group}/alice"
        shop.flags = (f"--extra-kinds={kind}",)
        with installed(shop.house.cluster, group, {"SparkCluster": None}):
            shop.fine()
            assert shop.stands(there)
            noted = shop.house.get(f"notebook/{NAME}")["metadata"]["annotations"]
            assert kind in noted["applyset.kubernetes.io/contains-group-kinds"]
            shop.scale(0)
            shop.fine()
            assert not shop.stands(there)
            shop.rests()
            shop.scale(1)
            shop.fine()
            assert shop.stands(there)
            shop.git(company=False)
            shop.fine()
            assert not shop.stands(there)

    def test_that_is_not_installed_is_waited_for_only_while_the_notebook_runs(
        self, shop: Shop, kind: str
    ) -> None:
        shop.flags = (f"--extra-kinds={kind}",)
        done = shop.sync()
        assert done.code == 1
        assert "is not installed in this cluster; waiting for it" in done.said
        assert shop.replicas() == 1
        shop.scale(0)
        shop.fine()
        shop.rests()
