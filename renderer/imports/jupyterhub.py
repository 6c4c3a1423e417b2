"""The values of zero-to-jupyterhub, or a bare list of profiles, and claims that users have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer.errors import InputError
from renderer.imports.claims import notebooks
from renderer.imports.hub_values import Understood, understood
from renderer.imports.manifests import problem
from renderer.imports.papers import Import, Paper
from renderer.imports.profiles import templates
from renderer.imports.remarks import Remark, left, to_do
from renderer.imports.shelf import Hub, Shelf
from renderer.imports.singleuser import remarks_on, remarks_on_code
from renderer.imports.spawner import with_overrides
from renderer.imports.templates import Directories

CLAIM = "PersistentVolumeClaim"
EXPECTED = "the values of zero-to-jupyterhub, or a list of profiles"
HINT = "helm get values RELEASE --all=false -o yaml"
HELM_SAYS = ("USER-SUPPLIED VALUES", "COMPUTED VALUES")


def import_jupyterhub(
    found: Sequence[tuple[str, Any]], namespace: str, directories: Directories
) -> Import:
    """Catalog files, and a Notebook for each claim. InputError where it is no JupyterHub."""
    remarks: list[Remark] = []
    claims: list[Mapping[str, Any]] = []
    values: Mapping[str, Any] = {}
    profiles: list[Any] = []
    rest = list(_unless_read_as_it_is(found, remarks))
    if found and not rest:
        return Import((_settings(),), tuple(remarks))
    for file, value in rest:
        listed = _claims(value)
        if listed:
            claims.extend(listed)
        elif isinstance(value, list):
            profiles.extend(value)
        elif isinstance(value, dict):
            values = with_overrides(values, value)
        else:
            raise InputError([problem(file, "this is no mapping and no list", EXPECTED, HINT)])
    file = rest[0][0] if rest else "standard input"
    hub = _hub(values, profiles, remarks, file)
    directory = f"{directories.catalog}/jupyterhub"
    shelf = Shelf(Hub(hub.config, hub.template, namespace, directory), remarks)
    default = templates(hub.profiles, shelf)
    reference = {"name": default, "namespace": namespace}
    papers = [*shelf.papers, *notebooks(claims, reference, hub.home, directories, remarks)]
    if not claims and hub.template.get("home"):
        message = "the claims that users have are not known"
        advice = (
            "give them as a second FILE: kubectl get pvc -l component=singleuser-storage -o yaml"
        )
        remarks.append(to_do(file, message, advice))
    return Import((*papers, _settings()), tuple(remarks))


def _unless_read_as_it_is(
    found: Sequence[tuple[str, Any]], remarks: list[Remark]
) -> Iterator[tuple[str, Any]]:
    """The documents that are not the catalog's alone to read; of what is its, that is said."""
    for file, value in found:
        said = [] if _is_chart(value) else remarks_on(file, value)
        remarks.extend(said)
        if not said or _claims(value):
            yield file, value


def _is_chart(value: Any) -> bool:
    return isinstance(value, dict) and _chart(value)[0] is not None


def _hub(
    values: Mapping[str, Any], profiles: list[Any], remarks: list[Remark], file: str
) -> Understood:
    values = {key: each for key, each in values.items() if key not in HELM_SAYS}
    for key in ("profile_list", "profileList"):
        if isinstance(values.get(key), list | dict) and "singleuser" not in values:
            return Understood({}, {}, values[key])
    if profiles and not values:
        return Understood({}, {}, profiles)
    chart, outside = _chart(values)
    if chart is None:
        message = "there are no singleuser values and no profiles in it"
        raise InputError([problem(file, message, EXPECTED, HINT)])
    remarks += [left(file, f"{path} is no part of JupyterHub's chart") for path in outside]
    remarks.extend(remarks_on_code(chart, file))
    hub = understood(chart, file, remarks)
    return Understood(hub.config, hub.template, profiles or hub.profiles, hub.home)


def _chart(values: Mapping[str, Any], at: str = "") -> tuple[Mapping[str, Any] | None, list[str]]:
    """The chart's values, also where another chart has it as a part; what stands beside."""
    if "singleuser" in values:
        return values, []
    for key, part in values.items():
        if isinstance(part, dict):
            chart, outside = _chart(part, f"{at}{key}.")
            if chart is not None:
                return chart, [*outside, *(f"{at}{other}" for other in values if other != key)]
    return None, []


def _claims(value: Any) -> list[Mapping[str, Any]]:
    """The claims of a document that is one, or a list of such."""
    if not isinstance(value, dict):
        return []
    kind = str(value.get("kind", ""))
    if kind.endswith("List") and kind.removesuffix("List") not in ("", CLAIM):
        return []
    listed = value.get("items") if kind.endswith("List") else [value]
    return list(_of_kind(listed if isinstance(listed, list) else []))


def _of_kind(objects: list[Any]) -> Iterator[Mapping[str, Any]]:
    for each in objects:
        if isinstance(each, dict) and each.get("kind", CLAIM) == CLAIM and "metadata" in each:
            yield each


def _settings() -> Paper:
    routing = (
        "Nothing routes to a notebook yet, and their servers ask for no token:\n"
        "choose a route that knows who is asking, such as istio."
    )
    return Paper("octavo.yaml", {"routing": {"kind": "none"}}, {("routing",): routing})
