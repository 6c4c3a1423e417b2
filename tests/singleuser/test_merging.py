"""Profiles over one another: what each user of each image, at each size, is given."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from renderer.singleuser import SingleuserProfiles
from tests.seeds.example import PROFILES

ANY = "s2i-minimal-notebook:3.6"
THOTH, SPARK = "s2i-thoth-notebook:3.6", "s2i-spark-notebook:3.6"

NOTHING: dict[str, Any] = {
    "name": "",
    "users": [],
    "images": [],
    "env": {},
    "node_tolerations": [],
    "node_affinity": {},
    "resources": {},
    "services": {},
}


def amounts(request: str, cpu: str, limit: str, cpu_limit: str) -> dict[str, Any]:
    return {
        "requests": {"memory": request, "cpu": cpu},
        "limits": {"memory": limit, "cpu": cpu_limit},
    }


GLOBAL_ENV = [
    {"name": "THIS_IS_GLOBAL", "value": "This will appear in all singleuser pods"},
    {
        "name": "MYAPP_SECRET_TOKEN",
        "valueFrom": {"secretKeyRef": {"key": "SECRET_TOKEN", "name": "testing-secret-token"}},
    },
    {
        "name": "MY_CONFIGMAP_VALUE",
        "valueFrom": {"configMapKeyRef": {"name": "myconfigmap", "key": "mykey"}},
    },
]
THOTH_ENV = [
    {"name": "THOTH_DEPLOYMENT_NAME", "value": "thoth-test-core"},
    {"name": "THOTH_CEPH_BUCKET", "value": "DH-DEV-DATA"},
    {"name": "THOTH_CEPH_BUCKET_PREFIX", "value": "data/thoth"},
    {"name": "THOTH_JANUSGRAPH_PORT", "value": "80"},
]
GLOBAL = {
    **NOTHING,
    "name": "globals",
    "env": GLOBAL_ENV,
    "volumes": [],
    "resources": amounts("500Mi", "250m", "1Gi", "500m"),
}
SPECIAL: dict[str, Any] = {
    "node_tolerations": [
        {
            "key": "some_node_label",
            "operator": "Equal",
            "value": "label_target_value",
            "effect": "NoSchedule",
        }
    ],
    "node_affinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {
                    "matchExpressions": [
                        {
                            "key": "some_node_label",
                            "operator": "In",
                            "values": ["label_target_value_1", "label_target_value_2"],
                        }
                    ]
                }
            ]
        }
    },
}
SERVICES = {
    "spark": {
        "resources": [{"name": "spark-cluster-template", "path": "sparkClusterTemplate"}],
        "configuration": {
            "worker_instances": 1,
            "worker_memory_limit": "4Gi",
            "master_memory_limit": "1Gi",
        },
        "labels": {"opendatahub.io/component": "jupyterhub"},
        "return": {"SPARK_CLUSTER": "metadata.name"},
    },
    "airflow": {
        "resources": [
            {"name": "jupyter-services-template", "path": "airflowCluster"},
            {"name": "jupyter-services-template", "path": "airflowBase"},
        ]
    },
}
FOR_THOTH = {
    **GLOBAL,
    "name": "globals, Thoth Notebooks",
    "users": ["vpavlin", "fpokorny"],
    "images": [THOTH],
    "env": GLOBAL_ENV + THOTH_ENV,
    "resources": amounts("1Gi", "500m", "2Gi", "1"),
}
FOR_SPARK = {
    **GLOBAL,
    "name": "globals, Spark Notebook",
    "images": [SPARK],
    "services": SERVICES,
}
SMALL = amounts("1Gi", "1", "2Gi", "2")
MEDIUM = amounts("2Gi", "2", "4Gi", "4")
LARGE = amounts("4Gi", "4", "8Gi", "8")


def sized(profile: dict[str, Any], name: str, resources: dict[str, Any]) -> dict[str, Any]:
    return {**profile, "name": f"{profile['name']}, {name}", "resources": resources}


FOR_ACORVIN = {**GLOBAL, **SPECIAL, "name": "globals, Special Nodes", "users": ["acorvin"]}
FOR_NOBODY = {
    **FOR_THOTH,
    **SPECIAL,
    "name": "globals, Special Nodes, Thoth Notebooks",
    "users": ["acorvin", "vpavlin", "fpokorny"],
}
SPARK_FOR_ACORVIN = {
    **FOR_SPARK,
    **SPECIAL,
    "name": "globals, Special Nodes, Spark Notebook",
    "users": ["acorvin"],
}


@cache
def loaded() -> SingleuserProfiles:
    profiles = SingleuserProfiles()
    profiles.load_profiles(filename=str(PROFILES))
    return profiles


@pytest.mark.parametrize(
    ("user", "image", "size", "given"),
    [
        ("somebody", ANY, None, GLOBAL),
        ("somebody", ANY, "Small", sized(GLOBAL, "Small", SMALL)),
        ("somebody", ANY, "Medium", sized(GLOBAL, "Medium", MEDIUM)),
        ("somebody", ANY, "Large", sized(GLOBAL, "Large", LARGE)),
        ("somebody", ANY, "Default", GLOBAL),
        ("somebody", ANY, "Gigantic", GLOBAL),
        ("acorvin", ANY, None, FOR_ACORVIN),
        ("acorvin", ANY, "Small", sized(FOR_ACORVIN, "Small", SMALL)),
        ("acorvin", THOTH, None, FOR_ACORVIN),
        ("acorvin", SPARK, None, SPARK_FOR_ACORVIN),
        ("acorvin", SPARK, "Large", sized(SPARK_FOR_ACORVIN, "Large", LARGE)),
        ("vpavlin", ANY, None, GLOBAL),
        ("vpavlin", THOTH, None, FOR_THOTH),
        ("vpavlin", THOTH, "Small", sized(FOR_THOTH, "Small", SMALL)),
        ("vpavlin", THOTH, "Large", sized(FOR_THOTH, "Large", LARGE)),
        ("fpokorny", THOTH, "Medium", sized(FOR_THOTH, "Medium", MEDIUM)),
        ("somebody", THOTH, None, GLOBAL),
        ("somebody", SPARK, None, FOR_SPARK),
        ("vpavlin", SPARK, "Small", sized(FOR_SPARK, "Small", SMALL)),
        (None, ANY, None, FOR_ACORVIN),
        (None, THOTH, None, FOR_NOBODY),
        (None, THOTH, "Small", sized(FOR_NOBODY, "Small", SMALL)),
        (None, SPARK, None, SPARK_FOR_ACORVIN),
    ],
)
def test_the_example_gives_everybody_what_it_says(
    user: str | None, image: str, size: str | None, given: dict[str, Any]
) -> None:
    assert loaded().get_merged_profile(image, user, size) == given


def with_profiles(*profiles: dict[str, Any], sizes: tuple[dict[str, Any], ...] = ()) -> Any:
    library = SingleuserProfiles()
    library.profiles, library.sizes = list(profiles), list(sizes)
    return library


def test_where_no_profile_is_for_the_image_the_result_is_empty() -> None:
    assert with_profiles({"images": [THOTH]}).get_merged_profile(ANY) == NOTHING
    assert with_profiles().get_merged_profile(ANY) == SingleuserProfiles.empty_profile() == NOTHING


def test_where_all_are_for_other_users_nothing_is_said() -> None:
    profiles = with_profiles({"name": "a", "users": ["a"], "env": [{"name": "A", "value": "1"}]})
    assert profiles.get_merged_profile(ANY, "b") == {**NOTHING, "env": [], "volumes": []}
    assert list(profiles.get_profile_by_image(ANY, "b")) == [{}]


@pytest.mark.parametrize(
    ("users", "user", "matches"),
    [
        (None, "a", True),
        ([], "a", True),
        (["*"], "a", True),
        (["b", "*"], "a", True),
        (["a"], "a", True),
        (["a"], "A", False),
        (["ab"], "a", False),
        (["b"], "a", False),
        (["b"], None, True),
        (["b"], "", True),
    ],
)
def test_users_match_exactly(users: list[str] | None, user: str | None, matches: bool) -> None:
    profile = {"name": "x", "users": users}
    assert SingleuserProfiles().filter_by_username(profile, user) == (profile if matches else {})


@pytest.mark.parametrize(
    ("images", "matches"),
    [(None, True), ([], True), ([ANY], True), (["x", ANY], True), (["s2i-minimal"], False)],
)
def test_images_match_exactly(images: list[str] | None, matches: bool) -> None:
    profiles = with_profiles({"name": "x", "images": images})
    assert profiles.get_merged_profile(ANY)["name"] == ("x" if matches else "")


def merged(*profiles: dict[str, Any], key: str) -> Any:
    return with_profiles(*profiles).get_merged_profile(ANY).get(key)


@pytest.mark.parametrize(
    ("key", "values", "result"),
    [
        ("name", ["a", "", None, "b"], "a, b"),
        ("users", [["b", "a"], ["c", "a"]], ["b", "a", "c"]),
        ("images", [[ANY], ["x", ANY]], [ANY, "x"]),
        ("env", [{"A": 1}, [{"name": "B", "value": "2"}]], [("A", "1"), ("B", "2")]),
        ("env", [{"A": 1, "B": 2}, {"A": 3}], [("A", "3"), ("B", "2")]),
        ("services", [{"a": {"x": 1}, "b": {}}, {"a": {"y": 2}}], {"a": {"y": 2}, "b": {}}),
        ("gpu", [1, 2], 2),
        ("gpu", [2, 0], 2),
        ("gpu", [None, "1"], "1"),
        ("gpu", [0], None),
        ("gpu", [2, "0"], "0"),
        ("labels", [{"a": "1", "b": "2"}, {"a": "3"}], {"a": "3", "b": "2"}),
        ("node_tolerations", [[{"key": "a"}], [{"key": "b"}, {"key": "a"}]], ["a", "b"]),
        ("volumes", [[{"name": "a", "x": 1}, {"name": "b"}], [{"name": "A"}]], ["A", "b"]),
    ],
)
def test_the_later_profile_goes_over_the_earlier_one(
    key: str, values: list[Any], result: Any
) -> None:
    found = merged(*({key: value} for value in values), key=key)
    if key == "env":
        found = [(each["name"], each["value"]) for each in found]
    if key in {"node_tolerations", "volumes"}:
        found = [each.get("key") or each["name"] for each in found]
    assert found == result


@pytest.mark.parametrize(
    ("written", "resources"),
    [
        ([{"limits": {"cpu": "1"}}], {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}),
        (
            [{"requests": {"cpu": "1"}}, {"limits": {"cpu": "2"}}],
            {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}},
        ),
        (
            [{"mem_limit": "1Gi", "cpu_limit": "1"}, {"limits": {"memory": "2Gi"}}],
            {"requests": {"memory": "1Gi", "cpu": "1"}, "limits": {"memory": "2Gi", "cpu": "1"}},
        ),
        ([None, {}, {"requests": None}], {}),
    ],
)
def test_resources_have_both_sides_after_each_profile(
    written: list[Any], resources: dict[str, Any]
) -> None:
    assert merged(*({"resources": each} for each in written), key="resources") == resources


def test_a_size_has_both_sides_before_it_goes_over_the_profiles() -> None:
    size = {"name": "S", "resources": {"limits": {"memory": "8Gi"}}}
    profiles = with_profiles(
        {"resources": {"requests": {"memory": "1Gi", "cpu": "1"}}}, sizes=(size,)
    )
    assert profiles.get_merged_profile(ANY, size="S")["resources"] == {
        "requests": {"memory": "8Gi", "cpu": "1"},
        "limits": {"memory": "8Gi", "cpu": "1"},
    }


FIRST: dict[str, Any] = {
    "name": "first",
    "last_selected_size": "Small",
    "env": {"A": "1"},
    "resources": {"mem_limit": "1Gi"},
    "node_affinity": SPECIAL["node_affinity"],
    "services": SERVICES,
}
SECOND: dict[str, Any] = {
    "name": "second",
    "unknown": 1,
    "env": [{"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
    "resources": {"limits": {"cpu": "1"}},
    "node_tolerations": SPECIAL["node_tolerations"],
    "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
}


def test_two_profiles_are_merged_and_neither_is_changed() -> None:
    before = deepcopy((FIRST, SECOND))
    both = SingleuserProfiles.merge_profiles(FIRST, SECOND)
    assert both == {
        "name": "first, second",
        "last_selected_size": "Small",
        "users": [],
        "images": [],
        "env": [{"name": "A", "value": "1"}, *SECOND["env"]],
        "volumes": SECOND["volumes"],
        "resources": {
            "requests": {"memory": "1Gi"},
            "limits": {"memory": "1Gi", "cpu": "1"},
        },
        "services": SERVICES,
        **SPECIAL,
    }
    scramble(both)
    assert before == (FIRST, SECOND)


def scramble(value: Any) -> None:
    """Changes everything that can be changed."""
    for child in list(value.values() if isinstance(value, dict) else value):
        if isinstance(child, (dict, list)):
            scramble(child)
    value.clear()


def test_whatever_is_done_to_a_result_the_loaded_profiles_stay_as_they_are() -> None:
    profiles = with_profiles(
        FIRST, SECOND, sizes=({"name": "S", "tags": ["x"], "resources": {"limits": {"a": 1}}},)
    )
    before = deepcopy((profiles.profiles, profiles.sizes))
    again = deepcopy(profiles.get_merged_profile(ANY, size="S"))
    scramble(profiles.get_merged_profile(ANY, size="S"))
    scramble(profiles.get_size("S"))
    assert (profiles.profiles, profiles.sizes) == before
    assert profiles.get_merged_profile(ANY, size="S") == again


def test_merging_with_nothing_changes_nothing() -> None:
    once = SingleuserProfiles.merge_profiles(SingleuserProfiles.empty_profile(), SECOND)
    assert SingleuserProfiles.merge_profiles(once, {}) == once
    assert SingleuserProfiles.merge_profiles({}, once) == once


def test_a_mapping_of_variables_becomes_a_list() -> None:
    found = SingleuserProfiles.env_dict_to_list({"A": "1", "B": 2})
    assert found == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]


def team(number: int) -> dict[str, Any]:
    return {
        "name": f"team {number}",
        "users": [f"user-{number}", "*"],
        "env": [{"name": f"TEAM_{number}", "value": "x"}, {"name": "TEAM", "value": str(number)}],
        "resources": amounts("1Gi", "1", "2Gi", str(number + 1)),
    }


def test_of_sixteen_hundred_profiles_the_last_one_wins() -> None:
    many = with_profiles(*map(team, range(1600)))
    merged = many.get_merged_profile(ANY, "a")
    assert merged["resources"]["limits"]["cpu"] == "1600"
    assert merged["env"][1] == {"name": "TEAM", "value": "1599"}
    assert len(merged["env"]) == 1601
