"""What is gone from the source goes from the cluster, and nothing else does."""

from __future__ import annotations

import time

import pytest

from tests.sync.program import ended
from tests.sync.prune.house import House, config_map, hold, let_go, members, small

NOTEBOOK = "notebook/churn"
CLAIM = "persistentvolumeclaim/churn-home"


def test_a_notebook_that_is_removed_goes_with_all_but_its_storage(house: House) -> None:
    house.put("churn")
    house.put("sales")
    house.fine()
    assert all(house.has(NOTEBOOK, CLAIM, *members("churn")))
    before = house.uids("notebook/sales", *members("sales"))

    house.remove("churn")
    ran = house.fine()

    house.gone(NOTEBOOK, *members("churn"))
    assert "7 deleted" in ran.out
    assert house.has(CLAIM) == [True]
    assert house.uids("notebook/sales", *members("sales")) == before
    assert "nothing to do" in house.fine().out


def test_grants_and_routes_go_before_what_they_lead_to_and_the_notebook_goes_last(
    house: House,
) -> None:
    house.put("churn")
    house.put("sales")
    house.fine()
    house.remove("churn")

    with house.cluster.recording() as recording:
        house.fine()

    deleted = [
        each.uri.rpartition("/")[0].rpartition("/")[2]
        for each in recording.requests()
        if each.verb == "delete" and "octavo" in each.user_agent
    ]
    assert deleted == [
        "statefulsets",
        "services",
        "rolebindings",
        "roles",
        "serviceaccounts",
        "controllerrevisions",
        "notebooks",
    ]


def test_what_is_renamed_is_made_and_then_the_old_one_goes(house: House) -> None:
    house.put("churn", services=["one"])
    house.fine()

    house.put("churn", services=["two"])
    house.fine()

    assert house.has("service/one", "service/two", NOTEBOOK) == [False, True, True]


def test_a_kind_that_is_rendered_no_more_goes(house: House) -> None:
    house.put("churn", config_map(house.namespace, "settings"))
    house.fine()
    assert house.has("configmap/settings") == [True]

    house.put("churn")
    house.fine()

    assert house.has("configmap/settings", NOTEBOOK) == [False, True]


def test_a_share_that_is_taken_back_ends(house: House) -> None:
    house.put("churn", readers=["bob", "dave"])
    house.fine()
    house.put("churn", readers=["bob"])
    house.fine()
    subjects = house.get("rolebinding/churn-view")["subjects"]
    assert [each["name"] for each in subjects] == ["bob"]

    house.put("churn")
    house.fine()

    assert house.has("role/churn-view", "rolebinding/churn-view") == [False, False]


class TestANotebookThatIsNamed:
    def test_is_removed_when_the_source_has_it_no_more(self, house: House) -> None:
        house.put("churn")
        house.put("sales")
        house.fine()
        house.remove("churn", "sales")

        house.fine(f"{house.namespace}/churn", "--allow-empty")

        house.gone(NOTEBOOK, *members("churn"))
        assert all(house.has("notebook/sales", *members("sales"), CLAIM))

    def test_is_removed_though_it_granted_nothing(self, house: House) -> None:
        alone = [each for each in small(house.namespace, "churn") if each["kind"] == "Notebook"]
        house.write("churn", alone)
        house.put("sales")
        house.fine()
        house.remove("churn")

        house.fine(f"{house.namespace}/churn")

        assert house.has(NOTEBOOK, "notebook/sales") == [False, True]

    def test_is_removed_though_its_namespace_has_no_other(self, house: House) -> None:
        house.put("churn")
        house.fine()
        house.remove("churn")
        house.write("sales", small("elsewhere", "sales"), namespace="elsewhere")

        ran = house.fine(f"{house.namespace}/churn", f"--namespaces={house.namespace},elsewhere")

        house.gone(NOTEBOOK, *members("churn"))
        assert "7 deleted" in ran.out

    def test_is_not_removed_with_the_last_of_the_source(self, house: House) -> None:
        house.put("churn")
        house.fine()
        house.remove("churn")

        ran = house.sync(f"{house.namespace}/churn")

        assert ran.code == 1
        assert "the source is empty" in ran.err
        assert all(house.has(NOTEBOOK, *members("churn")))

    def test_and_is_nowhere_is_said(self, house: House) -> None:
        house.put("churn")
        house.fine()

        ran = house.sync(f"{house.namespace}/chrun")

        assert ran.code == 2
        assert f"{house.namespace}/chrun: neither in the source nor in the cluster" in ran.err


class TestABundleThatIsNotAppliedWhole:
    """Its service gets another name, and a workload that no server takes."""

    @pytest.fixture
    def ran(self, house: House) -> str:
        house.put("churn", config_map(house.namespace, "old"), readers=["bob"], services=["one"])
        house.put("sales", readers=["bob"])
        house.fine()
        broken = config_map(house.namespace, "new")
        house.put("churn", {**broken, "data": {"a": {"no": "text"}}}, services=["two"])
        house.put("sales")
        ran = house.sync()
        assert ran.code == 1
        return ran.said

    def test_keeps_what_it_replaces(self, house: House, ran: str) -> None:
        assert house.has("service/one", "service/two", "configmap/old") == [True, True, True]
        directory = f"notebooks/{house.namespace}/churn"
        service = f"Service {house.namespace}/one"
        assert f"{directory}: {service}: stays until the rest of {directory} is applied" in ran

    def test_ends_its_grants_at_once(self, house: House, ran: str) -> None:
        assert ran
        assert house.has("rolebinding/churn-view", "role/churn-view") == [False, False]

    def test_holds_up_no_other(self, house: House, ran: str) -> None:
        assert ran
        assert house.has("rolebinding/sales-view", "notebook/sales") == [False, True]

    def test_lets_go_of_it_when_it_is_applied(self, house: House, ran: str) -> None:
        assert ran
        house.put("churn", services=["two"])

        house.fine()

        assert house.has("service/one", "service/two", "configmap/old") == [False, True, False]


def test_what_waits_for_the_rest_goes_in_the_same_sync_when_the_rest_comes_right(
    house: House,
) -> None:
    house.put("churn", config_map(house.namespace, "late"), services=["one"])
    house.fine()
    hold(house, "configmap/late")
    house.cluster.kubectl("delete", "configmap", "late", "--wait=false")
    house.put("churn", config_map(house.namespace, "late"), services=["two"])
    assert house.sync().code == 1
    assert house.has("service/one", "service/two") == [True, True]

    running = house.start(patience="30")
    time.sleep(3)
    let_go(house, "configmap/late")
    ran = ended(running)

    assert (ran.code, house.has("service/one", "configmap/late")) == (0, [False, True]), ran.said
