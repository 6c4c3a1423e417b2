"""Kinds that a server is taught: the Notebook, and what a test makes up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from controlplane.cluster import Cluster

from sync import crd

ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def teach_notebooks(cluster: Cluster) -> str:
    """Install the Notebook's definition; gives its name."""
    cluster.apply(crd.text(), "--force-conflicts", manager="octavo-tests")
    established(cluster, crd.NAME)
    return crd.NAME


def established(cluster: Cluster, *names: str) -> None:
    """Wait until these definitions are in force."""
    found = [f"crd/{each}" for each in names]
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", *found)


def definition(
    group: str,
    kind: str,
    schema: Mapping[str, Any] | None = None,
    versions: Sequence[str] = ("v1",),
) -> str:
    """A custom kind, stored in its first version; without a schema it takes everything.

    So most do: no list tells its items apart.
    """
    plural = f"{kind.lower()}s"
    found = {"openAPIV3Schema": schema or ANYTHING}
    return json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [
                {"name": each, "served": True, "storage": each == versions[0], "schema": found}
                for each in versions
            ],
        },
    })


@contextmanager
def installed(
    cluster: Cluster, group: str, schemas: Mapping[str, Mapping[str, Any] | None]
) -> Iterator[None]:
    """Custom kinds that are there for a while."""
    names = [f"{kind.lower()}s.{group}" for kind in schemas]
    for kind, schema in schemas.items():
        cluster.kubectl("create", "--filename=-", stdin=definition(group, kind, schema))
    try:
        established(cluster, *names)
        yield
    finally:
        cluster.kubectl("delete", "--wait=false", *(f"crd/{each}" for each in names))
