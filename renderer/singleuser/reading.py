"""Texts to configurations: of a file, plain or with ConfigMaps in it, and of a cluster.

What did not change since it was last read, by whichever thread, is not parsed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from renderer.errors import InputError, Problem
from renderer.position import Document, Origin
from renderer.profiles.fences import data_without_fence, without_fence
from renderer.singleuser import shapes
from renderer.yamlio import load_all, nested, text_document


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one text says, or several together: as it was written."""

    profiles: tuple[dict[str, Any], ...] = ()
    sizes: tuple[dict[str, Any], ...] = ()
    gpu_types: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The ConfigMap that is read first, and the key under which profiles stand in any."""

    config_map: str
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a file holds: a configuration, and the texts of its ConfigMaps by name and key."""

    configuration: Configuration = field(default_factory=Configuration)
    templates: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)


def joined(configurations: Iterable[Configuration]) -> Configuration:
    """One after the other."""
    every = tuple(configurations)
    return Configuration(
        tuple(profile for each in every for profile in each.profiles),
        tuple(size for each in every for size in each.sizes),
        tuple(gpu_type for each in every for gpu_type in each.gpu_types),
    )


# As many ConfigMaps as a hub may well have.
@lru_cache(maxsize=1024)
def read_text(text: str, file: str) -> Configuration:
    """The text of a ConfigMap of a cluster; `file` is what its problems say where they are."""
    return _read(load_all(without_fence(text).encode(errors="surrogatepass"), file))


def checked(own: dict[str, Any], file: str) -> dict[str, Any]:
    """A profile that is no text any more; where in the file something is wrong is not known."""
    _checked([Origin(Document(file, {"profiles": [own]}, (0, None)))])
    return own


@lru_cache(maxsize=16)
def read_file(data: bytes, file: str, names: Names) -> Contents:
    """What stands plainly comes first; then the ConfigMaps, in the order of a cluster."""
    origins = [
        each
        for document in load_all(data_without_fence(data), file)
        for each in _objects(Origin(document))
    ]
    config_maps = sorted(filter(_is_config_map, origins), key=lambda each: _place(each, names))
    plain = [each for each in origins if not _is_config_map(each) and _is_plain(each)]
    texts = [each for each in config_maps if names.key in _data(_value(each))]
    return Contents(
        _checked(plain + [each for origin in texts for each in _within(origin, names.key)]),
        {_name(each): _templates(each, names.key) for each in config_maps},
    )


def _read(documents: Iterable[Document]) -> Configuration:
    return _checked([Origin(document) for document in documents])


def _checked(origins: list[Origin]) -> Configuration:
    if problems := [each for origin in origins for each in shapes.faults(origin, _value(origin))]:
        raise InputError(problems)
    return joined(
        Configuration(*(tuple(value.get(key) or ()) for key in ("profiles", "sizes", "gpuTypes")))
        for value in map(_value, origins)
    )


def _objects(origin: Origin) -> Iterator[Origin]:
    """The items of a List of Kubernetes, or what stands there itself."""
    value = _value(origin)
    items = value.get("items") if isinstance(value, Mapping) else None
    if isinstance(items, list) and str(value.get("kind", "")).endswith("List"):
        for index in range(len(items)):
            yield from _objects(origin / "items" / index)
    else:
        yield origin


def _within(origin: Origin, key: str) -> list[Origin]:
    """The documents in the text under a key of a ConfigMap."""
    path = (*origin.path, "data", key)
    value = _data(_value(origin))[key]
    if not isinstance(value, str):
        message = f"what stands under {key} is no text"
        hint = f"write `{key}: |` and indent what follows"
        raise InputError([Problem(origin.document.at(path), message, "YAML as text", hint)])
    return [Origin(each) for each in nested(origin.document, path, without_fence)]


def _templates(origin: Origin, key: str) -> dict[str, Document]:
    """The texts of a ConfigMap, each line where it stands in the file."""
    data = _data(_value(origin))
    return {
        name: text_document(origin.document, (*origin.path, "data", name))
        for name, text in data.items()
        if name != key and isinstance(text, str)
    }


def _is_config_map(origin: Origin) -> bool:
    """Also without its kind, as a file for the library may hold it."""
    value = _value(origin)
    if not isinstance(value, Mapping):
        return False
    return value.get("kind", "ConfigMap") == "ConfigMap" and isinstance(value.get("data"), Mapping)


def _is_plain(origin: Origin) -> bool:
    """Whether this is no object of Kubernetes, of which only ConfigMaps are looked into."""
    value = _value(origin)
    return not isinstance(value, Mapping) or not {"apiVersion", "kind"} & value.keys()


def _place(origin: Origin, names: Names) -> tuple[bool, str]:
    name = _name(origin)
    return name != names.config_map, name


def _name(origin: Origin) -> str:
    metadata = _value(origin).get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""


def _data(value: Any) -> Mapping[str, Any]:
    data: Mapping[str, Any] = value.get("data") or {}
    return data


def _value(origin: Origin) -> Any:
    value = origin.document.value
    for step in origin.path:
        value = value[step]
    return value
