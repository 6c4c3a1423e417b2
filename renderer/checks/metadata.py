"""Labels and annotations of a pod, and the labels of the nodes that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.checks.shape import mapping
from renderer.errors import Finding
from renderer.names import is_label_key, is_label_value
from renderer.schema.words import quoted

LONGEST_ANNOTATIONS = 256 * 1024
OUR_PREFIX = "jackhoman.dev/"
CONTROLLER_PREFIX = "statefulset.kubernetes.io/"
CONTROLLER_LABELS = frozenset({"controller-revision-hash", "apps.kubernetes.io/pod-index"})

_KEY_SHAPE = "a name of at most 63 letters, digits, -, _ and ., perhaps behind a domain and /"
_VALUE_SHAPE = "at most 63 letters, digits, -, _ and ., with a letter or a digit at both ends"


def check_metadata(metadata: Mapping[str, Any]) -> list[Finding]:
    """Whether keys and values are valid, and none of them taken."""
    findings: list[Finding] = []
    if "labels" in metadata:
        labels = mapping(metadata["labels"])
        findings += _check_labels(labels, ("metadata", "labels"))
        findings += _check_reserved(labels)
    if "annotations" in metadata:
        findings += _check_annotations(mapping(metadata["annotations"]))
    return findings


def check_own_labels(fragment: Mapping[str, Any]) -> list[Finding]:
    """Whether a fragment, as it was written, sets labels that are Octavo's own to set."""
    labels = mapping(mapping(fragment.get("metadata")).get("labels"))
    return [
        Finding(
            ("metadata", "labels", key),
            f"the label {quoted(str(key))} is Octavo's own to set",
            expected=f"a label outside {OUR_PREFIX}",
        )
        for key in labels
        if str(key).startswith(OUR_PREFIX)
    ]


def check_node_selector(selector: object) -> list[Finding]:
    """Whether nodes can have such labels."""
    return list(_check_labels(mapping(selector), ("spec", "nodeSelector")))


def _check_labels(labels: Mapping[Any, Any], path: tuple[str, str]) -> Iterator[Finding]:
    for key, value in labels.items():
        if isinstance(key, str) and not is_label_key(key):
            yield Finding((*path, key), f"{quoted(key)} cannot be a label", expected=_KEY_SHAPE)
        if isinstance(value, str) and not is_label_value(value):
            yield Finding(
                (*path, key),
                f"the value of the label {quoted(key)} is not valid",
                expected=_VALUE_SHAPE,
            )


def _check_reserved(labels: Mapping[Any, Any]) -> Iterator[Finding]:
    for key in labels:
        if is_of_controller(str(key)):
            yield Finding(
                ("metadata", "labels", key),
                f"the label {quoted(str(key))} is the StatefulSet controller's to set",
                expected="no such label",
            )


def is_of_controller(key: str) -> bool:
    """Whether the StatefulSet controller sets this label on its pods."""
    return key.startswith(CONTROLLER_PREFIX) or key in CONTROLLER_LABELS


def _check_annotations(annotations: Mapping[Any, Any]) -> Iterator[Finding]:
    size = 0
    for key, value in annotations.items():
        if not isinstance(key, str):
            continue
        # Kubernetes takes capital letters in the domain of an annotation.
        if not is_label_key(key.lower()):
            yield Finding(
                ("metadata", "annotations", key),
                f"{quoted(key)} cannot be an annotation",
                expected=_KEY_SHAPE,
            )
        size += len(key) + (len(value.encode(errors="replace")) if isinstance(value, str) else 0)
    if size > LONGEST_ANNOTATIONS:
        yield Finding(
            ("metadata", "annotations"),
            f"the annotations hold {size} bytes",
            expected=f"at most {LONGEST_ANNOTATIONS}",
        )
