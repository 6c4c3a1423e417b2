"""What can be set only once stays with who set it: taken and dropped, it would be refused."""

from __future__ import annotations

from typing import Any

import pytest

from sync.adoption import takeover

MADE: dict[str, Any] = {
    "f:accessModes": {},
    "f:resources": {"f:requests": {"f:storage": {}}},
}


@pytest.mark.parametrize(
    "once", ["f:dataSource", "f:dataSourceRef", "f:selector", "f:storageClassName", "f:volumeName"]
)
def test_a_claim_keeps_where_its_data_came_from(once: str) -> None:
    entry = {
        "manager": "kubectl-client-side-apply",
        "operation": "Update",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {**MADE, once: {}}},
    }
    meta = {"name": "home", "resourceVersion": "1", "managedFields": [entry]}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta}
    steps = takeover(claim)
    assert steps is not None
    ours, theirs = steps[1]["value"]
    assert (ours["manager"], ours["fieldsV1"]) == ("octavo", {"f:spec": MADE})
    assert theirs["manager"] == "kubectl-client-side-apply"
    assert theirs["fieldsV1"] == {"f:spec": {once: {}}}
