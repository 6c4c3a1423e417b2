"""Nothing is removed where it is not certain that git wants it removed. Each guard, one by one."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from controlplane.faults import Exchange, Proxy, cut_after, delay, faults, forbid, status

from tests.sync.program import Done, ended
from tests.sync.prune.house import House, hold, let_go, members

SERVICES = "/services?"
REFUSED = 1
NOTHING_DONE = 2
MANY = 501


@pytest.fixture
def moved(house: House) -> House:
    """`churn` and `sales` stand in the cluster; `churn` is gone from the source."""
    house.put("churn")
    house.put("sales")
    house.fine()
    house.remove("churn")
    return house


@pytest.fixture
def proxy(house: House) -> Iterator[Proxy]:
    with faults(house.cluster.kubeconfig) as between:
        yield between


def stays(house: House, *names: str) -> bool:
    return all(all(house.has(f"notebook/{each}", *members(each))) for each in names)


def lists_services(method: str, path: str) -> bool:
    return method == "GET" and SERVICES in path and "labelSelector" in path


class TestASource:
    def test_that_is_empty_removes_nothing(self, moved: House) -> None:
        moved.remove("sales")

        ran = moved.sync()

        assert ran.code == REFUSED
        said = "the source is empty, and the cluster has 2 bundles: --allow-empty removes them"
        assert f"nothing was removed: {said}" in ran.err
        assert stays(moved, "churn", "sales")

    def test_that_is_empty_on_purpose_removes_all(self, moved: House) -> None:
        moved.remove("sales")

        moved.fine("--allow-empty")

        moved.gone("notebook/churn", *members("churn"), "notebook/sales", *members("sales"))
        assert moved.has("persistentvolumeclaim/churn-home") == [True]

    def test_that_lost_more_than_half_removes_nothing(self, house: House) -> None:
        for number in range(11):
            bare(house, f"n{number}")
        house.fine()
        house.remove(*(f"n{number}" for number in range(6)))

        ran = house.sync()

        assert ran.code == REFUSED
        assert "6 of 11 bundles in the cluster are gone from the source, more than half" in ran.err
        assert house.has("notebook/n0", "notebook/n5", "notebook/n6") == [True, True, True]
        bare(house, "n5")
        house.fine()
        assert house.has("notebook/n0", "notebook/n5", "notebook/n6") == [False, True, True]

    @pytest.mark.parametrize("damage", ["staging", "missing", "no bundles at all"])
    def test_that_is_half_written_changes_nothing(self, moved: House, damage: str) -> None:
        moved.put("third")
        if damage == "staging":
            (moved.source / ".octavo-staging").mkdir()
        elif damage == "missing":
            moved.source.rename(moved.source.with_name("aside"))
        else:
            (moved.source / "notebooks").rename(moved.source / "other")

        ran = moved.sync()

        assert ran.code == NOTHING_DONE
        assert ran.err.startswith("octavo sync: ")
        assert moved.has("notebook/third") == [False]
        assert stays(moved, "churn", "sales")

    def test_whose_bundle_lacks_a_file_keeps_that_bundle(self, moved: House) -> None:
        (moved.place("sales") / "service-sales.yaml").unlink()

        ran = moved.sync()

        assert ran.code == REFUSED
        assert "service-sales.yaml" in ran.out
        assert stays(moved, "sales")
        moved.gone("notebook/churn")

    def test_whose_bundle_is_broken_keeps_also_what_it_replaces(self, moved: House) -> None:
        moved.put("sales", services=["other"])
        (moved.place("sales") / "statefulset-sales.yaml").write_text("{")

        ran = moved.sync()

        assert ran.code == REFUSED
        assert stays(moved, "sales")
        assert moved.has("service/other") == [False]


def bare(house: House, name: str) -> None:
    """Only the Notebook: many are made at once."""
    house.put(name)
    notebook = json.loads((house.place(name) / f"notebook-{name}.yaml").read_text())
    house.write(name, [notebook])


def git(folder: Path, *words: str) -> str:
    """In surroundings that say nothing of who runs the test."""
    identity = ("-c", "user.name=octavo", "-c", "user.email=octavo@example.com")
    command = ["git", "-C", str(folder), *identity, "-c", "commit.gpgsign=false", *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


class TestARepository:
    @pytest.fixture
    def repository(self, house: House) -> House:
        house.put("churn")
        house.put("sales")
        git(house.folder, "init", "--quiet", "--initial-branch=main", "source")
        self.commit(house)
        house.fine(*self.words(house))
        return house

    def words(self, house: House) -> tuple[str, ...]:
        return (f"--repo={house.source}", "--branch=main")

    def commit(self, house: House) -> None:
        git(house.source, "add", "--all")
        git(house.source, "commit", "--quiet", "--message=bundles")

    def test_that_held_a_bundle_and_holds_it_no_more_removes_it(self, repository: House) -> None:
        repository.remove("churn")
        self.commit(repository)

        repository.fine(*self.words(repository))

        repository.gone("notebook/churn", *members("churn"))
        assert stays(repository, "sales")

    def test_that_held_what_was_named_has_nothing_to_do_the_second_time(
        self, repository: House
    ) -> None:
        repository.remove("churn")
        self.commit(repository)
        names = [f"{repository.namespace}/{name}" for name in ("churn", "never")]
        repository.fine(*self.words(repository), names[0])
        repository.gone("notebook/churn", *members("churn"))

        again = repository.fine(*self.words(repository), names[0])
        mistaken = repository.sync(*self.words(repository), *names)

        assert "nothing to do" in again.out
        assert f"notebooks/{names[0]}: is gone already, and git holds it no more" in again.err
        assert mistaken.code == NOTHING_DONE
        assert f"octavo sync: {names[1]}: neither in" in mistaken.err

    def test_that_cannot_be_fetched_removes_nothing(self, repository: House) -> None:
        repository.remove("churn")
        self.commit(repository)
        repository.source.rename(repository.folder / "aside")

        ran = repository.sync(*self.words(repository))

        assert ran.code == NOTHING_DONE
        assert str(repository.source) in ran.err
        assert stays(repository, "churn", "sales")

    def test_whose_branch_never_held_a_bundle_leaves_it_alone(self, repository: House) -> None:
        git(repository.source, "checkout", "--quiet", "--orphan", "fresh")
        repository.remove("churn")
        self.commit(repository)
        words = (f"--repo={repository.source}", "--branch=fresh")

        ran = repository.fine(*words)

        directory = f"notebooks/{repository.namespace}/churn"
        assert f"this branch never held {directory}; --prune-all removes it" in ran.out
        assert stays(repository, "churn", "sales")
        repository.fine(*words, "--prune-all")
        repository.gone("notebook/churn", *members("churn"))

    @pytest.mark.parametrize(
        ("damage", "words"),
        [
            ("index.lock", "git is changing this checkout"),
            ("deleted files", "files that git tracks"),
        ],
    )
    def test_that_is_checked_out_halfway_changes_nothing(
        self, repository: House, damage: str, words: str
    ) -> None:
        repository.remove("churn")
        if damage == "index.lock":
            git(repository.source, "add", "--all")
            (repository.source / ".git" / "index.lock").touch()

        ran = repository.sync()

        assert ran.code == NOTHING_DONE
        assert words in ran.err
        assert stays(repository, "churn", "sales")


class TestAList:
    def check(self, house: House, ran: Done, words: str) -> None:
        """Nothing is removed and the reason is said; the next time it is removed."""
        assert ran.code == REFUSED
        assert "nothing was removed: Service cannot be listed" in ran.err
        assert words in ran.err
        assert stays(house, "churn", "sales")
        house.fine()
        house.gone("notebook/churn", *members("churn"))

    def test_that_fails_removes_nothing_of_any_kind(self, moved: House, proxy: Proxy) -> None:
        proxy.add(lists_services, status(500))

        ran = moved.sync("--deadline=3", kubeconfig=proxy.kubeconfig)

        self.check(moved, ran, "a fault, on purpose")

    def test_that_fails_is_said_though_nothing_is_to_be_removed(
        self, moved: House, proxy: Proxy
    ) -> None:
        moved.put("churn")
        proxy.add(lambda _, path: "/configmaps?" in path, status(500))

        ran = moved.sync("--deadline=3", kubeconfig=proxy.kubeconfig)

        assert ran.code == REFUSED
        assert "nothing was removed: ConfigMap cannot be listed" in ran.err
        assert stays(moved, "churn", "sales")

    def test_that_is_forbidden_removes_nothing(self, moved: House, proxy: Proxy) -> None:
        proxy.add(lists_services, forbid)

        ran = moved.sync(kubeconfig=proxy.kubeconfig)

        self.check(moved, ran, "grant it, or take the kind off --kinds")

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            (cut_after(200), "cannot be listed"),
            (status(410), "carries our mark"),
            (status(503), "fault"),
        ],
    )
    def test_that_ends_after_its_first_page_removes_nothing(
        self, moved: House, proxy: Proxy, fault: Any, words: str
    ) -> None:
        many_services(moved)
        proxy.add(lambda method, path: lists_services(method, path) and "continue=" in path, fault)

        ran = moved.sync("--deadline=3", kubeconfig=proxy.kubeconfig)

        assert proxy.seen(lambda _, path: "continue=" in path)
        told_once = re.search(r"and (\d+) more: carries our mark", ran.err)
        assert told_once
        assert int(told_once[1]) < MANY
        self.check(moved, ran, words)


def many_services(house: House) -> None:
    """More than a page of what carries our mark, and was not applied by us."""
    labels = {"jackhoman.dev/agent": house.agent}
    spec = {"type": "ExternalName", "externalName": "example.com"}
    items = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"a-{number}", "labels": labels},
            "spec": spec,
        }
        for number in range(MANY)
    ]
    parts = [
        json.dumps({"apiVersion": "v1", "kind": "List", "items": items[at::4]}) for at in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda part: house.cluster.kubectl("create", "--filename=-", stdin=part), parts
            )
        )


class TestACluster:
    OTHER = "11111111-2222-3333-4444-555555555555"

    @pytest.fixture
    def another(self, proxy: Proxy) -> Path:
        """The same objects, in what says that it is another cluster."""
        metadata = {"name": "kube-system", "uid": self.OTHER}
        body = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}).encode()

        def lie(exchange: Exchange) -> None:
            exchange.reply(200, body, {"Content-Type": "application/json"})

        proxy.add(lambda _, path: path.startswith("/api/v1/namespaces/kube-system"), lie)
        return proxy.kubeconfig

    def test_that_is_not_the_one_that_was_named_is_refused(
        self, moved: House, another: Path
    ) -> None:
        uid = moved.get("namespace/kube-system")["metadata"]["uid"]

        ran = moved.sync(f"--cluster={uid}", kubeconfig=another)

        assert ran.code == NOTHING_DONE
        assert f"its kube-system has the uid {self.OTHER}" in ran.err
        assert stays(moved, "churn", "sales")

    def test_that_the_source_was_never_synced_to_loses_nothing(
        self, moved: House, another: Path
    ) -> None:
        moved.put("third")

        ran = moved.sync(kubeconfig=another)

        assert ran.code == REFUSED
        assert f"nothing was removed: this is another cluster ({self.OTHER})" in ran.err
        assert f"--cluster {self.OTHER} says that it is meant" in ran.err
        assert stays(moved, "churn", "sales", "third")
        assert moved.sync(kubeconfig=another).code == REFUSED

    def test_that_is_meant_is_said_once(self, moved: House, another: Path) -> None:
        moved.fine(f"--cluster={self.OTHER}", kubeconfig=another)

        moved.gone("notebook/churn", *members("churn"))
        moved.put("third")
        moved.fine()
        moved.remove("third")
        moved.fine(kubeconfig=another)
        moved.gone("notebook/third")

    def test_is_another_for_another_agent_and_source(self, moved: House, another: Path) -> None:
        elsewhere = moved.source.with_name("elsewhere")
        moved.source.rename(elsewhere)

        moved.fine(f"--from={elsewhere}", kubeconfig=another)

        moved.gone("notebook/churn", *members("churn"))


class TestADeletion:
    def deletes_services(self, method: str, path: str) -> bool:
        return method == "DELETE" and "/services/" in path

    @pytest.mark.parametrize("patience", ["0", "4"])
    def test_that_fails_is_said_and_done_the_next_time(
        self, house: House, proxy: Proxy, patience: str
    ) -> None:
        house.put("churn", services=["one"])
        house.fine()
        house.put("churn", services=["two"])
        proxy.add(self.deletes_services, status(500))

        ran = house.sync("--deadline=3", kubeconfig=proxy.kubeconfig, patience=patience)

        assert ran.code == REFUSED
        assert f"Service {house.namespace}/one: is not deleted: " in ran.out
        assert ran.out.count("is not deleted") == 1
        house.fine()
        assert house.has("service/one", "service/two") == [False, True]

    def test_that_comes_right_is_done_in_the_same_sync(self, house: House, proxy: Proxy) -> None:
        house.put("churn", services=["one"])
        house.fine()
        house.put("churn", services=["two"])
        proxy.add(self.deletes_services, status(500), times=5)

        ran = house.fine(kubeconfig=proxy.kubeconfig, patience="20")

        assert house.has("service/one") == [False]
        assert "is not deleted" not in ran.said

    def test_that_is_denied_holds_up_no_other(self, moved: House, proxy: Proxy) -> None:
        proxy.add(self.deletes_services, forbid)

        ran = moved.sync(kubeconfig=proxy.kubeconfig)

        assert ran.code == REFUSED
        assert ran.out.startswith("failed ")
        moved.gone("statefulset/churn", "rolebinding/churn-owner")

    def test_that_never_ends_does_not_hang_the_sync(self, moved: House) -> None:
        for each in ("service/churn", "notebook/churn", "rolebinding/churn-owner"):
            hold(moved, each)

        began = time.monotonic()
        moved.fine()
        again = moved.fine()

        assert time.monotonic() - began < 30
        assert again.out.count("is being deleted already") == 3
        moved.gone("statefulset/churn")
        for each in ("service/churn", "notebook/churn", "rolebinding/churn-owner"):
            let_go(moved, each)

    def test_that_is_cut_short_by_a_kill_goes_on_the_next_time(
        self, moved: House, proxy: Proxy
    ) -> None:
        proxy.add(self.deletes_services, delay(60))
        running = moved.start(kubeconfig=proxy.kubeconfig)
        moved.cluster.eventually(lambda: bool(proxy.seen(self.deletes_services)))
        running.send_signal(signal.SIGKILL)
        assert ended(running).code == -signal.SIGKILL
        assert moved.has("statefulset/churn", "service/churn", "notebook/churn") == [
            False,
            True,
            True,
        ]

        moved.fine()

        moved.gone("notebook/churn", *members("churn"))
        assert stays(moved, "sales")
