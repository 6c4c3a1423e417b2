"""What profiles and ImageStreams offer, as items of a catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from renderer.cli.items import Item, Users
from renderer.cli.terminal import counted
from renderer.model.catalog import Size
from renderer.model.singleuser import DEFAULT_SIZE, ImageStream, Profile
from renderer.profiles.images import Image, Tag, images_in

NAMES_SHOWN = 5


def of_profile(profile: Profile, users: Users) -> Item:
    people, images = sorted(profile.users), sorted(profile.images)
    services = [service.name for service in profile.services]
    remarks = [f"{word} {_names(of)}" for word, of in (("for", people), ("with", images)) if of]
    if profile.gpus:
        remarks.append(counted(profile.gpus, "GPU"))
    if services:
        remarks.append(f"runs {_names(services)}")
    name = profile.fragment.name
    data = {
        "namespace": name.namespace,
        "name": profile.name,
        "users": people,
        "images": images,
        "gpu": profile.gpus,
        "services": services,
    }
    return Item(str(name), "", users, tuple(remarks), data=data)


def in_order(sizes: Mapping[tuple[str, str], Size]) -> list[Size]:
    """Sizes of profiles as they were written, and then the others by name."""
    of_profiles = [size for size in sizes.values() if size.origin.path]
    return [*of_profiles, *(size for _, size in sorted(sizes.items()) if not size.origin.path)]


def default_size(users: Users) -> Item:
    """The size that is none: what the profiles say."""
    remark = "resources from the profiles"
    data = {"namespace": "", "name": DEFAULT_SIZE, "displayName": "", "description": remark}
    return Item(DEFAULT_SIZE, "", users, (remark,), data=data)


def of_streams(streams: Sequence[ImageStream], users_of: Callable[[str], Users]) -> Iterator[Item]:
    """The tags that can be run, stream by stream in the order in which to show them."""
    for image in images_in(streams):
        for tag in image.tags:
            yield _tag(image, tag, users_of(f"{image.name}:{tag.name}"))


def _tag(image: Image, tag: Tag, users: Users) -> Item:
    flags = {"default": tag.default, "recommended": tag.recommended, "outdated": tag.outdated}
    remarks = [word for word, holds in flags.items() if holds]
    if tag.deprecated:
        remarks.append(f"deprecated since {tag.deprecated}")
    data = {
        "namespace": image.namespace,
        "name": image.name,
        "tag": tag.name,
        "displayName": image.display_name,
        "description": image.description or "",
        "url": image.url or "",
        "order": image.order,
        **flags,
        "deprecated": tag.deprecated,
        "buildStatus": tag.build_status,
        **tag.content(),
    }
    name = f"{image.name}:{tag.name}"
    outdated = bool(tag.deprecated or tag.outdated)
    return Item(name, image.display_name, users, tuple(remarks), outdated, data)


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
