"""Volumes of profiles: their names, where they are mounted, and what belongs to which object."""

from __future__ import annotations

import os.path
from typing import Any

import pytest

from renderer import names
from renderer.profiles.volumes import mount_path, split, volume_name

CLAIM = {"persistentVolumeClaim": {"claimName": "data", "readOnly": True}}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("dataset", "dataset"),
        ("My Data", "my-data"),
        ("user@home", "user-home"),
        (7, "7"),
        ("a.b", "a-b-2e7336dc"),
        ("", "x-e3b0c442"),
    ],
)
def test_any_name_becomes_a_label(name: object, label: str) -> None:
    assert volume_name(name) == label
    assert names.is_dns_label(label)


def test_the_name_of_a_volume_has_no_more_than_63_characters() -> None:
    assert names.is_dns_label(volume_name("x" * 100))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/opt/data", "/opt/data"),
        ("data", "/home/jovyan/data"),
        ("./data", "/home/jovyan/./data"),
        (None, "/home/jovyan/dataset"),
        ("", "/home/jovyan/dataset"),
    ],
)
def test_a_path_that_is_not_absolute_is_below_the_default(path: str | None, found: str) -> None:
    assert mount_path(path, "/home/jovyan", "dataset") == found
    assert found == os.path.join("/home/jovyan", path or "dataset")  # noqa: PTH118


@pytest.mark.parametrize(
    ("written", "volume", "mount"),
    [
        pytest.param(
            {"name": "dataset", **CLAIM, "mountPath": "/data"},
            {"name": "dataset", **CLAIM},
            {"name": "dataset", "mountPath": "/data"},
            id="a claim",
        ),
        pytest.param(
            {"name": "My Data", "configMap": {"name": "x"}, "subPath": "a", "readOnly": True},
            {"name": "my-data", "configMap": {"name": "x"}},
            {"name": "my-data", "mountPath": "/home/my-data", "subPath": "a", "readOnly": True},
            id="what is said of the mount",
        ),
        pytest.param(
            {"name": "scratch", "emptyDir": {}, "mountPath": None},
            {"name": "scratch", "emptyDir": {}},
            {"name": "scratch", "mountPath": "/home/scratch"},
            id="an empty directory",
        ),
    ],
)
def test_a_volume_is_told_from_its_mount(
    written: dict[str, Any], volume: dict[str, Any], mount: dict[str, Any]
) -> None:
    assert split(written, "/home") == (volume, mount)
