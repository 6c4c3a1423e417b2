"""A source tree as plain values, and every kind of change that people make to one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.delivery.changing_profiles import (
    CHANGES_OF_PROFILES,
    FILE,
    MAP,
    TEMPLATES,
    profile_documents,
)

API = "jackhoman.dev/v1beta1"
State = dict[str, Any]


def start() -> State:
    """A tree in which each document of the catalog is used by some notebooks and not by others."""
    return {
        "settings": {
            "values": {"a": "one"},
            "groups": {"team": ["user-1@example.com"]},
            "namespaces": {},
        },
        "files": {
            "catalog/templates.yaml": ["Template t0", "Template t1"],
            "catalog/more.yaml": ["Template t2", "Size s0", "Size s1"],
            "catalog/defaults.yaml": [f"PodDefault p{n}" for n in range(6)],
            "catalog/profiles.yaml": [FILE],
            "catalog/services.yaml": [MAP, TEMPLATES],
        },
        "docs": {
            **{f"Template t{n}": template(n) for n in range(3)},
            **{f"PodDefault p{n}": pod_default(n) for n in range(6)},
            **{f"Size s{n}": size(n) for n in range(2)},
            **profile_documents(),
        },
        "notebooks": {f"n{n}.yaml": [notebook(n)] for n in range(9)},
        "charts": {},
        "comments": {},
    }


def document(kind: str, name: str, spec: State, namespace: str = "kf") -> State:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def template(number: int) -> State:
    container: State = {"name": "main", "image": f"base:{number}"}
    if number:  # without a port there is a warning, which names a place in the catalog
        container["ports"] = [{"name": "http", "containerPort": 8888}]
    spec: State = {
        "template": {"spec": {"containers": [container]}},
        "required": ["p0"] if number < 2 else [],
        "images": [{"id": "x", "image": "x:1"}, {"id": "y", "image": "y:1", "deprecated": "old"}],
        "defaultSize": "s0",
        "home": {"size": "1Gi", "mountPath": "/home/jovyan"},
    }
    return document("Template", f"t{number}", spec)


def pod_default(number: int) -> State:
    value = "{{ values.a }}" if number % 2 else f"v{number}"
    env = [{"name": f"V{number}", "value": value}]
    spec: State = {"template": {"spec": {"containers": [{"name": "main", "env": env}]}}}
    if number in {3, 4}:
        spec["match"] = [{"images": ["y:*"]}, {"groups": ["team"]}][number - 3]
    if number == 5:
        needed = {"apiVersion": "v1", "kind": "Secret", "name": "login"}
        spec["dependencies"] = [needed]
    return document("PodDefault", f"p{number}", spec)


def size(number: int) -> State:
    return document("Size", f"s{number}", {"resources": {"requests": {"cpu": str(number + 1)}}})


def notebook(number: int) -> State:
    spec: State = {
        "templateRef": {"name": f"t{number % 3}", "namespace": "kf"},
        "owner": f"user-{number % 3}@example.com",
        "options": [["p1"], ["p2", "p5"], []][number % 3],
    }
    if number % 2:
        spec["image"] = "xy"[number % 4 == 1]
    if number % 4 == 2:
        spec["size"] = "s1"
    if number % 5 == 3:
        spec["updatePolicy"] = "Ignore"
    made = document("Notebook", f"n{number}", spec, f"team-{number % 2}")
    made["metadata"]["labels"] = {"tier": str(number % 2)}
    return made


def docs_of(state: State, kind: str) -> list[str]:
    return [key for key in state["docs"] if key.startswith(kind)]


def pick(state: State, random: Random, kind: str) -> State:
    keys = docs_of(state, kind)
    found: State = state["docs"][random.choice(keys)] if keys else document(kind, "none", {})
    return found


def main_of(item: State) -> State:
    main: State = item["spec"]["template"]["spec"]["containers"][0]
    return main


def an_image(state: State, random: Random) -> None:
    if docs_of(state, "Template"):
        main_of(pick(state, random, "Template"))["image"] = f"base:{random.randrange(9)}"


def a_chosen_image(state: State, random: Random) -> None:
    images = pick(state, random, "Template")["spec"].get("images") or [{}]
    random.choice(images)[random.choice(["image", "deprecated"])] = f"z:{random.randrange(9)}"


def a_port(state: State, random: Random) -> None:
    if docs_of(state, "Template"):
        main = main_of(pick(state, random, "Template"))
        if main.pop("ports", None) is None:
            main["ports"] = [{"name": "http", "containerPort": random.choice([8888, 8787])}]


def what_is_required(state: State, random: Random) -> None:
    spec = pick(state, random, "Template")["spec"]
    spec["required"] = random.sample(["p0", "p1", "p2", "p3"], random.randrange(3))


def what_may_be_chosen(state: State, random: Random) -> None:
    spec = pick(state, random, "Template")["spec"]
    spec["options"] = ["p1", "p2", "p5", *random.sample(["p3", "p4"], 1)]


def a_default_size(state: State, random: Random) -> None:
    pick(state, random, "Template")["spec"]["defaultSize"] = random.choice(["s0", "s1"])


def a_home(state: State, random: Random) -> None:
    home = {
        "size": f"{random.randrange(1, 4)}Gi",
        "mountPath": random.choice(["/home/a", "/home/b"]),
    }
    pick(state, random, "Template")["spec"]["home"] = home


def a_template_s_namespaces(state: State, random: Random) -> None:
    pick(state, random, "Template")["spec"]["namespaces"] = random.choice([["*"], ["team-0"]])


def a_variable(state: State, random: Random) -> None:
    if docs_of(state, "PodDefault"):
        main = main_of(pick(state, random, "PodDefault"))
        main["env"][0]["value"] = random.choice(["{{ values.a }}", "x", "y"])


def a_match(state: State, random: Random) -> None:
    spec = pick(state, random, "PodDefault")["spec"]
    rules: list[State | None] = [
        None,
        {"namespaces": ["team-1"]},
        {"images": ["x:*"]},
        {"users": ["user-2*"]},
        {"labels": {"tier": "1"}},
        {"templates": ["t1"]},
    ]
    rule = random.choice(rules)
    spec.pop("match", None)
    if rule is not None:
        spec["match"] = rule


def a_dependency(state: State, random: Random) -> None:
    spec = pick(state, random, "PodDefault")["spec"]
    needed: State = {
        "apiVersion": "v1",
        "kind": "Secret",
        "name": random.choice(["login", "other"]),
    }
    if random.random() < 0.5:
        needed["namespaces"] = ["team-0"]
    if spec.pop("dependencies", None) is None or random.random() < 0.5:
        spec["dependencies"] = [needed]


def what_happens_on_conflict(state: State, random: Random) -> None:
    pick(state, random, "PodDefault")["spec"]["onConflict"] = random.choice(["Fail", "Override"])


def a_size(state: State, random: Random) -> None:
    requests = {"cpu": str(random.randrange(1, 9))}
    pick(state, random, "Size")["spec"]["resources"] = {"requests": requests}


def a_removed_document(state: State, random: Random) -> None:
    for kind in ("PodDefault p3", "PodDefault p4", "PodDefault p2", "Template t2"):
        if kind in state["docs"] and random.random() < 0.4:
            del state["docs"][kind]


def a_document_again(state: State, random: Random) -> None:
    """One of a name that is there in another namespace: plain names may mean another one."""
    number = random.randrange(6)
    again = pod_default(number)
    again["metadata"]["namespace"] = random.choice(["kf", "team-0", "other"])
    key = f"PodDefault p{number} {again['metadata']['namespace']}"
    state["docs"].setdefault(key, again)
    if not any(key in keys for keys in state["files"].values()):
        state["files"]["catalog/defaults.yaml"].append(key)


def a_moved_document(state: State, random: Random) -> None:
    source, target = random.sample(sorted(state["files"]), 2)
    if state["files"][source]:
        state["files"][target].insert(0, state["files"][source].pop())


def a_renamed_catalog_file(state: State, random: Random) -> None:
    name = random.choice(sorted(state["files"]))
    state["files"][f"catalog/{random.randrange(99)}.yaml"] = state["files"].pop(name)


def a_comment(state: State, random: Random) -> None:
    name = random.choice([*state["files"], *state["notebooks"], "octavo.yaml"])
    state["comments"][name] = state["comments"].get(name, 0) + 1


def a_value(state: State, random: Random) -> None:
    state["settings"]["values"] = {"a": random.choice(["one", "two"])}


def a_group(state: State, random: Random) -> None:
    users = [f"user-{n}@example.com" for n in range(3) if random.random() < 0.5]
    state["settings"]["groups"] = {"team": users}


def a_setting(state: State, random: Random) -> None:
    key, value = random.choice([
        ("networkPolicy", True),
        ("revisionHistoryLimit", 1),
        ("revisionHistoryLimit", 2),
        ("clusterDomain", "other.local"),
        ("routing", {"kind": "istio", "host": "h.example.com", "gateway": "a/b"}),
        ("kubernetes", "1.33"),
    ])
    if state["settings"].pop(key, None) != value:
        state["settings"][key] = value


def a_policy(state: State, random: Random) -> None:
    labels = {"team": str(random.randrange(3))}
    state["settings"]["namespaces"] = {"policies": {"team-0": {"labels": labels}}}


def a_target(state: State, random: Random) -> None:
    eu: State = {"path": "eu", "values": {"a": random.choice(["one", "eu"])}}
    us: State = {"path": "us", "namespaces": [random.choice(["team-*", "team-1"])]}
    if random.random() < 0.5:
        us["labels"] = {"tier": "1"}
    if random.random() < 0.3:
        state["settings"].pop("targets", None)
    else:
        state["settings"]["targets"] = {"eu": eu, "us": us}


def a_chart_file(state: State, random: Random) -> None:
    name = random.choice(["notebook/more.yaml", "namespace/more.yaml"])
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more%s}\ndata: {a: '%d'}\n"
    label = "" if name.startswith("namespace") else "-{{ name }}"
    if state["charts"].pop(name, None) is None:
        state["charts"][name] = text % (label, random.randrange(3))


def a_notebook(state: State, random: Random) -> None:
    spec = random.choice(sorted(state["notebooks"].items()))[1][0]["spec"]
    key, value = random.choice([
        ("size", "s1"),
        ("image", "y"),
        ("options", ["p3"]),
        ("updatePolicy", "Ignore"),
        ("owner", "user-1@example.com"),
        ("home", {"size": "9Gi"}),
        ("targets", ["eu"]),
        ("stopped", True),
    ])
    if spec.pop(key, None) != value:
        spec[key] = value


def a_removed_notebook(state: State, random: Random) -> None:
    if len(state["notebooks"]) > 3:
        del state["notebooks"][random.choice(sorted(state["notebooks"]))]


def a_renamed_notebook_file(state: State, random: Random) -> None:
    name = random.choice(sorted(state["notebooks"]))
    state["notebooks"][f"r{random.randrange(99)}.yaml"] = state["notebooks"].pop(name)


def two_in_one_file(state: State, random: Random) -> None:
    one, other = random.sample(sorted(state["notebooks"]), 2)
    state["notebooks"][one].extend(state["notebooks"].pop(other))


def nothing(_: State, __: Random) -> None:
    """Leaves everything as it is."""


CHANGES: list[Callable[[State, Random], None]] = [
    *(an_image, a_chosen_image, a_port, what_is_required, what_may_be_chosen, a_default_size),
    *(a_home, a_template_s_namespaces, a_variable, a_match, a_dependency),
    *(what_happens_on_conflict, a_size, a_removed_document, a_document_again),
    *(a_moved_document, a_renamed_catalog_file, a_comment, a_value, a_group, a_setting),
    *(a_policy, a_target, a_chart_file, a_notebook, a_removed_notebook),
    *(a_renamed_notebook_file, two_in_one_file, nothing),
    *CHANGES_OF_PROFILES,
]


def lay_out(state: State, tree: Path) -> None:
    """Writes what differs from what stands, and removes what is no more."""
    wanted = {"octavo.yaml": text_of([state["settings"]], state["comments"].get("octavo.yaml", 0))}
    for name, keys in state["files"].items():
        docs = [state["docs"][key] for key in keys if key in state["docs"]]
        wanted[name] = text_of(docs, state["comments"].get(name, 0))
    for name, docs in state["notebooks"].items():
        wanted[f"notebooks/{name}"] = text_of(docs, state["comments"].get(name, 0))
    wanted |= {f"charts/{name}": text for name, text in state["charts"].items()}
    for path in [path for path in tree.rglob("*") if path.is_file()]:
        if path.relative_to(tree).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = tree / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def text_of(docs: list[State], comments: int) -> str:
    written = "\n---\n".join(json.dumps(each, indent=1) for each in docs)
    return "# more\n" * comments + written + "\n"
