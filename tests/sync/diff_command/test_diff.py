"""What would change, as the server sees it; asked by dry runs, and nothing is written."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from controlplane.audit import Recording
from controlplane.webhook import Patch, Review, Rules, webhook

from tests.sync.bundles_of import Desk
from tests.sync.program import Done, good

FORMATS = ["human", "json", "markdown"]


def asked(desk: Desk, *words: str) -> tuple[Done, Recording]:
    with desk.recording() as recording:
        done = desk.diff(*words)
    assert recording.requests(), "nothing was recorded"
    assert recording.writes() == []
    return done, recording


def changed(desk: Desk) -> None:
    desk.begin()
    desk.objects["service"]["spec"]["ports"][0]["targetPort"] = 9999
    desk.objects["statefulset"]["metadata"]["labels"]["is"] = "new"
    del desk.objects["statefulset"]["spec"]["template"]["metadata"]["labels"]["jackhoman.dev/owner"]
    desk.commit()


def test_nothing_to_do_is_said_and_is_0(desk: Desk) -> None:
    desk.begin()

    done, recording = asked(desk)

    assert (done.code, done.out, done.err) == (0, "nothing to do\n", "")
    assert recording.dry_runs() == []


def test_changes_are_shown_by_field_and_are_1(desk: Desk) -> None:
    changed(desk)

    done, _ = asked(desk)

    assert done.code == 1
    assert "targetPort" in done.out
    assert "9999" in done.out
    assert "jackhoman.dev/owner" in done.out
    assert "resourceVersion" not in done.out
    assert done.out.endswith("2 to update\n")


def test_a_program_reads_json(desk: Desk) -> None:
    changed(desk)

    done, _ = asked(desk, "--format=json")

    told = json.loads(done.out)
    assert (done.code, told["summary"]["update"]) == (1, 2)
    service = next(each for each in told["changes"] if each["kind"] == "Service")
    (difference,) = service["differences"]
    assert (difference["before"], difference["after"]) == (8888, 9999)
    assert not done.out.endswith("\n\n")


def test_a_pull_request_gets_markdown(desk: Desk) -> None:
    changed(desk)

    done, _ = asked(desk, "--format=markdown")

    assert done.code == 1
    assert "**There are changes.**" in done.out
    assert "```diff" in done.out


@pytest.mark.parametrize("form", FORMATS)
def test_no_value_of_a_secret_is_shown(desk: Desk, form: str) -> None:
    def secret(value: str) -> dict[str, object]:
        meta = {"name": "churn-key", "namespace": desk.cluster.namespace}
        text = base64.b64encode(value.encode()).decode()
        return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": {"key": text}}

    desk.objects["secret"] = secret("first-value")
    desk.begin()
    desk.objects["secret"] = secret("second-value")
    desk.commit()

    done, _ = asked(desk, f"--format={form}")

    assert done.code == 1
    assert "churn-key" in done.out
    for value in ("first-value", "second-value"):
        assert value not in done.said
        assert base64.b64encode(value.encode()).decode() not in done.said


def test_a_new_notebook_is_shown_whole(desk: Desk) -> None:
    desk.commit()

    done, recording = asked(desk)

    assert done.code == 1
    assert done.out.endswith(f"{len(desk.objects)} to create\n")
    assert len(recording.dry_runs()) == len(desk.objects)
    assert desk.cluster.get("notebook", "churn") is None


def test_a_new_namespace_is_shown_with_what_is_in_it(desk: Desk) -> None:
    name = f"{desk.cluster.namespace}-new"
    text = json.dumps(desk.objects).replace(desk.cluster.namespace, name)
    there = replace(desk.tree, namespace=name)
    there.write(f"notebooks/{name}/churn", json.loads(text))
    meta = {"name": name, "annotations": {"jackhoman.dev/keep": "true"}}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}
    there.write(f"namespaces/{name}", {"namespace": space})

    done = desk.diff(f"--namespaces={name}")

    assert done.code == 1, done.said
    assert "not tried on the server" in done.out
    assert done.out.endswith(f"{len(desk.objects) + 1} to create\n")
    assert desk.cluster.get("namespace", name) is None


def test_what_cannot_be_is_2(desk: Desk) -> None:
    desk.begin()
    text = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "churn"}}
    text["spec"] = {"selector": {"jackhoman.dev/part": "other"}}
    desk.cluster.apply(json.dumps(text), "--force-conflicts", manager="another-tool")

    done, _ = asked(desk)

    assert done.code == 2
    assert "another-tool" in done.out
    assert asked(desk, "--conflicts=yield")[0].code == 0
    assert asked(desk, "--conflicts=force")[0].code == 1


def test_what_was_removed_is_shown(desk: Desk) -> None:
    desk.begin()
    del desk.objects["service"]
    desk.commit()

    done, _ = asked(desk)

    assert (done.code, done.out.endswith("1 to delete\n")) == (1, True), done.said


def test_one_notebook_may_be_named(desk: Desk) -> None:
    changed(desk)
    namespace = desk.cluster.namespace
    other = json.loads(json.dumps(desk.objects).replace("churn", "other"))
    desk.tree.write(f"notebooks/{namespace}/other", other)

    done, _ = asked(desk, f"{namespace}/churn")

    assert done.out.endswith("2 to update\n"), done.said
    assert "other" not in done.out


def test_what_webhooks_make_is_no_difference(desk: Desk, tmp_path: Path) -> None:
    def mirrored(review: Review) -> Patch:
        path = "/spec/template/spec/containers/0/image"
        image = review["object"]["spec"]["template"]["spec"]["containers"][0]["image"]
        value = f"mirror/{image.removeprefix('mirror/')}"
        return [{"op": "replace", "path": path, "value": value}]

    with webhook(desk.cluster, Rules(("statefulsets",), ("apps",)), mirrored):
        desk.begin()
        for each in (desk, desk.forgetful(tmp_path / "empty")):
            done, _ = asked(each)
            assert (done.code, done.out) == (0, "nothing to do\n")


def test_what_takes_two_writes_is_told_in_words(desk: Desk) -> None:
    desk.begin()
    step = {"op": "replace", "path": "/spec/ports/0/port", "value": 81}
    desk.patch("service", "churn", [step], how="json")
    desk.objects["role-other"] = json.loads(json.dumps(desk.objects["role-owner"]))
    desk.objects["role-other"]["metadata"]["name"] = "churn-other"
    desk.objects["rolebinding-owner"]["roleRef"]["name"] = "churn-other"
    desk.commit()

    done, _ = asked(desk)

    assert done.code == 1, done.said
    assert "changed by hand" in done.out
    assert "made anew" in done.out
    good(desk.sync())
    assert asked(desk)[0].code == 0
