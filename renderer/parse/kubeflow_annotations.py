"""What the annotations of Kubeflow's first Notebooks ask for, as its JupyterHub spawner did it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renderer.errors import Problem
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document

HOME = "notebookPVCMount"
USER_ID = "notebookUid"
GROUP_ID = "notebookGid"
DISKS = "disks"
LOCAL_FILES = "accessLocalFs"
CREATOR = "notebooks.kubeflow.org/creator"

NOT_SET = frozenset({"", "null", "-1"})
LARGEST_ID = 2**31 - 1
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for, absent where nothing was."""

    home: str = ""
    user_id: int | None = None
    group_id: int | None = None
    disks: tuple[str, ...] = ()
    local_files: bool = False
    creator: str = ""


NOTHING = Wishes()


def wishes(annotations: Mapping[str, str]) -> Wishes:
    """What annotations without faults ask for."""
    if not annotations:
        return NOTHING
    get = annotations.get
    return Wishes(
        home="" if (home := get(HOME, "")) in NOT_SET else home,
        user_id=_id(get(USER_ID, "")),
        group_id=_id(get(GROUP_ID, "")),
        disks=tuple(_names(get(DISKS, ""))),
        local_files=get(LOCAL_FILES, "") == "true",
        creator=get(CREATOR, ""),
    )


def annotation_faults(document: Document) -> Iterator[Problem]:
    """A problem for each annotation that asks for something that cannot be."""
    annotations = mapping_at(document.value, "metadata", "annotations")
    for key, (faulty, expected) in EXPECTATIONS.items():
        value: Any = annotations.get(key, "")
        if isinstance(value, str) and faulty(value):
            words = Remark(f'annotation {key} cannot be "{value[:60]}"', expected)
            yield words.at(document, ("metadata", "annotations", key))


def _id(value: str) -> int | None:
    return None if value in NOT_SET else int(value)


def _names(value: str) -> list[str]:
    return [] if value in NOT_SET else [name.strip() for name in value.split(",")]


def _no_path(value: str) -> bool:
    return value not in NOT_SET and (not value.startswith("/") or ":" in value)


def _no_id(value: str) -> bool:
    digits = value.isascii() and value.isdigit() and len(value) < len(str(LARGEST_ID)) + 1
    return value not in NOT_SET and not (digits and int(value) <= LARGEST_ID)


def _no_names(value: str) -> bool:
    names = _names(value)
    return len(set(names)) < len(names) or not all(map(NAME.fullmatch, names))


def _no_truth(value: str) -> bool:
    return value not in {"", "true", "false"}


EXPECTATIONS = {
    HOME: (_no_path, 'a path that begins with "/", or "null" for none'),
    USER_ID: (_no_id, 'the number of a user in quotes, or "-1" for none'),
    GROUP_ID: (_no_id, 'the number of a group in quotes, or "-1" for none'),
    DISKS: (_no_names, 'names of claims, each once, separated by commas, or "null" for none'),
    LOCAL_FILES: (_no_truth, '"true" or "false"'),
}
