"""The pattern of a bundle as a Helm chart, and as Jinja text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.pattern import Hole, Pattern, Writer
from renderer.bundle import MARK

# The two kinds of patches that kustomize knows.
MERGE, JSON = "merge-patches", "json-patches"


def _helm_scalar(hole: Hole, *, whole: bool) -> str:
    quote = " | quote" if whole and not hole.is_plain else ""
    return f"{{{{ .Values.{hole.name}{quote} }}}}"


def _helm_map(hole: Hole, indent: int) -> str:
    pad = " " * indent
    return f"\n{pad}{{{{- toYaml .Values.{hole.name} | nindent {indent} }}}}"


def _helm_list(hole: Hole, indent: int) -> str:
    pad = " " * indent
    item = "{{ . }}" if hole.is_plain else "{{ . | quote }}"
    return f"\n{pad}{{{{- range .Values.{hole.name} }}}}\n{pad}- {item}\n{pad}{{{{- end }}}}"


def _jinja_scalar(hole: Hole, *, whole: bool) -> str:
    quote = " | tojson" if whole and not hole.is_plain else ""
    return f"{{{{ {hole.name}{quote} }}}}"


def _jinja_map(hole: Hole, indent: int) -> str:
    pad = " " * indent
    value = "{{ value }}" if hole.is_plain else "{{ value | tojson }}"
    head = f"{{%- for key, value in {hole.name}.items() %}}"
    return f"\n{pad}{head}\n{pad}{{{{ key }}}}: {value}\n{pad}{{%- endfor %}}"


def _jinja_list(hole: Hole, indent: int) -> str:
    pad = " " * indent
    item = "{{ item }}" if hole.is_plain else "{{ item | tojson }}"
    head = f"{{%- for item in {hole.name} %}}"
    return f"\n{pad}{head}\n{pad}- {item}\n{pad}{{%- endfor %}}"


HELM = Writer(lambda text: text.replace("{{", '{{ "{{" }}'), _helm_map, _helm_list, _helm_scalar)
JINJA = Writer(
    lambda text: text.replace("{{", "{{ '{{' }}"), _jinja_map, _jinja_list, _jinja_scalar
)


def write_helm_chart(folder: Path, pattern: Pattern) -> None:
    """A chart with one template for each object."""
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: notebook\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("{}\n")
    for key in pattern.objects:
        (templates / f"{key}.yaml").write_text(pattern.text(key, MARK, HELM), encoding="utf-8")


def write_jinja_chart(folder: Path, pattern: Pattern) -> None:
    folder.mkdir(parents=True)
    for key in pattern.objects:
        (folder / f"{key}.yaml").write_text(pattern.text(key, "", JINJA), encoding="utf-8")


def write_kustomize_base(folder: Path, objects: dict[str, Any]) -> None:
    """The bundle that the overlays change."""
    folder.mkdir(parents=True)
    for key, value in objects.items():
        (folder / f"{key}.yaml").write_text(json.dumps(value), encoding="utf-8")
    listed = {"resources": [f"{key}.yaml" for key in objects]}
    (folder / "kustomization.yaml").write_text(json.dumps(listed), encoding="utf-8")


def write_kustomize_overlay(
    folder: Path, base: dict[str, Any], wanted: dict[str, Any], patches: str
) -> None:
    """Patches for whatever differs from the base, of either kind."""
    folder.mkdir(parents=True)
    differing = [(old, wanted[key]) for key, old in base.items() if old != wanted[key]]
    listed = [
        {
            "target": {"kind": old["kind"], "name": old["metadata"]["name"]},
            "patch": json.dumps(
                _merge_patch(old, new) if patches == MERGE else [*_json_patch(old, new, "")]
            ),
            "options": {"allowNameChange": True},
        }
        for old, new in differing
    ]
    overlay = {"resources": ["../../base"], "patches": listed}
    (folder / "kustomization.yaml").write_text(json.dumps(overlay), encoding="utf-8")


def _merge_patch(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What people write: the object's identity, and the fields that differ; lists as a whole."""
    identity = {key: old[key] for key in ("apiVersion", "kind")}
    changes = _changed_fields(old, new)
    metadata = {key: new["metadata"][key] for key in ("name", "namespace")}
    return {**identity, **changes, "metadata": {**metadata, **changes.get("metadata", {})}}


def _changed_fields(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _changed_fields(old[key], value) if isinstance(value, dict) else value
        for key, value in new.items()
        if old[key] != value
    }


def _json_patch(old: Any, new: Any, path: str) -> Iterator[dict[str, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key, value in new.items():
            yield from _json_patch(old[key], value, f"{path}/{_escaped(key)}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _json_patch(*pair, f"{path}/{index}")
    else:
        yield {"op": "replace", "path": path, "value": new}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
