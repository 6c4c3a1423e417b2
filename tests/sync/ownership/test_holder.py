"""Whom an object belongs to, from its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sync.marks import AGENT, APPLYSET_ID, COPY, PART_OF, TOOLING, applyset_id
from sync.ownership import Holder, applied, holder

OURS = applyset_id("research", "resnet50")
THEIRS = applyset_id("research", "other")
DATA: dict[str, Any] = {"f:data": {"f:a": {}}}
ARGO = "argocd.argoproj.io/tracking-id"
HELM = "meta.helm.sh/release-name"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
FLUX = "kustomize.toolkit.fluxcd.io"
FLUX_HELM = "helm.toolkit.fluxcd.io"


def entry(
    manager: str, operation: str = "Update", fields: Any = None, subresource: str = ""
) -> dict[str, Any]:
    """What the server remembers of one manager."""
    found = {
        "manager": manager,
        "operation": operation,
        "fieldsV1": DATA if fields is None else fields,
    }
    return {**found, "subresource": subresource} if subresource else found


def octavo(*labels: str) -> dict[str, Any]:
    """Our entry, in which we set these labels."""
    set_labels: dict[str, Any] = {f"f:{label}": {} for label in labels}
    return entry("octavo", "Apply", {"f:metadata": {"f:labels": set_labels}, **DATA})


def thing(
    *managers: Mapping[str, Any],
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    owners: Any = None,
    kind: str = "ConfigMap",
) -> dict[str, Any]:
    api_version = "jackhoman.dev/v1beta1" if kind == "Notebook" else "v1"
    metadata: dict[str, Any] = {"name": "resnet50", "namespace": "research"}
    metadata |= {"labels": labels, "annotations": annotations, "ownerReferences": owners}
    metadata["managedFields"] = list(managers)
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {field: value for field, value in metadata.items() if value},
    }


def controller(kind: str, *, controls: bool = True) -> list[Mapping[str, Any]]:
    return [{"apiVersion": "v1", "kind": kind, "name": "web", "uid": "1", "controller": controls}]


MARKS = {AGENT: "octavo", PART_OF: OURS}
APPLIED = octavo(AGENT, PART_OF)
LITTLE: list[Any] = [None, {"f:data": {}}, {"f:metadata": {}}]


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(thing(APPLIED, labels=MARKS), id="what we applied and marked"),
        pytest.param(thing(octavo()), id="what somebody took our labels from"),
        pytest.param(
            thing(octavo(PART_OF), entry("kubectl-label"), labels={**MARKS, AGENT: "other"}),
            id="what somebody, and no agent, put another agent's label on",
        ),
        pytest.param(
            thing(APPLIED, entry("kubectl-edit"), labels=MARKS), id="what somebody has edited"
        ),
        pytest.param(
            thing(
                APPLIED,
                entry("kubectl-client-side-apply"),
                labels=MARKS,
                annotations={LAST_APPLIED: "{}"},
            ),
            id="what somebody has applied from their side",
        ),
        pytest.param(
            thing(APPLIED, entry("argocd-controller", fields={"f:status": {}}), labels=MARKS),
            id="what another tool wrote only the status of",
        ),
        pytest.param(
            thing(APPLIED, entry("argocd-controller", subresource="status"), labels=MARKS),
            id="what another tool wrote only a subresource of",
        ),
        pytest.param(
            thing(APPLIED, entry("argocd-controller", fields={"f:metadata": {}}), labels=MARKS),
            id="what another tool wrote only marks on",
        ),
        pytest.param(
            thing(APPLIED, labels=MARKS, owners=controller("Notebook", controls=False)),
            id="what has an owner that does not control it",
        ),
        *(
            pytest.param(
                thing({**APPLIED, "fieldsV1": fields}, labels={**MARKS, AGENT: "other"}),
                id=f"what the server remembers little of: {fields}",
            )
            for fields in LITTLE
        ),
    ],
)
def test_it_is_ours(live: Mapping[str, Any]) -> None:
    assert holder(live, "octavo", OURS) is None


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (thing(octavo(AGENT), labels={AGENT: "other"}), "the agent `other`"),
        (thing(labels={AGENT: "other"}), "the agent `other`"),
        (thing(entry("kubectl"), labels={AGENT: "other", PART_OF: OURS}), "the agent `other`"),
        (thing(octavo(AGENT), labels={**MARKS, PART_OF: "a-v1"}), "another ApplySet (a-v1)"),
        (thing(entry("kubectl", "Apply"), labels={PART_OF: "a-v1"}), "another ApplySet (a-v1)"),
        (thing(labels={**MARKS, PART_OF: "a-v1"}), "another ApplySet (a-v1)"),
        (
            thing(APPLIED, labels=MARKS, annotations={ARGO: "team-a:apps/Deployment:x/y"}),
            "Argo CD (tracking id team-a)",
        ),
        (thing(APPLIED, entry("argocd-controller", "Apply"), labels=MARKS), "Argo CD"),
        (thing(APPLIED, entry("argocd-application-controller"), labels=MARKS), "Argo CD"),
        (
            thing(APPLIED, labels={**MARKS, f"{FLUX}/name": "apps", f"{FLUX}/namespace": "infra"}),
            "Flux Kustomization infra/apps",
        ),
        (
            thing(labels={f"{FLUX_HELM}/name": "jupyter", f"{FLUX_HELM}/namespace": "infra"}),
            "Flux HelmRelease infra/jupyter",
        ),
        (thing(labels={f"{FLUX_HELM}/name": "jupyter"}), "Flux HelmRelease jupyter"),
        (thing(APPLIED, entry("kustomize-controller", "Apply"), labels=MARKS), "Flux"),
        (thing(entry("helm-controller")), "Flux"),
        (
            thing(APPLIED, labels=MARKS, owners=controller("Deployment")),
            "Deployment web, which controls it",
        ),
        (
            thing(octavo(AGENT, COPY), labels={AGENT: "octavo", COPY: "true"}),
            "this agent, as the copy of a dependency",
        ),
    ],
)
def test_it_is_somebody_elses_for_good(live: Mapping[str, Any], words: str) -> None:
    assert holder(live, "octavo", OURS) == Holder(words, adoptable=False)


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (thing(entry("helm"), annotations={HELM: "hub"}), "Helm release hub"),
        (thing(APPLIED, labels=MARKS, annotations={HELM: "hub"}), "Helm release hub"),
        (thing(entry("helm")), "Helm"),
        (thing(APPLIED, entry("helm"), labels=MARKS), "Helm"),
        (thing(entry("kubectl-client-side-apply")), "kubectl apply"),
        (thing(annotations={LAST_APPLIED: "{}"}), "kubectl apply"),
        (thing(entry("kubectl-create")), "someone (made by kubectl-create)"),
        (
            thing(*map(entry, ("a", "b", "a", "c", "d"))),
            "someone (made by a, b, c and 1 more)",
        ),
        (thing(*map(entry, "abc")), "someone (made by a, b, c)"),
        (
            thing(entry("kubectl-create"), labels={COPY: "true"}),
            "someone (made by kubectl-create)",
        ),
        (thing(entry("")), "someone (nothing says who made it)"),
        (thing(), "someone (nothing says who made it)"),
        (thing(labels=MARKS), "someone (nothing says who made it)"),
        (thing(entry("octavo", "Update"), labels=MARKS), "someone (made by octavo)"),
        (
            thing(entry("octavo", "Apply", subresource="status"), labels=MARKS),
            "someone (nothing says who made it)",
        ),
        (
            thing(APPLIED, labels={AGENT: "octavo", PART_OF: THEIRS}),
            f"another notebook of this agent ({THEIRS})",
        ),
    ],
)
def test_it_may_be_taken_over_where_that_is_asked_for(live: Mapping[str, Any], words: str) -> None:
    assert holder(live, "octavo", OURS) == Holder(words, adoptable=True)


@pytest.mark.parametrize(
    ("live", "belongs"),
    [
        (thing(octavo(AGENT), labels={AGENT: "octavo"}), None),
        (thing(APPLIED, labels=MARKS), None),
        (thing(octavo(AGENT), labels=MARKS), Holder(f"another ApplySet ({OURS})", adoptable=False)),
        (
            thing(octavo(PART_OF), labels={PART_OF: OURS}),
            Holder(f"another ApplySet ({OURS})", adoptable=False),
        ),
        (thing(octavo(AGENT, COPY), labels={AGENT: "octavo", COPY: "true"}), None),
    ],
    ids=["never in a set", "was in our set", "was put into a set", "unmarked", "a copy"],
)
def test_what_is_to_be_in_no_set(live: Mapping[str, Any], belongs: Holder | None) -> None:
    assert holder(live, "octavo", None) == belongs


def test_metadata_alone_is_read() -> None:
    live = {"metadata": thing(APPLIED, labels=MARKS)["metadata"]}

    assert holder(live, "octavo", OURS) is None
    assert holder(live, "another", OURS) == Holder("the agent `octavo`", adoptable=False)


@pytest.mark.parametrize(
    ("name", "said"),
    [("a" * 1_000_000, "a" * 80 + "..."), ("two\nlines\x1b[0m", "two?lines?[0m")],
    ids=["a megabyte", "control characters"],
)
def test_what_others_wrote_is_said_on_one_short_line(name: str, said: str) -> None:
    found = holder(thing(annotations={HELM: name}), "octavo", OURS)

    assert found == Holder(f"Helm release {said}", adoptable=True)


@pytest.mark.parametrize(
    ("live", "ours"),
    [
        (thing(octavo()), True),
        (thing(), False),
        (thing(entry("octavo", "Update")), False),
        (thing(entry("octavo", "Apply", subresource="status")), False),
        (thing(entry("octavo-status", "Apply")), False),
        ({}, False),
    ],
)
def test_we_applied_it(live: Mapping[str, Any], *, ours: bool) -> None:
    assert applied(live) is ours


# --- a Notebook, on which its owner may write anything


TAMPERED = [
    pytest.param({"labels": {APPLYSET_ID: "applyset-x-v1"}}, id="another id"),
    pytest.param({"labels": {PART_OF: "applyset-x-v1"}}, id="part of another set"),
    pytest.param({"labels": {AGENT: "other"}}, id="another agent's label"),
    pytest.param({"labels": {f"{FLUX}/name": "a"}}, id="Flux's label"),
    pytest.param({"annotations": {TOOLING: "kubectl/v1.30.0"}}, id="another tool's set"),
    pytest.param({"annotations": {ARGO: "a"}}, id="Argo CD's annotation"),
    pytest.param({"annotations": {HELM: "a"}}, id="Helm's annotation"),
    pytest.param({"owners": controller("Deployment")}, id="a controller"),
]


@pytest.mark.parametrize("written", TAMPERED)
def test_no_claim_on_a_notebook_locks_us_out_of_what_we_applied(written: dict[str, Any]) -> None:
    live = thing(octavo(), entry("kubectl-edit"), kind="Notebook", **written)

    assert holder(live, "octavo", None) is None


@pytest.mark.parametrize("written", TAMPERED)
def test_a_notebook_that_we_never_applied_is_somebody_elses(written: dict[str, Any]) -> None:
    live = thing(entry("kubectl-create"), kind="Notebook", **written)
    found = holder(live, "octavo", None)

    assert found is not None
    assert found.adoptable is (HELM in written.get("annotations", {}))


@pytest.mark.parametrize("written", TAMPERED)
def test_the_members_of_a_notebook_are_witnesses(written: dict[str, Any]) -> None:
    live = thing(kind="Notebook", **written)

    assert holder(live, "octavo", None, witnessed=True) is None


def test_a_witness_speaks_of_notebooks_only() -> None:
    assert holder(thing(), "octavo", OURS, witnessed=True) is not None


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (thing(octavo(AGENT), labels={AGENT: "other"}, kind="Notebook"), "the agent `other`"),
        (thing(octavo(), entry("argocd-controller", "Apply"), kind="Notebook"), "Argo CD"),
        (thing(octavo(), entry("kustomize-controller", "Apply"), kind="Notebook"), "Flux"),
    ],
)
def test_who_else_works_on_a_notebook_is_not_fought(live: Mapping[str, Any], words: str) -> None:
    assert holder(live, "octavo", None) == Holder(words, adoptable=False)


def test_a_notebook_with_our_own_marks_and_no_memory_of_us_may_be_taken_over() -> None:
    labels = {AGENT: "octavo", APPLYSET_ID: OURS}
    live = thing(kind="Notebook", labels=labels, annotations={TOOLING: "octavo/v9.0.0"})

    assert holder(live, "octavo", None) == Holder(
        "someone (nothing says who made it)", adoptable=True
    )
