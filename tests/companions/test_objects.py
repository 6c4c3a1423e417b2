"""What the services of a notebook come to: objects of its own, and what they give back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.companions.conftest import Catalog, notebook, one, service, template

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n"
OURS = {
    "app.kubernetes.io/instance": "nb",
    "app.kubernetes.io/managed-by": "octavo",
    "app.kubernetes.io/name": "notebook",
    "jackhoman.dev/notebook": "nb",
    "jackhoman.dev/owner": "alice",
}


def names_of(objects: list[dict[str, Any]]) -> list[str]:
    return [each["metadata"]["name"] for each in objects]


def test_the_spark_cluster_is_the_one_that_the_document_shows(spark: Catalog) -> None:
    assert spark.objects(notebook(owner="vpavlin")) == [
        {
            "apiVersion": "radanalytics.io/v1",
            "kind": "SparkCluster",
            "metadata": {
                "name": "spark-cluster-vpavlin-nb",
                "namespace": "team",
                "labels": {
                    **OURS,
                    "jackhoman.dev/owner": "vpavlin",
                    "opendatahub.io/component": "jupyterhub",
                },
                "annotations": {"jackhoman.dev/runs": "with-notebook"},
            },
            "spec": {
                "worker": {"instances": "1", "memoryLimit": "4Gi"},
                "master": {"memoryLimit": "1Gi"},
            },
        }
    ]


def test_what_it_returns_is_known_by_service_and_name(spark: Catalog) -> None:
    made = spark.made(notebook(owner="vpavlin"))
    assert made.services == {"spark": {"SPARK_CLUSTER": "spark-cluster-vpavlin-nb"}}
    assert made.uses == ("ConfigMap spark-cluster-template",)


def test_a_notebook_without_services_has_nothing(spark: Catalog) -> None:
    made = replace(spark, services={}).made(notebook())
    assert (made.objects, made.services, made.uses, made.problems) == ((), {}, (), ())


@pytest.mark.parametrize(
    ("one_of", "other"),
    [
        (notebook("a"), notebook("b")),
        (notebook("a", "alice"), notebook("a", "bob")),
        (notebook("b-c", "a"), notebook("c", "a-b")),
        (notebook("a", "alice"), notebook("a", None)),
        (notebook("b", "a"), notebook("a-b", None)),
        (notebook("a", "devs"), notebook("a", {"kind": "Group", "name": "devs"})),
        (notebook("a", "Alice"), notebook("a", "alice")),
        (notebook("spark", None), notebook("cluster", None)),
    ],
)
@pytest.mark.parametrize("name", ["spark-{{ user }}", "spark-cluster", "{{ USERNAME }}-spark"])
def test_no_two_notebooks_share_an_object(one_of: Any, other: Any, name: str) -> None:
    catalog = one(CONFIG.replace("config", f'"{name}"'))
    assert names_of(catalog.objects(one_of)) != names_of(catalog.objects(other))


NAMES = {
    "config": "config-alice-nb",
    "config-{{ user }}": "config-alice-nb",
    "{{ user }}": "alice-nb",
    "a.{{ user }}.b": "a.alice-nb.b",
    "malice-nb": "malice-nb-alice-nb",
    "alice-nbs": "alice-nbs-alice-nb",
    "{{ owner.escaped }}": "alice-alice-nb",
    "{{ notebook.name }}": "nb-alice-nb",
}


@pytest.mark.parametrize(("written", "name"), NAMES.items())
def test_what_separates_is_said_once_and_as_a_word(written: str, name: str) -> None:
    assert names_of(one(CONFIG.replace("config", f'"{written}"')).objects(notebook())) == [name]


def test_templates_of_several_config_maps_and_keys_make_one_service() -> None:
    config_maps = (
        template(CONFIG.replace("config", "first"), "a"),
        template(CONFIG.replace("config", "second"), "b", "others"),
    )
    both = "resources: [{name: others, path: b}, {name: templates, path: a}]\n"
    catalog = Catalog(config_maps, {"service": both})
    assert names_of(catalog.objects(notebook())) == ["second-alice-nb", "first-alice-nb"]
    assert catalog.made(notebook()).uses == ("ConfigMap others", "ConfigMap templates")


def test_a_template_may_hold_several_documents() -> None:
    text = f"{CONFIG}---\n{CONFIG.replace('config', 'more')}"
    assert names_of(one(text).objects(notebook())) == ["config-alice-nb", "more-alice-nb"]


def test_a_template_may_loop_over_its_configuration() -> None:
    text = f"{{% for part in parts %}}\n---\n{CONFIG}-{{{{ part }}}}\n{{% endfor %}}"
    catalog = one(text.replace("config\n-", "config-"), configuration={"parts": ["a", "b"]})
    assert names_of(catalog.objects(notebook())) == ["config-a-alice-nb", "config-b-alice-nb"]


@pytest.mark.parametrize("labels", ["", "  labels:\n", "  labels: {app: spark}\n"])
def test_labels_are_added_whether_or_not_the_template_has_any(labels: str) -> None:
    (obj,) = one(CONFIG + labels, labels={"team": "blue"}).objects(notebook())
    own = {"app": "spark"} if "spark" in labels else {}
    assert obj["metadata"]["labels"] == {**OURS, **own, "team": "blue"}


def test_a_service_labels_over_its_template_and_octavo_over_both() -> None:
    text = CONFIG + "  labels: {a: template, b: template, app.kubernetes.io/name: spark}\n"
    labels = {"b": "service", "app.kubernetes.io/managed-by": "somebody"}
    (obj,) = one(text, labels=labels).objects(notebook())
    assert obj["metadata"]["labels"] == {
        **OURS,
        "a": "template",
        "b": "service",
        "app.kubernetes.io/name": "spark",
    }


def test_annotations_of_the_template_stay() -> None:
    (obj,) = one(CONFIG + "  annotations: {a: b}\n").objects(notebook())
    assert obj["metadata"]["annotations"] == {"a": "b", "jackhoman.dev/runs": "with-notebook"}


def test_no_configuration_speaks_for_another_user() -> None:
    stolen = {"user": "bob-nb", "USERNAME": "bob-nb", "notebook": {"name": "x"}, "owner": "bob"}
    text = CONFIG.replace("config", "{{ user }}-{{ USERNAME }}-{{ notebook.name }}")
    (obj,) = one(text, configuration=stolen).objects(notebook())
    assert obj["metadata"]["name"] == "alice-nb-alice-nb-nb"


def test_one_template_serves_two_services() -> None:
    text = template(CONFIG.replace("config", "{{ kind }}"))
    services = {kind: service(configuration={"kind": kind}) for kind in ("red", "blue")}
    catalog = Catalog((text,), services)
    assert names_of(catalog.objects(notebook())) == ["red-alice-nb", "blue-alice-nb"]


RETURNS = {
    "one": ({"A": "metadata.name"}, {"A": "config-alice-nb"}),
    "several": (
        {"A": "data.host", "B": "data.port"},
        {"A": "spark", "B": "7077"},
    ),
    "several matches": ({"A": "list[*].host"}, {"A": "a,b"}),
    "a number": ({"A": "number"}, {"A": "3"}),
    "what Octavo adds": ({"A": "metadata.namespace"}, {"A": "team"}),
}
RICH = """\
apiVersion: example.com/v1
kind: Rich
metadata: {name: config}
data: {host: spark, port: "7077"}
number: 3
list: [{host: a}, {host: b}]
"""


@pytest.mark.parametrize(("paths", "found"), RETURNS.values(), ids=list(RETURNS))
def test_a_service_returns(paths: dict[str, str], found: dict[str, str]) -> None:
    made = one(RICH, **{"return": paths}).made(notebook())
    assert (made.services, made.problems) == ({"service": found}, ())


def test_what_one_of_several_objects_has_is_returned_and_what_all_have_is_joined() -> None:
    paths = {"HOST": "data.host", "NAMES": "metadata.name"}
    made = one(f"{CONFIG}---\n{RICH}", **{"return": paths}).made(notebook())
    names = "config-alice-nb,config-alice-nb"
    assert (made.services, made.problems) == ({"service": {"HOST": "spark", "NAMES": names}}, ())
