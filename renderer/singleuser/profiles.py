"""What a JupyterHub asks for: profiles loaded, merged for a user and an image, applied to a pod.

The names and signatures are those of jupyterhub-singleuser-profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from renderer.errors import InputError
from renderer.model.singleuser import PROFILES_KEY, PROFILES_NAME
from renderer.profiles import environment, resources, volumes
from renderer.profiles.images import images_of
from renderer.singleuser import merging, pods, services, sizes
from renderer.singleuser.cluster import ACCOUNT, Cluster
from renderer.singleuser.merging import Profile
from renderer.singleuser.reading import (
    Contents,
    Names,
    checked,
    joined,
    read_file,
    read_text,
)
from renderer.unreadable import unreadable

# What a user has chosen for themselves.
OWN_PROFILE = "@singleuser@"
_LAST_SIZE = "last_selected_size"


class SingleuserProfiles:
    """Profiles of one namespace, for one caller at a time. Nothing is read before it is needed."""

    GPU_MODE_SELINUX: ClassVar = pods.SELINUX
    GPU_MODE_PRIVILEGED: ClassVar = pods.PRIVILEGED

    def __init__(
        self,
        namespace: str | None = None,
        notebook_namespace: str | None = None,
        verify_ssl: bool = True,  # noqa: FBT001, FBT002  (as callers know it)
        gpu_mode: str | None = None,
        service_account_path: str = ACCOUNT,
    ) -> None:
        self.profiles: list[dict[str, Any]] = []
        self.sizes: list[dict[str, Any]] = []
        self.gpu_types: list[dict[str, Any]] = []
        self.gpu_mode = gpu_mode
        self._namespace = namespace
        self._make_cluster: Callable[[], Cluster] = lambda: Cluster(
            namespace, notebook_namespace, verify_ssl, service_account_path
        )
        self._contents = Contents()

    @property
    def namespace(self) -> str:
        """Where the configuration stands."""
        return self._namespace or self._cluster.namespace

    @property
    def gpu_mode(self) -> str | None:
        return self._gpu_mode

    @gpu_mode.setter
    def gpu_mode(self, value: str | None) -> None:
        self._gpu_mode = value if value in {pods.SELINUX, pods.PRIVILEGED} else None

    @cached_property
    def _cluster(self) -> Cluster:
        return self._make_cluster()

    def load_profiles(
        self,
        secret_name: str = PROFILES_NAME,
        filename: str | None = None,
        key_name: str = PROFILES_KEY,
        username: str | None = None,
    ) -> None:
        """What a file says, or the cluster with the user's own; nothing of before is kept."""
        self.profiles, self.sizes, self.gpu_types, self._contents = [], [], [], Contents()
        own: list[dict[str, Any]] = []
        if filename is not None:
            self._contents = _file(Path(filename), Names(secret_name, key_name))
            loaded = self._contents.configuration
        else:
            texts = self._cluster.config_maps(secret_name, key_name)
            loaded = joined(
                read_text(text, f"ConfigMap/{name}[{key_name}]") for name, text in texts
            )
            own = self._own(username)
        self.sizes = merging.copied(list(loaded.sizes))
        self.gpu_types = merging.copied(list(loaded.gpu_types))
        self.profiles = merging.copied(list(loaded.profiles)) or [self.empty_profile()]
        self.profiles += own

    def get_profiles(self) -> list[dict[str, Any]]:
        return self.profiles

    def get_profile_by_name(self, name: str) -> dict[str, Any]:
        """The first of this name as it was written; nothing where there is none."""
        return next((each for each in self.profiles if each.get("name") == name), {})

    def get_profile_by_image(self, image: str, user: str | None = None) -> Iterator[dict[str, Any]]:
        """The profiles for an image; in place of those of other users, empty ones."""
        for profile in self.profiles:
            if not profile.get("images") or image in profile["images"]:
                yield self.filter_by_username(profile, user)

    def filter_by_username(self, profile: dict[str, Any], user: str | None) -> dict[str, Any]:
        """The profile if it is for this user; without one, every profile is."""
        users = profile.get("users")
        return profile if not user or not users or "*" in users or user in users else {}

    def get_merged_profile(
        self, image: str, user: str | None = None, size: str | None = None
    ) -> dict[str, Any]:
        """The profiles for an image and a user over one another, and the size over them."""
        chosen = self.get_size(size) if size else {}
        return merging.merged_or_empty(self.get_profile_by_image(image, user), chosen)

    def get_sizes(self) -> list[dict[str, Any]]:
        return self.sizes

    def get_size(self, size: str | None) -> dict[str, Any]:
        """The size with its requests and limits; nothing for `Default` and unknown ones."""
        found: dict[str, Any] = merging.copied(sizes.size_of(self.sizes, size))
        return found

    def get_sizes_form(self, username: str | None = None) -> str:
        """HTML for the options form of a spawner; the user's last size is chosen already."""
        if not self.profiles:
            self.load_profiles(username=username)
        return sizes.form(self.sizes, self.get_profile_by_name(OWN_PROFILE).get(_LAST_SIZE))

    def get_gpu_types(self) -> list[dict[str, Any]]:
        return self.gpu_types

    def get_images(self) -> list[dict[str, Any]]:
        """The notebook images that the cluster offers."""
        found = images_of(self._cluster.image_streams(), self._cluster.builds())
        return [image.as_dict() for image in found]

    def setup_services(self, spawner: Any, image: str, user: str) -> None:
        """Deploys what runs with the user's server, and tells the spawner what it needs of it."""
        if wanted := self.get_merged_profile(image, user)["services"]:
            services.deploy(self._cluster, wanted, spawner, user, self._contents.templates)

    def clean_services(self, spawner: Any, user: str) -> None:
        """Deletes what ran with the user's server."""
        services.clean(self._cluster, spawner, user)

    @classmethod
    def empty_profile(cls) -> dict[str, Any]:
        return merging.empty_profile()

    @classmethod
    def merge_profiles(cls, profile1: Profile, profile2: Profile) -> dict[str, Any]:
        """The second over the first, both of which stay as they are."""
        return merging.merged((profile1, profile2))

    @classmethod
    def env_dict_to_list(cls, env_data: Mapping[str, Any]) -> list[dict[str, Any]]:
        return environment.as_list(env_data)

    @classmethod
    def generate_volume_path(
        cls,
        mountPath: str | None,  # noqa: N803  (as callers know it)
        default_mount_path: str,
        volume_name: str,
    ) -> str:
        return volumes.mount_path(mountPath, default_mount_path, volume_name)

    @classmethod
    def get_mem_limit(cls, memory_limit: str) -> str:
        """An amount of memory in bytes."""
        return resources.in_bytes(str(memory_limit))

    @classmethod
    def apply_pod_schedulers(
        cls,
        node_tolerations: pods.Items | None,
        node_affinity: Profile | None,
        pod: Any,
    ) -> None:
        """Adds to the pod's own tolerations and node affinity."""
        pods.apply_scheduling(pod, node_tolerations, node_affinity)

    @classmethod
    def apply_gpu_config(
        cls,
        gpu_mode: str | None,
        profile: Profile,
        gpu_types: pods.Items | None,
        pod: Any,
        selected_gpu_type: str,
    ) -> None:
        """GPUs as many as the profile says, if any, and all that their nodes ask for."""
        if pods.apply_gpus(pod, profile.get("gpu"), gpu_mode):
            pods.apply_scheduling(pod, pods.tolerations_of(gpu_types, selected_gpu_type), None)

    @classmethod
    def apply_pod_profile(  # noqa: PLR0913, PLR0917  (as callers know it)
        cls,
        username: str,
        pod: Any,
        profile: Profile,
        gpu_types: pods.Items | None,
        default_mount_path: str,
        gpu_mode: str | None = None,
        selected_gpu_type: str = pods.ALL_TYPES,
    ) -> Any:
        """Changes the pod as the profile says, and gives it back."""
        pods.apply_labels(pod, username, profile.get("labels"))
        pods.apply_volumes(pod, profile.get("volumes"), default_mount_path)
        pods.apply_environment(pod, profile.get("env"))
        pods.apply_resources(pod, profile.get("resources"))
        pods.apply_username(pod, username)
        cls.apply_gpu_config(gpu_mode, profile, gpu_types, pod, selected_gpu_type)
        tolerations, affinity = profile.get("node_tolerations"), profile.get("node_affinity")
        cls.apply_pod_schedulers(tolerations, affinity, pod)
        return pod

    def _own(self, username: str | None) -> list[dict[str, Any]]:
        """What a user has set for themselves, if anything."""
        found = self._cluster.user_profile(username) if username else None
        if not found:
            return []
        named = {**found, "name": found.get("name") or OWN_PROFILE}
        return [checked(named, f"the profile of {username}")]


def _file(path: Path, names: Names) -> Contents:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([unreadable(str(path), "file", error.strerror)]) from error
    return read_file(data, str(path), names)
