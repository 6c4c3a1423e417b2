"""The pure half of `octavo explain`: from the steps of a composition to its fields."""

from typing import Any

import pytest

from renderer.cli.explain import as_json, as_text
from renderer.cli.terminal import Pen
from renderer.compose.composer import Step
from renderer.compose.explain import Field, explain, find, known_paths
from renderer.compose.layers import LayerName
from renderer.compose.trace import Traced
from renderer.merge import merge
from renderer.model.fragments import Fragment, Reference
from renderer.position import Document, Origin, Position


def at(line: int, layer: LayerName = LayerName.TEMPLATE) -> Any:
    """A value set at this line of this layer."""

    def traced(value: Any) -> Traced:
        return Traced(value, Position(f"{layer.value}.yaml", line, 1), layer.value)

    return traced


def fragment(kind: str, name: str) -> Fragment:
    document = Document(f"{name}.yaml", {}, (0, None))
    return Fragment(kind, Reference(name, "team"), {}, Origin(document))


def steps_of(*patches: tuple[LayerName, str, Any]) -> tuple[Step, ...]:
    steps: list[Step] = []
    pod: Any = {}
    for layer, name, patch in patches:
        pod = merge(pod, patch)
        steps.append(Step(layer, fragment("PodDefault", name), pod))
    return tuple(steps)


def main(**fields: Any) -> dict[str, Any]:
    name = Traced("main", Position("template.yaml", 2, 1), "template")
    return {"spec": {"containers": [{"name": name, **fields}]}}


def by_name(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {field.name: field for field in fields}


TEMPLATE, SIZE, NOTEBOOK = LayerName.TEMPLATE, LayerName.SIZE, LayerName.NOTEBOOK


def test_a_field_knows_who_set_it_and_what_that_replaced_newest_first() -> None:
    steps = steps_of(
        (TEMPLATE, "jupyter", main(image=at(3)("a:1"))),
        (SIZE, "big", main(image=at(7, SIZE)("a:2"))),
        (NOTEBOOK, "churn", main(image=at(9, NOTEBOOK)("a:3"))),
    )
    field = by_name(explain(steps))["spec.containers[main].image"]
    assert (field.setting.value, field.setting.layer, field.setting.position) == (
        "a:3",
        "notebook",
        Position("notebook.yaml", 9, 1),
    )
    assert field.setting.source == "PodDefault team/churn"
    assert [(earlier.value, earlier.layer) for earlier in field.overrode] == [
        ("a:2", "size"),
        ("a:1", "template"),
    ]


def test_a_field_that_nobody_touched_again_overrode_nothing() -> None:
    steps = steps_of(
        (TEMPLATE, "jupyter", main(image=at(3)("a:1"))),
        (SIZE, "big", main(tty=at(7, SIZE)("yes"))),
    )
    fields = by_name(explain(steps))
    assert fields["spec.containers[main].image"].overrode == ()
    assert fields["spec.containers[main].tty"].setting.layer == "size"


def test_who_only_says_which_item_is_meant_overrides_nothing() -> None:
    again = {"spec": {"containers": [{"name": at(9, NOTEBOOK)("main"), "tty": True}]}}
    steps = steps_of((TEMPLATE, "jupyter", main()), (NOTEBOOK, "churn", again))
    name = by_name(explain(steps))["spec.containers[main].name"]
    assert name.setting.position == Position("template.yaml", 2, 1)
    assert name.overrode == ()


def test_who_says_the_same_again_has_the_last_word() -> None:
    steps = steps_of(
        (TEMPLATE, "jupyter", main(image=at(3)("a:1"))),
        (NOTEBOOK, "churn", main(image=at(9, NOTEBOOK)("a:1"))),
    )
    image = by_name(explain(steps))["spec.containers[main].image"]
    assert image.setting.position.line == 9
    assert [earlier.position.line for earlier in image.overrode] == [3]


def test_a_value_in_other_words_is_still_what_was_written() -> None:
    first = main(cpu=at(3)(4))
    steps = (
        Step(TEMPLATE, fragment("Template", "jupyter"), first),
        Step(LayerName.OCTAVO, None, main(cpu=at(3)("4"))),
    )
    cpu = by_name(explain(steps))["spec.containers[main].cpu"]
    assert (cpu.setting.value, cpu.setting.source) == ("4", "Template team/jupyter")
    assert cpu.overrode == ()


def test_items_keep_their_history_when_others_come_before_them() -> None:
    env = [{"name": at(4)("A"), "value": at(5)("1")}]
    first = steps_of((TEMPLATE, "jupyter", main(env=env)))[0]
    container = first.pod["spec"]["containers"][0]
    new = {"name": at(1, NOTEBOOK)("NEW"), "value": at(2, NOTEBOOK)("x")}
    pod = {"spec": {"containers": [{**container, "env": [new, *env]}]}}
    fields = explain((first, Step(LayerName.OCTAVO, None, pod)))
    assert [field.name for field in fields] == [
        "spec.containers[main].name",
        "spec.containers[main].env[NEW].name",
        "spec.containers[main].env[NEW].value",
        "spec.containers[main].env[A].name",
        "spec.containers[main].env[A].value",
    ]
    assert all(field.overrode == () for field in fields)
    assert fields[1].setting.source == "Octavo"


def test_what_was_taken_away_is_no_field() -> None:
    first, second = {"spec": {"hostname": at(1)("a")}}, {"spec": {"subdomain": at(2)("b")}}
    steps = (
        Step(TEMPLATE, fragment("Template", "t"), first),
        Step(SIZE, fragment("Size", "s"), second),
    )
    assert [field.name for field in explain(steps)] == ["spec.subdomain"]


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"volumes": [{"name": "home"}]}, "spec.volumes[home].name"),
        ({"args": ["-v"]}, "spec.args[0]"),
        ({"tolerations": [{"operator": "Exists"}]}, "spec.tolerations[0].operator"),
        ({"ports": [{"containerPort": 80}]}, "spec.ports[80].containerPort"),
        ({"volumeMounts": [{"mountPath": "/x"}]}, "spec.volumeMounts[/x].mountPath"),
        ({"env": [{"name": "A"}, {"name": "A"}]}, "spec.env[0].name"),
        ({"nodeSelector": {"a.b/c": "d"}}, "spec.nodeSelector[a.b/c]"),
        ({"securityContext": {}}, "spec.securityContext"),
    ],
)
def test_paths_read_like_this(spec: Any, name: str) -> None:
    (field, *_) = explain((Step(TEMPLATE, fragment("Template", "t"), {"spec": spec}),))
    assert field.name == name


def test_a_value_that_nobody_wrote_is_placed_at_its_fragment() -> None:
    (field,) = explain((Step(TEMPLATE, fragment("Template", "t"), {"spec": {}}),))
    assert field.setting.position == Position("t.yaml", 1, 1)
    assert field.setting.layer == "template"


MOUNTS = {
    "spec": {
        "containers": [
            {
                "name": "main",
                "env": [{"name": "A", "value": "1"}, {"name": "0", "value": "2"}],
                "volumeMounts": [{"name": "home", "mountPath": "/home/a.b"}],
            }
        ]
    },
    "metadata": {"annotations": {"a.b/c": "d"}},
}
FIELDS = explain((Step(TEMPLATE, fragment("Template", "t"), MOUNTS),))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("spec.containers[main].env[A].value", ["spec.containers[main].env[A].value"]),
        ("spec.containers[0].env[A].value", ["spec.containers[main].env[A].value"]),
        ("spec.containers.main.env.A.value", ["spec.containers[main].env[A].value"]),
        (
            "spec.containers[main].env[1]",
            ["spec.containers[main].env[0].name", "spec.containers[main].env[0].value"],
        ),
        # What an item is called counts before where it stands.
        ("spec.containers[main].env[0].value", ["spec.containers[main].env[0].value"]),
        (
            "spec.containers[main].volumeMounts[/home/a.b].name",
            ["spec.containers[main].volumeMounts[/home/a.b].name"],
        ),
        ("metadata.annotations[a.b/c]", ["metadata.annotations[a.b/c]"]),
        ("metadata.annotations.a.b/c", ["metadata.annotations[a.b/c]"]),
        ("metadata", ["metadata.annotations[a.b/c]"]),
        ("spec.containers[other]", []),
        ("spec.contain", []),
        ("spec.containers[main].envX", []),
        ("metadata.annotations.a.b/c.d", []),
    ],
)
def test_a_path_finds_a_field_or_all_below_it(path: str, found: list[str]) -> None:
    assert [field.name for field in find(FIELDS, path)] == found


def test_every_field_is_found_by_its_own_name() -> None:
    assert FIELDS
    for field in FIELDS:
        assert find(FIELDS, field.name) == (field,)


def test_known_paths_are_those_of_fields_and_of_what_holds_them() -> None:
    known = list(known_paths(FIELDS))
    assert "spec" in known
    assert "spec.containers[main].env[A]" in known
    assert len(known) == len(set(known))


SECRETS = explain(
    steps_of(
        (TEMPLATE, "jupyter", main(env=[{"name": at(3)("API_TOKEN"), "value": at(4)("sesame")}])),
        (NOTEBOOK, "churn", main(env=[{"name": at(8)("API_TOKEN"), "value": at(9)("other")}])),
    )
)


def test_people_read_the_value_its_place_and_what_it_overrode() -> None:
    steps = steps_of(
        (TEMPLATE, "jupyter", main(image=at(3)("a:1"))),
        (NOTEBOOK, "churn", main(image=at(9, NOTEBOOK)("a:3"))),
    )
    fields = [by_name(explain(steps))["spec.containers[main].image"]]
    assert as_text(fields, lambda place: place, Pen()) == (
        'spec.containers[main].image: "a:3"\n'
        "  notebook: PodDefault team/churn, notebook.yaml:9\n"
        '  overrode "a:1", template: PodDefault team/jupyter, template.yaml:3\n'
    )


def test_values_of_variables_that_sound_secret_are_not_shown() -> None:
    text = as_text(SECRETS, lambda place: place, Pen())
    assert "sesame" not in text + as_json("a/b", SECRETS, lambda place: place)
    assert 'env[API_TOKEN].value: "***"\n' in text
    assert 'overrode "***", template' in text


def test_long_values_are_cut_and_lines_stay_lines() -> None:
    field = explain(steps_of((TEMPLATE, "t", {"spec": {"hostname": at(1)("x\n\x1b" * 99)}})))
    first, _ = as_text(field, lambda place: place, Pen()).splitlines()
    assert first.startswith('spec.hostname: "x\\n\\u001b')
    assert first.endswith("...")
    assert len(first) < 200
