"""A bundle that is fit to be applied, and everything that makes one unfit, in words."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from sync.bundles import Bundle, build
from sync.errors import BundleError
from sync.objects import GroupKind, Key
from sync.policy import DEFAULT_KINDS, Policy

AT = "notebooks/team-a/churn"
SPACE = "namespaces/team-a"
TO_SET = "is the cluster's to set: take it out"
OURS = "is the agent's own mark: take it out"
OTHERS = "is another tool's mark: take it out"
WITH_NOTEBOOK = {"jackhoman.dev/runs": "with-notebook"}
BESIDE = "jackhoman.dev/runs is for what stands beside a notebook: take it out"
CLUSTER_ROLE = GroupKind("rbac.authorization.k8s.io", "ClusterRole")

Object = dict[str, Any]


def text(value: Any) -> bytes:
    """JSON is YAML."""
    return orjson.dumps(value)


def listing(*names: Any, **fields: Any) -> bytes:
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(names),
    }
    return text(kustomization | fields)


def an_object(api_version: str, kind: str, name: Any = "churn", **metadata: Any) -> Object:
    place = {"name": name, "namespace": "team-a"}
    return {"apiVersion": api_version, "kind": kind, "metadata": place | metadata}


NOTEBOOK = an_object("jackhoman.dev/v1beta1", "Notebook")
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}}
QUOTA = an_object("v1", "ResourceQuota", "notebooks")


def service(**metadata: Any) -> Object:
    return an_object("v1", "Service", **metadata)


def files(*objects: Any) -> dict[str, bytes]:
    """One file an object: a.yaml, b.yaml and so on, listed."""
    named = {f"{letter}.yaml": text(each) for letter, each in zip("abcdef", objects, strict=False)}
    return {"kustomization.yaml": listing(*named)} | named


def built(given: Mapping[str, bytes], directory: str = AT, **policy: Any) -> Bundle:
    return build(directory, "oid", given, Policy(**policy))


def problems(given: Mapping[str, bytes], directory: str = AT, **policy: Any) -> list[str]:
    with pytest.raises(BundleError) as caught:
        built(given, directory, **policy)
    return str(caught.value).splitlines()


def test_a_notebooks_bundle() -> None:
    bundle = built(files(NOTEBOOK, service()))
    assert (bundle.directory, bundle.namespace, bundle.name) == (AT, "team-a", "churn")
    assert bundle.oid == "oid"
    assert [member.key for member in bundle.members] == [
        Key("jackhoman.dev", "Notebook", "team-a", "churn"),
        Key("", "Service", "team-a", "churn"),
    ]
    assert [member.load() for member in bundle.members] == [NOTEBOOK, service()]
    assert [member.file for member in bundle.members] == ["a.yaml", "b.yaml"]
    assert bundle.notebook is bundle.members[0]
    assert bundle.notebook.api_version == "jackhoman.dev/v1beta1"


def test_a_namespaces_bundle() -> None:
    bundle = built(files(NAMESPACE, QUOTA), SPACE)
    assert (bundle.directory, bundle.namespace, bundle.name) == (SPACE, "team-a", "")
    assert [str(member.key) for member in bundle.members] == [
        "Namespace team-a",
        "ResourceQuota team-a/notebooks",
    ]
    assert bundle.notebook is None


def test_the_order_is_that_of_the_list_and_not_of_the_names() -> None:
    given = files(service(), NOTEBOOK) | {"kustomization.yaml": listing("b.yaml", "a.yaml")}
    assert [member.file for member in built(given).members] == ["b.yaml", "a.yaml"]


def test_what_is_loaded_is_the_callers() -> None:
    member = built(files(NOTEBOOK)).members[0]
    member.load()["metadata"]["name"] = "other"
    assert member.load() == NOTEBOOK


def test_the_same_files_are_the_same_bundle() -> None:
    assert built(files(NOTEBOOK, service())) == built(files(NOTEBOOK, service()))


def test_files_that_are_no_manifests_may_lie_beside() -> None:
    assert built(files(NOTEBOOK) | {"README.md": b"\xff", ".gitkeep": b""}).members


NO_LISTS: tuple[Object, ...] = ({"resources": []}, {"resources": "a.yaml"}, {"resources": None})
NO_KUSTOMIZATIONS: tuple[Object, ...] = (
    {"kind": "Component"},
    {"kind": []},
    {"apiVersion": "v1"},
    {"apiVersion": {}},
)
LISTINGS = [
    ({}, "it is missing (half-written?): render the bundle again"),
    (
        files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", "b.yaml")},
        "it lists b.yaml, which is not there (half-written?): render the bundle again",
    ),
    *(
        (
            files(NOTEBOOK) | {name: text(service())},
            f'"{name}" is there and not listed (half-written?): '
            "render the bundle again, or remove the file",
        )
        for name in ("b.yaml", "b.yml", "b.YAML", "b.json", "kustomization.yml", "more/b.yaml")
    ),
    (
        files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", "a.yaml")},
        "it lists a.yaml 2 times",
    ),
    *(
        (
            files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", name)},
            f"`resources` holds what is no name of a file beside it: {shown}",
        )
        for name, shown in [
            ("../../b.yaml", '"../../b.yaml"'),
            ("sub/b.yaml", '"sub/b.yaml"'),
            ("/etc/b.yaml", '"/etc/b.yaml"'),
            ("https://example.com/b.yaml", '"https://example.com/b.yaml"'),
            (".hidden.yaml", '".hidden.yaml"'),
            ("b.yaml\n", '"b.yaml\\n"'),
            ("", '""'),
            ("kustomization.yaml", '"kustomization.yaml"'),
            (1, "1"),
            (None, "null"),
            ({}, "{}"),
        ]
    ),
    *(
        (
            files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", **fields)},
            "`resources` is no list of files: a bundle holds at least one object",
        )
        for fields in NO_LISTS
    ),
    (
        files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", patches=[], namePrefix="x")},
        'only `resources` is understood here, not "namePrefix", "patches": render the bundle again',
    ),
    *(
        (
            files(NOTEBOOK) | {"kustomization.yaml": listing("a.yaml", **fields)},
            "this is no Kustomization of kustomize.config.k8s.io/v1beta1",
        )
        for fields in NO_KUSTOMIZATIONS
    ),
]


@pytest.mark.parametrize(("given", "message"), LISTINGS)
def test_a_list_that_does_not_fit_the_directory(given: dict[str, bytes], message: str) -> None:
    assert problems(given)[0] == f"{AT}/kustomization.yaml: {message}"


def test_a_list_that_is_no_yaml() -> None:
    given = files(NOTEBOOK) | {"kustomization.yaml": b"resources: *all"}
    message = "1:12: aliases are not supported: write the value out"
    assert problems(given) == [f"{AT}/kustomization.yaml:{message}"]


@pytest.mark.parametrize(
    "directory",
    [
        "notebooks/team-a",
        "notebooks/team-a/churn/more",
        "notebooks/Team/churn",
        "notebooks/team-a/..",
        "notebooks/../churn",
        "notebooks/team.a/churn",
        f"notebooks/{'a' * 64}/churn",
        "notebooks/team-a/",
        "namespaces/",
        "namespaces/team-a/churn",
        "other/team-a/churn",
        "team-a",
        "",
        "notebooks/team-a/chu%72n",
        "notebooks/team-a/churn\n",
    ],
)
def test_a_directory_that_is_no_bundles(directory: str) -> None:
    (message,) = problems(files(NOTEBOOK), directory)
    assert message == (
        f"{ascii(directory)[1:-1]}: a bundle is in notebooks/NAMESPACE/NAME or in "
        "namespaces/NAMESPACE, named as Kubernetes names things"
    )


@pytest.mark.parametrize("namespaces", [("team-b",), ("team-b*",), ()])
def test_a_namespace_that_is_not_this_agents(namespaces: tuple[str, ...]) -> None:
    (message,) = problems(files(NOTEBOOK), namespaces=namespaces)
    assert message == f"{AT}: the namespace team-a is none that this agent may change"


def test_the_clusters_own_namespaces_are_nobodys() -> None:
    (message,) = problems({}, "namespaces/kube-system")
    assert message.endswith("the namespace kube-system is none that this agent may change")


def test_too_many_files() -> None:
    given = {f"{number}.yaml": b"" for number in range(1001)}
    assert problems(given) == [f"{AT}: 1,001 files, where 1,000 are allowed"]


def without(field: str) -> Object:
    return {key: value for key, value in service().items() if key != field}


def unnamed(**metadata: Any) -> Object:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "team-a", **metadata}}


def binding(**role: Any) -> Object:
    return an_object("rbac.authorization.k8s.io/v1", "RoleBinding") | {"roleRef": role}


RBAC = "rbac.authorization.k8s.io"
MALFORMED_NAMES: tuple[Any, ...] = (
    *("a/b", "..", "a..b", "a%2fb", "a b", "A", "-a", "a-", "a_b", "system:a", "a\n", "é", ""),
    *("a" * 64, ".".join(["a" * 60] * 5), 1, True, [], {}, "a?b", "a#b"),
)
ONLY_A_ROLE = f"roleRef must name a Role of {RBAC} in the same namespace, nothing else"

OBJECTS = [
    (without("apiVersion"), "apiVersion is missing"),
    (without("kind"), "kind is missing"),
    (without("metadata"), "metadata is missing, or no mapping"),
    (service() | {"metadata": []}, "metadata is missing, or no mapping"),
    (unnamed(), "metadata.name is missing"),
    (unnamed(name=None), "metadata.name is missing"),
    *(
        (unnamed(name=name), "metadata.name is nothing that Kubernetes would take")
        for name in MALFORMED_NAMES
    ),
    *(
        (service() | {"kind": kind}, "kind is nothing that Kubernetes would take")
        for kind in ("service", "Ser/vice", "Ser vice", "", 1, "Service\n", "S" * 64, ["Service"])
    ),
    *(
        (service() | {"apiVersion": version}, "apiVersion is nothing that Kubernetes would take")
        for version in ("", "/v1", "apps/", "apps/v1/x", "../v1", "v1?a=b", "v1\n", "Apps/v1", 1)
    ),
    (
        unnamed(name="a", generateName="a-"),
        "metadata.generateName would make a new object each time: give it a name",
    ),
    *(
        (
            an_object(version, kind),
            f"{said} is none of the kinds that this agent may apply: its operator allows it by"
            f" --extra-kinds={said}, or in the chart by extraKinds",
        )
        for version, kind, said in (
            ("v1", "Pod", "Pod"),
            ("v1", "List", "List"),
            (f"{RBAC}/v1", "ClusterRole", f"ClusterRole.{RBAC}"),
            ("example.com/v1", "Service", "Service.example.com"),
        )
    ),
    *(
        (service(namespace=place), "metadata.namespace is not team-a, as the directory is called")
        for place in ("team-b", "", None, "Team-A", "team-a/../b", "*", ["team-a"])
    ),
    (
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}},
        "metadata.namespace is missing: only objects of the namespace team-a are applied from "
        "here, none of the cluster itself",
    ),
    (NAMESPACE, "the Namespace team-a belongs into namespaces/team-a"),
    (
        an_object("jackhoman.dev/v1beta1", "Notebook", "other"),
        "the Notebook is called other, and the directory churn",
    ),
    *(
        (service(**{field: value}), f"metadata.{field} {TO_SET}")
        for field, value in {
            "ownerReferences": [],
            "uid": "1",
            "resourceVersion": "1",
            "managedFields": [],
            "finalizers": ["a/b"],
            "creationTimestamp": None,
            "deletionTimestamp": "2020-01-01T00:00:00Z",
            "generation": 1,
            "selfLink": "/a",
        }.items()
    ),
    (service(**{"x\x1b": 1}), f"metadata.x\\u001b {TO_SET}"),
    *(
        (service(**{where: {mark: "x"}}), f"metadata.{where}: {mark} {OURS}")
        for where in ("labels", "annotations")
        for mark in (
            "jackhoman.dev/agent",
            "jackhoman.dev/copied-from",
            "jackhoman.dev/copy",
            "jackhoman.dev/namespace-bundle",
        )
    ),
    *(
        (service(**{where: {mark: "x"}}), f"metadata.{where}: {mark} {OTHERS}")
        for where in ("labels", "annotations")
        for mark in (
            "applyset.kubernetes.io/id",
            "applyset.kubernetes.io/part-of",
            "applyset.kubernetes.io/contains-group-kinds",
            "argocd.argoproj.io/instance",
            "argocd.argoproj.io/tracking-id",
            "helm.toolkit.fluxcd.io/name",
            "helm.toolkit.fluxcd.io/namespace",
            "kustomize.toolkit.fluxcd.io/name",
            "kustomize.toolkit.fluxcd.io/namespace",
            "kubectl.kubernetes.io/last-applied-configuration",
            "meta.helm.sh/release-name",
        )
    ),
    (service(labels=[]), "metadata.labels is no mapping"),
    (service(annotations=None), "metadata.annotations is no mapping"),
    (service(labels={"a": 1}), "metadata.labels: the value of a is no text: quote it"),
    (service(annotations={"a": True}), "metadata.annotations: the value of a is no text: quote it"),
    (
        service(annotations={"jackhoman.dev/conflicts": "Force"}),
        "metadata.annotations: jackhoman.dev/conflicts must be one of fail, force, yield",
    ),
    *(
        (
            service(annotations={f"jackhoman.dev/{name}": "yes"}),
            f"metadata.annotations: jackhoman.dev/{name} must be one of true, false",
        )
        for name in ("keep", "suspend")
    ),
    (
        service(annotations={"jackhoman.dev/runs": "always"}),
        "metadata.annotations: jackhoman.dev/runs must be one of with-notebook",
    ),
    (
        an_object("apps/v1", "ControllerRevision", annotations=WITH_NOTEBOOK),
        f"metadata.annotations: {BESIDE}",
    ),
    (service() | {"status": {}}, f"status {TO_SET}"),
    (binding(apiGroup=RBAC, kind="ClusterRole", name="admin"), ONLY_A_ROLE),
    (binding(apiGroup="", kind="Role", name="a"), ONLY_A_ROLE),
    (binding(apiGroup=RBAC, kind="Role", name="system:a"), ONLY_A_ROLE),
    (binding(apiGroup=RBAC, kind="Role"), ONLY_A_ROLE),
    (binding(), ONLY_A_ROLE),
    (an_object(f"{RBAC}/v1", "RoleBinding"), ONLY_A_ROLE),
    (binding() | {"roleRef": "admin"}, ONLY_A_ROLE),
]


@pytest.mark.parametrize(("obj", "message"), OBJECTS)
def test_an_object_that_is_not_applied(obj: Object, message: str) -> None:
    assert problems(files(NOTEBOOK, obj)) == [f"{AT}/b.yaml: {message}"]


@pytest.mark.parametrize(
    "obj",
    [
        service(annotations={"jackhoman.dev/conflicts": "force", "jackhoman.dev/keep": "true"}),
        service(annotations={"kustomize.toolkit.fluxcd.io/prune": "disabled"}),
        service(annotations={"argocd.argoproj.io/sync-options": "Prune=false"}),
        service(labels={"app.kubernetes.io/instance": "churn", "jackhoman.dev/notebook": "churn"}),
        an_object("v1", "Secret", "a.b-c.0"),
        an_object("apps/v1", "Deployment", ".".join(["a" * 63] * 3 + ["a" * 61])),
        binding(apiGroup=RBAC, kind="Role", name="churn-owner"),
    ],
)
def test_an_object_that_is_applied(obj: Object) -> None:
    assert built(files(NOTEBOOK, obj)).members[1].load() == obj


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        (
            [NAMESPACE | {"metadata": {"name": "team-b"}}],
            "a.yaml: the Namespace team-b belongs into namespaces/team-b",
        ),
        (
            [NAMESPACE | {"metadata": {"name": "team-a", "namespace": "team-a"}}],
            "a.yaml: a Namespace is in no namespace: take metadata.namespace out",
        ),
        ([NOTEBOOK], "a.yaml: the Notebook churn belongs into notebooks/team-a/churn"),
        ([NAMESPACE, NAMESPACE], "b.yaml: Namespace team-a is in a.yaml, too"),
    ],
)
def test_what_a_namespaces_bundle_must_not_hold(objects: list[Object], message: str) -> None:
    assert problems(files(*objects), SPACE) == [f"{SPACE}/{message}"]


def test_a_bundle_without_its_notebook() -> None:
    assert problems(files(service())) == [
        f"{AT}: there is no Notebook in this bundle: render it again"
    ]


def test_two_notebooks() -> None:
    assert problems(files(NOTEBOOK, NOTEBOOK)) == [
        f"{AT}/b.yaml: Notebook team-a/churn is in a.yaml, too"
    ]


def test_one_object_in_two_versions_is_there_twice() -> None:
    ingress = [an_object(f"networking.k8s.io/{each}", "Ingress") for each in ("v1", "v1beta1")]
    assert problems(files(NOTEBOOK, *ingress)) == [
        f"{AT}/c.yaml: Ingress team-a/churn is in b.yaml, too"
    ]


class TestWhatRunsWithItsNotebook:
    WORKLOAD = an_object("apps/v1", "StatefulSet")
    SPARK = an_object("v1", "ConfigMap", "spark", annotations=WITH_NOTEBOOK)
    CACHE = an_object("apps/v1", "StatefulSet", "cache", annotations=WITH_NOTEBOOK)

    def test_is_applied_before_the_workload_and_the_rest_as_it_is_listed(self) -> None:
        found = built(files(NOTEBOOK, self.CACHE, QUOTA, self.WORKLOAD, service(), self.SPARK))
        names = [f"{each.key.kind}/{each.key.name}" for each in found.members]
        assert names == [
            "Notebook/churn",
            "ResourceQuota/notebooks",
            "StatefulSet/cache",
            "ConfigMap/spark",
            "StatefulSet/churn",
            "Service/churn",
        ]

    def test_is_told_apart_from_the_workload_of_the_notebook_by_every_reader(self) -> None:
        found = built(files(NOTEBOOK, self.CACHE, self.WORKLOAD, self.SPARK))
        again: Bundle = pickle.loads(pickle.dumps(found))  # noqa: S301  as by another process
        assert again == found
        assert [each.key.name for each in again.company] == ["cache", "spark"]
        assert again.workload
        assert again.workload.key.name == "churn"

    def test_stays_where_it_is_listed_without_a_workload(self) -> None:
        found = built(files(NOTEBOOK, self.SPARK, service(), self.CACHE))
        assert [each.file for each in found.members] == ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
        assert found.workload is None

    def test_is_neither_the_notebook_nor_what_a_namespace_has(self) -> None:
        mine = an_object("jackhoman.dev/v1beta1", "Notebook", annotations=WITH_NOTEBOOK)
        assert problems(files(mine)) == [f"{AT}/a.yaml: metadata.annotations: {BESIDE}"]
        given = files(QUOTA | {"metadata": QUOTA["metadata"] | {"annotations": WITH_NOTEBOOK}})
        said = problems(given, SPACE)
        assert said == [f"{SPACE}/a.yaml: metadata.annotations: {BESIDE}"]


def test_a_file_of_two_documents() -> None:
    given = files(NOTEBOOK, service())
    given["b.yaml"] += b"\n---\n" + text(QUOTA)
    message = "2:1: a second document: one object a file is expected"
    assert problems(given) == [f"{AT}/b.yaml:{message}"]


def test_kinds_are_the_operators_to_choose() -> None:
    role = an_object(f"{RBAC}/v1", "ClusterRole")
    cluster_wide = role | {"metadata": {"name": "churn"}}
    kinds = DEFAULT_KINDS | {CLUSTER_ROLE}
    assert "none of the kinds" in problems(files(NOTEBOOK, service()), kinds=frozenset())[0]
    assert "none of the cluster itself" in problems(files(NOTEBOOK, cluster_wide), kinds=kinds)[0]


def test_all_problems_are_said_at_once() -> None:
    given = files(
        an_object("jackhoman.dev/v1beta1", "Notebook", "other", uid="1"),
        service(finalizers=[], labels={"applyset.kubernetes.io/id": "x"}) | {"status": {}},
        QUOTA,
        QUOTA,
    )
    given |= {"z.yaml": b"", "e.yaml": b"a: yes"}
    given["kustomization.yaml"] = listing(*(f"{letter}.yaml" for letter in "abcdefg"))
    assert problems(given) == [
        f"{AT}/kustomization.yaml: it lists f.yaml, which is not there (half-written?): "
        "render the bundle again",
        f"{AT}/kustomization.yaml: it lists g.yaml, which is not there (half-written?): "
        "render the bundle again",
        f'{AT}/kustomization.yaml: "z.yaml" is there and not listed (half-written?): '
        "render the bundle again, or remove the file",
        f"{AT}/a.yaml: the Notebook is called other, and the directory churn",
        f"{AT}/a.yaml: metadata.uid {TO_SET}",
        f"{AT}/b.yaml: metadata.finalizers {TO_SET}",
        f"{AT}/b.yaml: metadata.labels: applyset.kubernetes.io/id {OTHERS}",
        f"{AT}/b.yaml: status {TO_SET}",
        f"{AT}/e.yaml:1:4: readers of YAML differ in what this unquoted value is: quote it",
        f"{AT}/d.yaml: ResourceQuota team-a/notebooks is in c.yaml, too",
    ]


def test_no_message_repeats_a_value() -> None:
    secret = an_object("v1", "Secret", labels={"a": ["hunter2"]}) | {
        "data": {"password": "hunter2"},
        "status": "hunter2",
    }
    assert "hunter2" not in "\n".join(problems(files(NOTEBOOK, secret)))
