"""What the cluster says may end what runs with a notebook, but only what is ours goes."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest
from controlplane.faults import Exchange, faults, forbid

from tests.sync.company.shop import NAME, SPARK, START, STOP, Shop, with_notebook
from tests.sync.faults import asked
from tests.sync.program import Done, ended
from tests.sync.prune.house import config_map, small

OPTED_OUT = "jackhoman.dev/keep=true"
PINNED = "0b2e1c1e-0000-4000-8000-000000000000"


def annotate(shop: Shop, reference: str, words: str) -> None:
    shop.house.cluster.kubectl("annotate", reference, words)


class TestSomebodyElses:
    """An object that stands there under the name before we come."""

    @pytest.fixture
    def shop(self, shop: Shop) -> Shop:
        literal = "--from-literal=a=theirs"
        shop.house.cluster.kubectl("create", "configmap", "spark", literal)
        return shop

    def test_is_not_taken_while_the_notebook_runs(self, shop: Shop) -> None:
        done = shop.sync()
        assert done.code == 1
        assert "exists, and belongs to someone" in done.said
        assert shop.house.get(SPARK)["data"] == {"a": "theirs"}

    @pytest.mark.parametrize("named", [False, True], ids=["everything", "one notebook"])
    def test_is_neither_removed_nor_spoken_of_while_it_is_stopped(
        self, shop: Shop, *, named: bool
    ) -> None:
        words = (f"{shop.house.namespace}/{NAME}",) if named else ()
        shop.sync()
        before = shop.uid()
        shop.scale(0)

        shop.fine(*words)

        assert shop.uid() == before
        shop.rests(*words)

    def test_that_claims_to_be_ours_is_not_removed(self, shop: Shop) -> None:
        """Labels are claims: the server knows who applied an object."""
        shop.house.cluster.kubectl("delete", SPARK)
        shop.fine()
        labels = shop.house.get(SPARK)["metadata"]["labels"]
        shop.house.cluster.kubectl("delete", SPARK)
        literal = "--from-literal=a=theirs"
        shop.house.cluster.kubectl("create", "configmap", "spark", literal)
        shop.house.cluster.kubectl("label", SPARK, *(f"{k}={v}" for k, v in labels.items()))
        shop.scale(0)

        shop.fine()

        assert shop.house.get(SPARK)["data"] == {"a": "theirs"}
        shop.rests()


def test_what_another_tool_has_taken_over_stays(shop: Shop) -> None:
    shop.fine()
    annotate(shop, SPARK, "argocd.argoproj.io/tracking-id=apps:x")
    shop.scale(0)
    shop.fine()
    assert shop.stands()
    shop.rests()


@pytest.mark.parametrize("by", ["git", "whoever may"])
def test_what_is_to_be_kept_stays_as_it_is(shop: Shop, by: str) -> None:
    if by == "git":
        shop.company[:] = [shop.spark(keep="true")]
        shop.git()
        shop.fine()
    else:
        shop.fine()
        annotate(shop, SPARK, OPTED_OUT)
    before = shop.uid()
    shop.scale(0)
    shop.fine()
    assert shop.uid() == before
    shop.rests()


def test_one_without_our_mark_stays_and_that_is_said_where_it_is_looked_at(shop: Shop) -> None:
    shop.fine()
    shop.house.cluster.kubectl("label", SPARK, "jackhoman.dev/agent-")
    shop.scale(0)
    done = shop.fine(f"{shop.house.namespace}/{NAME}")
    assert "does not carry the label jackhoman.dev/agent" in done.out
    assert shop.stands()


@pytest.mark.parametrize("named", [False, True], ids=["everything", "one notebook"])
def test_beside_a_suspended_notebook_nothing_comes_or_goes(shop: Shop, *, named: bool) -> None:
    words = (f"{shop.house.namespace}/{NAME}",) if named else ()
    shop.fine()
    before = shop.uid()
    annotate(shop, f"notebook/{NAME}", "jackhoman.dev/suspend=true")
    shop.scale(0)
    shop.sync(*words)
    assert shop.uid() == before

    shop.house.cluster.kubectl("annotate", f"notebook/{NAME}", "jackhoman.dev/suspend-")
    shop.fine(*words)
    assert not shop.stands()
    annotate(shop, f"notebook/{NAME}", "jackhoman.dev/suspend=true")
    shop.scale(1)
    shop.sync(*words)
    assert not shop.stands()


def test_a_notebook_of_somebody_else_takes_nothing_of_ours_away(shop: Shop) -> None:
    shop.fine()
    before = shop.uid()
    kubectl = shop.house.cluster.kubectl
    kubectl("delete", "notebook", NAME, "--cascade=orphan")
    kubectl("label", "pvc", f"{NAME}-home", "jackhoman.dev/agent-")  # it would vouch for ours
    shop.house.cluster.eventually(lambda: not shop.house.get(f"notebook/{NAME}"))
    theirs = small(shop.house.namespace, NAME)[0]
    stopped = {**theirs, "spec": {**theirs["spec"], "stopped": True}}
    kubectl("create", "--filename=-", stdin=json.dumps(stopped))

    shown, done = shop.diff(), shop.sync()

    assert "belongs to someone" in done.said
    assert "delete" not in shown.out
    assert shop.uid() == before


class TestAnEmptySource:
    """Its guards are about what git lacks."""

    def test_or_one_that_lost_most_keeps_nothing_that_runs_with_a_stopped_notebook(
        self, shop: Shop
    ) -> None:
        others = [f"other-{number}" for number in range(12)]
        for each in others:
            shop.house.put(each)
        shop.fine()
        shop.house.remove(*others)
        shop.scale(0)

        done = shop.sync()

        assert "more than half" in done.err
        assert all(shop.house.has(*(f"notebook/{each}" for each in others)))
        assert not shop.stands()

    def test_a_cluster_that_is_not_the_pinned_one_loses_nothing(self, shop: Shop) -> None:
        shop.fine()
        shop.scale(0)
        (pins,) = shop.house.folder.rglob("*.clusters")
        pins.write_text(PINNED)

        done = shop.sync()

        assert done.code == 1
        assert "this is another cluster" in done.err
        assert shop.stands()


class TestStatefulSetsThatCannotBeRead:
    """Whether the notebook runs is not known then."""

    def blind(self, shop: Shop, *words: str) -> Done:
        with faults(shop.house.cluster.kubeconfig) as proxy:
            proxy.add(lambda method, path: method == "GET" and "/statefulsets" in path, forbid)
            return shop.sync(*words, kubeconfig=proxy.kubeconfig)

    @pytest.mark.parametrize("named", [False, True], ids=["everything", "one notebook"])
    def test_nothing_is_removed(self, shop: Shop, *, named: bool) -> None:
        words = (f"{shop.house.namespace}/{NAME}",) if named else ()
        shop.fine()
        before = shop.uid()
        shop.scale(0)
        done = self.blind(shop, *words)
        assert done.code == 1
        assert "StatefulSet" in done.said
        assert shop.uid() == before

    @pytest.mark.parametrize("named", [False, True], ids=["everything", "one notebook"])
    def test_nothing_is_made_and_what_stands_is_mended(self, shop: Shop, *, named: bool) -> None:
        words = (f"{shop.house.namespace}/{NAME}",) if named else ()
        shop.fine()
        shop.company.append(with_notebook(config_map(shop.house.namespace, "second")))
        shop.git()
        shop.patch(SPARK, {"data": {"a": "drifted"}})
        self.blind(shop, *words)
        assert shop.house.get(SPARK)["data"] == {"a": "b"}
        assert shop.house.has("configmap/second") == [False]
        shop.fine()
        assert shop.house.has("configmap/second") == [True]

    def test_what_its_owner_says_is_enough_to_stop_it(self, shop: Shop) -> None:
        shop.fine()
        shop.owner(STOP)
        self.blind(shop)
        assert shop.stands()  # the rest of the bundle is not applied whole
        shop.fine()
        assert not shop.stands()


def test_its_own_kind_that_cannot_be_listed_is_said_and_nothing_is_made(shop: Shop) -> None:
    shop.fine()
    shop.scale(0)
    with faults(shop.house.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, path: method == "GET" and "/configmaps" in path, forbid)
        done = shop.sync(kubeconfig=proxy.kubeconfig)
    assert done.code == 1
    assert "ConfigMap cannot be listed" in done.said
    assert shop.stands()
    shop.fine()
    assert not shop.stands()


class TestKilled:
    """At every write of a stop, and of a start."""

    def killed(self, shop: Shop, writes: int, *, done: bool) -> int:
        """The exit code of a sync that is killed at so many writes, which is carried out or not."""
        left = [writes]
        processes: list[subprocess.Popen[str]] = []

        def match(method: str, path: str) -> bool:
            left[0] -= asked.write(method, path)
            return asked.write(method, path) and left[0] == 0

        def strike(exchange: Exchange) -> None:
            if done:
                exchange.ask()
            processes[0].kill()
            exchange.hang_up()

        with faults(shop.house.cluster.kubeconfig) as proxy:
            proxy.add(match, strike)
            processes.append(shop.house.start(kubeconfig=proxy.kubeconfig))
            return ended(processes[0]).code

    @pytest.mark.parametrize("stands", [False, True], ids=["stopping", "starting"])
    def test_in_between_the_next_sync_gets_there(self, shop: Shop, *, stands: bool) -> None:
        before, after = (STOP, START) if stands else (START, STOP)
        shop.fine()
        for write, done in ((1, stands), (2, not stands)):
            shop.owner(before)
            shop.fine()
            shop.owner(after)
            assert self.killed(shop, write, done=done) == -signal.SIGKILL
            shop.fine()
            assert (shop.stands(), shop.replicas()) == (stands, int(stands))
        shop.rests()


def test_a_companion_leaves_it_to_whoever_applies_the_bundles(shop: Shop) -> None:
    shop.fine()
    before = shop.uid()
    shop.scale(0)
    with shop.recording() as recording:
        shop.sync("--companion")
    assert not any("spark" in each.uri for each in recording.writes())
    assert shop.uid() == before
