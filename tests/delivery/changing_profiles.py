"""Profiles, their services and sizes in a source tree, and every kind of change to them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

State = dict[str, Any]
FILE, MAP, TEMPLATES = "Profiles file", "ConfigMap profiles", "ConfigMap spark"
KEY = "jupyterhub-singleuser-profiles.yaml"


def profile_documents() -> State:
    """A plain file, a labelled ConfigMap, and one with templates of a service."""
    labels = {"jupyterhub.opendatahub.io/user": "profile"}
    return {
        FILE: {
            "profiles": [
                {"name": "globals", "env": {"G": "1"}, "resources": {"limits": {"cpu": "8"}}},
                {"name": "one", "users": ["user-1@example.com"], "env": {"U": "1"}},
                {"name": "served", "users": ["user-2@example.com"], "services": {"spark": spark()}},
            ],
            "sizes": [{"name": "Small", "resources": {"limits": {"cpu": "9"}}}],
        },
        MAP: config_map("more", {KEY: json.dumps({"profiles": [gpus(), {"name": "quiet"}]})})
        | {"metadata": {"name": "more", "namespace": "kf", "labels": labels}},
        TEMPLATES: config_map("spark", {"cluster": cluster("1")}),
    }


def config_map(name: str, data: State) -> State:
    metadata = {"name": name, "namespace": "kf"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def spark() -> State:
    return {
        "resources": [{"name": "spark", "path": "cluster"}],
        "configuration": {"workers": 1},
        "return": {"SPARK": "metadata.name"},
    }


def gpus() -> State:
    return {"name": "images", "images": ["y:1"], "gpu": 1}


def cluster(size: str) -> str:
    return (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'spark-{{ user }}'}\n"
        f"data: {{workers: '{{{{ workers }}}}', size: '{size}'}}\n"
    )


def in_file(state: State) -> State:
    found: State = state["docs"].get(FILE) or {"profiles": [{}], "sizes": [{}]}
    return found


def of_map(state: State) -> State:
    found: State = json.loads(state["docs"][MAP]["data"][KEY]) if MAP in state["docs"] else {}
    return found


def into_map(state: State, profiles: State) -> None:
    if MAP in state["docs"]:
        state["docs"][MAP]["data"][KEY] = json.dumps(profiles)


def what_a_profile_says(state: State, random: Random) -> None:
    profile = random.choice(in_file(state)["profiles"])
    key, value = random.choice([
        ("env", {"G": random.choice("123"), "U": "2"}),
        ("resources", {"requests": {"cpu": random.choice(["1", "2"])}}),
        ("node_tolerations", [{"key": random.choice("ab"), "operator": "Exists"}]),
        ("volumes", [{"name": "d", "emptyDir": {}}]),
        ("gpu", 1),
    ])
    if profile.pop(key, None) != value:
        profile[key] = value


def whom_a_profile_is_for(state: State, random: Random) -> None:
    profile = random.choice(in_file(state)["profiles"])
    key, value = random.choice([
        ("users", [f"user-{random.randrange(3)}@example.com"]),
        ("images", [random.choice(["x:1", "y", "base:0"])]),
    ])
    if profile.pop(key, None) != value:
        profile[key] = value


def the_order_of_profiles(state: State, random: Random) -> None:
    random.shuffle(in_file(state)["profiles"])


def a_profile_more_or_less(state: State, random: Random) -> None:
    profiles = in_file(state)["profiles"]
    if len(profiles) > 2:
        del profiles[random.randrange(len(profiles))]
    else:
        profiles.append({"name": random.choice(["globals", "new"]), "env": {"N": "1"}})


def a_profile_in_a_config_map(state: State, random: Random) -> None:
    found = of_map(state)
    for profile in found.get("profiles", ()):
        profile["env"] = {"M": random.choice("123")}
    into_map(state, found)


def types_of_gpus(state: State, random: Random) -> None:
    found = of_map(state)
    key = random.choice("ab")
    found["gpuTypes"] = [{"node_tolerations": [{"key": key, "operator": "Exists"}]}]
    into_map(state, found)


def a_size_of_profiles(state: State, random: Random) -> None:
    size = in_file(state)["sizes"][0]
    size["resources"] = {"limits": {"cpu": random.choice(["9", "10"])}}


def a_chosen_size(state: State, random: Random) -> None:
    spec = random.choice(sorted(state["notebooks"].items()))[1][0]["spec"]
    spec["size"] = random.choice(["Small", "Default", "s0"])


def a_template_of_a_service(state: State, random: Random) -> None:
    if TEMPLATES in state["docs"]:
        state["docs"][TEMPLATES]["data"]["cluster"] = cluster(random.choice("123"))


def a_service(state: State, random: Random) -> None:
    profile = random.choice(in_file(state)["profiles"])
    service = spark() | {"configuration": {"workers": random.randrange(3)}}
    profile["services"] = {random.choice(["spark", "other"]): service}


def a_removed_document_of_profiles(state: State, random: Random) -> None:
    state["docs"].pop(random.choice([FILE, MAP, TEMPLATES]), None)


def a_line_more_above(state: State, random: Random) -> None:
    """Moves every place in a file of profiles."""
    in_file(state)["ui"] = {str(number): "x" for number in range(random.randrange(3))}
    if FILE in state["docs"]:
        state["docs"][FILE] = dict(sorted(state["docs"][FILE].items(), reverse=True))


CHANGES_OF_PROFILES = [
    *(what_a_profile_says, whom_a_profile_is_for, the_order_of_profiles, a_profile_more_or_less),
    *(a_profile_in_a_config_map, types_of_gpus, a_size_of_profiles, a_chosen_size),
    *(a_template_of_a_service, a_service, a_removed_document_of_profiles, a_line_more_above),
]
