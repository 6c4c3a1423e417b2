"""What notebooks need from the catalog's namespaces stands beside them, as data and no more."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from controlplane.faults import Exchange, faults, forbid, status

from tests.sync.program import Done
from tests.sync.prune.house import House, config_map

MEBIBYTE = 2**20
PULL = "kubernetes.io/dockerconfigjson"


def need(catalog: str, kind: str = "Secret", name: str = "database", api: str = "v1") -> Any:
    return {"apiVersion": api, "kind": kind, "name": name, "namespace": catalog}


def secret(namespace: str, name: str = "database", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    data = {"password": b64encode(b"one").decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data, **more}


def create(house: House, obj: Mapping[str, Any]) -> None:
    where = f"--namespace={obj['metadata']['namespace']}"
    house.cluster.kubectl("create", "--filename=-", where, stdin=json.dumps(obj))


def replace(house: House, obj: Mapping[str, Any]) -> None:
    where = f"--namespace={obj['metadata']['namespace']}"
    words = ("replace", "--force", "--filename=-", where)
    house.cluster.kubectl(*words, stdin=json.dumps(obj))


def share(house: House, catalog: str, *names: str) -> None:
    """Notebooks that need the same Secret, in the cluster."""
    create(house, secret(catalog))
    for name in names:
        house.put(name, needs=[need(catalog)])
    house.fine()


def owners(house: House, reference: str) -> list[str]:
    found = house.get(reference).get("metadata", {}).get("ownerReferences") or []
    return sorted(each["name"] for each in found)


def condition(house: House, name: str) -> tuple[str, str]:
    status = house.get(f"notebook/{name}").get("status") or {}
    for each in status.get("conditions") or []:
        if each["type"] == "DependenciesReady":
            return each["status"], each["message"]
    return "", ""


PLURALS = {"Secret": "secrets", "ConfigMap": "configmaps", "NetworkPolicy": "networkpolicies"}


class TestACopy:
    MARKED: Mapping[str, Any] = {
        "labels": {"app": "db", "kustomize.toolkit.fluxcd.io/name": "infra"},
        "annotations": {
            "argocd.argoproj.io/tracking-id": "infra:v1/Secret",
            "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"b25l"}}',
        },
        "finalizers": ["tests.octavo/hold"],
    }

    @pytest.mark.parametrize(
        "source",
        [
            {"apiVersion": "v1", "kind": "Secret", "data": {"password": "b25l"}},
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "data": {".dockerconfigjson": "e30="},
                "type": PULL,
            },
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "data": {"a": "b"},
                "binaryData": {"c": "b25l"},
            },
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "spec": {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Egress"]},
            },
        ],
        ids=["Secret", "image-pull Secret", "ConfigMap", "another kind"],
    )
    def test_is_the_data_of_its_source_and_nothing_else(
        self, house: House, catalog: str, source: dict[str, Any]
    ) -> None:
        metadata = {"name": "database", "namespace": catalog, **self.MARKED}
        create(house, {**source, "metadata": metadata})
        house.put("churn", needs=[need(catalog, source["kind"], api=source["apiVersion"])])

        ran = house.fine()

        copy = house.get(f"{source['kind']}/database")
        let_go(house, catalog, source["kind"])
        found = copy.pop("metadata")
        assert {key: copy.get(key) for key in source} == source
        assert copy.keys() - source.keys() <= {"type", "status"}
        assert found["labels"] == {"jackhoman.dev/agent": house.agent, "jackhoman.dev/copy": "true"}
        assert found["annotations"] == {"jackhoman.dev/copied-from": catalog}
        assert "finalizers" not in found
        assert managers(house, source) == {"octavo"}
        assert [each["name"] for each in found["ownerReferences"]] == ["churn-rev-aaaaaaaaaa"]
        assert "1 copied" in ran.out
        assert condition(house, "churn")[0] in {"", "True"}

    def test_may_hold_a_mebibyte(self, house: House, catalog: str) -> None:
        blob = b64encode(b"x" * MEBIBYTE).decode()
        create(house, secret(catalog, data={"blob": blob}))
        house.put("churn", needs=[need(catalog)])

        house.fine()

        assert house.get("secret/database")["data"] == {"blob": blob}
        assert "nothing to do" in house.fine().out

    def test_that_is_as_it_should_be_is_not_written_again(self, house: House, catalog: str) -> None:
        share(house, catalog, "churn")

        with house.cluster.recording("octavo") as recording:
            ran = house.fine()

        assert recording.requests()
        assert recording.writes() == []
        assert "nothing to do" in ran.out

    def test_follows_its_source_and_its_type(self, house: House, catalog: str) -> None:
        share(house, catalog, "churn")

        replace(house, secret(catalog, data={"password": "dHdv"}))
        house.fine()
        assert house.get("secret/database")["data"] == {"password": "dHdv"}
        (before,) = house.uids("secret/database")

        replace(house, secret(catalog, data={".dockerconfigjson": "e30="}, type=PULL))
        house.fine(patience="10")

        copy = house.get("secret/database")
        assert (copy["type"], copy["data"]) == (PULL, {".dockerconfigjson": "e30="})
        assert copy["metadata"]["uid"] != before
        assert owners(house, "secret/database") == ["churn-rev-aaaaaaaaaa"]

    def test_that_was_changed_in_its_place_is_mended(self, house: House, catalog: str) -> None:
        share(house, catalog, "churn")
        patch = '{"data":{"password":"dHdv"},"metadata":{"ownerReferences":null}}'
        house.cluster.kubectl("patch", "secret", "database", f"--patch={patch}")

        house.fine()

        assert house.get("secret/database")["data"] == {"password": "b25l"}
        assert owners(house, "secret/database") == ["churn-rev-aaaaaaaaaa"]


def managers(house: House, source: Mapping[str, Any]) -> set[str]:
    """Who has written the copy; not every kubectl shows it."""
    where = f"namespaces/{house.namespace}/{PLURALS[source['kind']]}/database"
    prefix = "apis" if "/" in source["apiVersion"] else "api"
    found = json.loads(
        house.cluster.kubectl("get", f"--raw=/{prefix}/{source['apiVersion']}/{where}")
    )
    return {each["manager"] for each in found["metadata"]["managedFields"]}


def let_go(house: House, catalog: str, kind: str) -> None:
    words = ("patch", kind, "database", "--type=merge", '--patch={"metadata":{"finalizers":null}}')
    house.cluster.kubectl(*words, f"--namespace={catalog}")


class TestASharedCopy:
    def test_is_owned_by_all_that_need_it_and_goes_with_the_last(
        self, house: House, catalog: str
    ) -> None:
        house.put("idle")
        share(house, catalog, "churn", "sales")
        revisions = ["churn-rev-aaaaaaaaaa", "sales-rev-aaaaaaaaaa"]
        assert owners(house, "secret/database") == revisions

        house.remove("churn")
        house.fine()
        house.cluster.eventually(lambda: owners(house, "secret/database") == revisions[1:])
        house.fine()
        assert owners(house, "secret/database") == revisions[1:]

        house.remove("sales")
        house.fine()
        house.gone("secret/database")

    def test_is_owned_by_every_revision_of_a_notebook(self, house: House, catalog: str) -> None:
        create(house, secret(catalog))
        house.put("churn", needs=[need(catalog)])
        older = file(house, "churn", "controllerrevision-churn-rev-aaaaaaaaaa")
        house.put("churn", older, revision="bbbbbbbbbb", needs=[need(catalog)])
        house.fine()
        both = ["churn-rev-aaaaaaaaaa", "churn-rev-bbbbbbbbbb"]
        assert owners(house, "secret/database") == both

        house.put("churn", revision="cccccccccc")
        house.fine()

        house.gone("secret/database")

    def test_serves_two_hundred_notebooks(self, house: House, catalog: str) -> None:
        """The pure tests and those of the server have a thousand; here it takes too long."""
        create(house, secret(catalog))
        for number in range(200):
            house.put(f"n{number}", needs=[need(catalog)])
            trim(house, f"n{number}")
        house.fine()
        assert len(owners(house, "secret/database")) == 200

        house.put("one-more", needs=[need(catalog)])
        trim(house, "one-more")
        with house.cluster.recording("octavo") as recording:
            house.fine(f"{house.namespace}/one-more")

        assert len(owners(house, "secret/database")) == 201
        assert len([each for each in recording.writes() if "/secrets/" in each.uri]) == 1
        assert len(recording.writes()) == 3

    def test_keeps_the_owners_of_a_bundle_that_is_broken_now(
        self, house: House, catalog: str
    ) -> None:
        share(house, catalog, "churn", "sales")
        (house.place("churn") / "statefulset-churn.yaml").write_text("{")

        assert house.sync().code == 1

        assert len(owners(house, "secret/database")) == 2

    def test_keeps_its_owners_where_not_all_revisions_could_be_listed(
        self, house: House, catalog: str
    ) -> None:
        """The first page has one of the two, and there is no second."""
        share(house, catalog, "churn", "sales")
        path = f"/apis/apps/v1/namespaces/{house.namespace}/controllerrevisions"
        raw = house.cluster.kubectl("get", f"--raw={path}/churn-rev-aaaaaaaaaa")
        page = {
            "kind": "ControllerRevisionList",
            "apiVersion": "apps/v1",
            "metadata": {"continue": "more", "resourceVersion": "1"},
            "items": [json.loads(raw)],
        }

        def first(exchange: Exchange) -> None:
            exchange.reply(200, json.dumps(page).encode(), {"Content-Type": "application/json"})

        with faults(house.cluster.kubeconfig) as proxy:
            proxy.add(lambda _, asked: "continue=more" in asked, status(403))
            proxy.add(lambda _, asked: asked.startswith(f"{path}?"), first)
            ran = house.sync(kubeconfig=proxy.kubeconfig)

        assert ran.code == 1
        assert "its owners are not known" in ran.out
        assert len(owners(house, "secret/database")) == 2

    def test_that_lost_its_owners_goes_when_nothing_needs_it(
        self, house: House, catalog: str
    ) -> None:
        """No garbage collector would take it."""
        share(house, catalog, "churn", "sales")
        patch = '{"metadata":{"ownerReferences":null}}'
        house.cluster.kubectl("patch", "secret", "database", f"--patch={patch}")
        for name in ("churn", "sales"):
            house.put(name, revision="bbbbbbbbbb")

        house.fine()

        assert house.has("secret/database") == [False]


def file(house: House, name: str, which: str) -> Any:
    return json.loads((house.place(name) / f"{which}.yaml").read_text())


def trim(house: House, name: str) -> None:
    """Only what a copy needs: the Notebook and its revision."""
    files = (f"notebook-{name}", f"controllerrevision-{name}-rev-aaaaaaaaaa")
    house.write(name, [file(house, name, each) for each in files])


class TestASourceThatCannotBeCopied:
    @pytest.fixture
    def two(self, house: House, catalog: str) -> House:
        """One notebook needs what is not there, the other nothing."""
        house.put("churn", needs=[need(catalog)])
        house.put("sales")
        return house

    def check(self, house: House, ran: Done, words: str) -> None:
        assert ran.code == 1
        assert words in ran.out
        assert "Secret" in ran.out
        assert all(house.has("statefulset/churn", "statefulset/sales"))
        status, message = condition(house, "churn")
        assert (status, words in message) == ("False", True)
        assert condition(house, "sales")[0] in {"", "True"}

    def test_is_missing(self, two: House, catalog: str) -> None:
        self.check(
            two,
            two.sync(),
            f"Secret {catalog}/database, which is to be copied here, does not exist",
        )

        create(two, secret(catalog))
        two.fine()

        assert two.has("secret/database") == [True]
        assert condition(two, "churn")[0] == "True"

    def test_is_deleted_and_comes_back(self, two: House, catalog: str) -> None:
        create(two, secret(catalog))
        two.fine()
        two.cluster.kubectl("delete", "secret", "database", f"--namespace={catalog}")

        self.check(two, two.sync(), "does not exist")

        assert two.has("secret/database") == [True]
        create(two, secret(catalog, data={"password": "dHdv"}))
        two.fine()
        assert two.get("secret/database")["data"] == {"password": "dHdv"}

    def test_is_forbidden(self, two: House, catalog: str) -> None:
        create(two, secret(catalog))
        with faults(two.cluster.kubeconfig) as proxy:
            path = f"/api/v1/namespaces/{catalog}/secrets/database"
            proxy.add(lambda method, asked: method == "GET" and asked.startswith(path), forbid)
            ran = two.sync(kubeconfig=proxy.kubeconfig)

        self.check(two, ran, "may not be read: grant the agent `get` on it")

    def test_has_a_copy_that_may_not_be_looked_at(self, two: House, catalog: str) -> None:
        create(two, secret(catalog))
        with faults(two.cluster.kubeconfig) as proxy:
            path = f"/api/v1/namespaces/{two.namespace}/secrets/database"
            proxy.add(lambda _, asked: asked.startswith(path), forbid)
            ran = two.sync(kubeconfig=proxy.kubeconfig)

        self.check(two, ran, "cannot be copied")

    def test_is_outside_of_the_namespaces_that_may_be_copied_from(
        self, two: House, catalog: str
    ) -> None:
        create(two, secret(catalog))

        ran = two.sync("--dependency-sources=other-*")

        self.check(two, ran, "is not in a namespace that dependencies may be copied from")
        assert two.has("secret/database") == [False]
        two.fine(f"--dependency-sources={catalog}")
        assert two.has("secret/database") == [True]

    @pytest.mark.parametrize("flags", [(), ("--adopt", "--conflicts=force")])
    def test_has_a_name_that_is_somebody_elses(
        self, two: House, catalog: str, flags: tuple[str, ...]
    ) -> None:
        create(two, secret(catalog))
        create(two, secret(two.namespace, data={"password": "bWluZQ=="}))

        ran = two.sync(*flags)

        self.check(two, ran, "belongs to someone")
        theirs = two.get("secret/database")
        assert theirs["data"] == {"password": "bWluZQ=="}
        assert "labels" not in theirs["metadata"]

    def test_has_a_name_that_a_bundle_has(self, two: House, catalog: str) -> None:
        create(two, secret(catalog))
        own = secret(two.namespace, data={"password": "bWluZQ=="})
        two.put("churn", own, needs=[need(catalog)])

        ran = two.sync()

        self.check(two, ran, "has this name, and a copy is never put over it")
        assert two.get("secret/database")["data"] == {"password": "bWluZQ=="}

    def test_has_a_name_that_another_source_has(self, two: House, catalog: str) -> None:
        create(two, config_map(catalog, "settings"))
        other = {"apiVersion": "v1", "kind": "ConfigMap", "name": "settings"}
        two.put("churn", needs=[{**other, "namespace": catalog}])
        two.put("sales", needs=[{**other, "namespace": "kube-system"}])

        ran = two.sync("--dependency-sources=*,kube-system")

        assert ran.code == 1
        assert f"would be copied over ConfigMap {catalog}/settings" in ran.out
        assert condition(two, "sales")[0] == "False"
        assert condition(two, "churn")[0] in {"", "True"}
        annotations = two.get("configmap/settings")["metadata"]["annotations"]
        assert annotations == {"jackhoman.dev/copied-from": catalog}

    def test_would_grant_something(self, two: House, catalog: str) -> None:
        role = need(catalog, "Role", "admin", "rbac.authorization.k8s.io/v1")
        two.put("churn", needs=[role])

        ran = two.sync()

        assert ran.code == 1
        assert "grants or runs something, and is never copied" in ran.out
