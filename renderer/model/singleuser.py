"""What jupyterhub-singleuser-profiles calls profiles, services and images, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.model.catalog import Size
from renderer.model.fragments import Fragment
from renderer.position import Document, Origin

# The key of a ConfigMap under which profiles stand, and the name of the one that is read first.
PROFILES_KEY = "jupyterhub-singleuser-profiles.yaml"
PROFILES_NAME = "jupyter-singleuser-profiles"
# ConfigMaps that hold profiles besides: by the document's label, and by the code's.
PROFILES_LABELS = (
    ("jupyterhub.opendatahub.io/user", "profile"),
    ("jupyterhub", "singleuser-profiles"),
)
# The size that leaves resources to the profiles.
DEFAULT_SIZE = "Default"


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A service that runs with a notebook: templates, the values for them, what is given back.

    `resources` are pairs of a ConfigMap's name and a key in it; `returns` are JSONPaths by the
    names of environment variables; `fragment` sets those variables.
    """

    name: str
    resources: tuple[tuple[str, str], ...]
    configuration: Mapping[str, Any]
    labels: Mapping[str, str]
    returns: Mapping[str, str]
    origin: Origin
    fragment: Fragment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What the notebooks of these users and images are given; no users, or images, means all.

    `first` is the fragment as it is where no profile before it says anything of resources: what
    it requests is its limit then, and the other way round. `gpus` is None where it says nothing.
    """

    name: str
    users: frozenset[str]
    images: frozenset[str]
    fragment: Fragment
    first: Fragment
    origin: Origin
    has_resources: bool = False
    gpus: int | None = None
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """One document of profiles: a plain file, which has no name, or a ConfigMap."""

    name: str
    namespace: str
    origin: Origin
    is_labelled: bool = False
    profiles: tuple[Profile, ...] = ()
    sizes: tuple[Size, ...] = ()
    gpu_types: Fragment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """A ConfigMap with templates of services, by their keys; `texts` stand where they are written.

    The value of each Document is the text of a template.
    """

    name: str
    namespace: str
    origin: Origin
    texts: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ImageStream:
    """An ImageStream, or a Build of one, of OpenShift, as it was written."""

    kind: str
    name: str
    namespace: str
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class Singleuser:
    """All of it that a catalog holds. Profiles stand in the order in which they are applied.

    `templates` go by the names of their ConfigMaps.
    """

    profiles: tuple[Profile, ...] = ()
    gpu_types: tuple[Fragment, ...] = ()
    templates: Mapping[str, Templates] = field(default_factory=dict)
    images: tuple[ImageStream, ...] = ()
    has_sizes: bool = False
