"""A profile of JupyterHub as a Template, with its options as images, Sizes and PodDefaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renderer.imports.choices import Choice, Option, configured, options_of, unread
from renderer.imports.patches import patch
from renderer.imports.remarks import changed, left
from renderer.imports.shelf import Shelf
from renderer.imports.slugs import image_id, slug, untaken
from renderer.imports.spawner import RESOURCES, items, untaken_of, with_overrides
from renderer.imports.templates import level_of
from renderer.imports.unlisted import parameter_of
from renderer.templating.literals import literally

FIELDS = frozenset({
    *("display_name", "description", "slug", "default", "kubespawner_override"),
    "profile_options",
})
SIZED = frozenset({*RESOURCES, "node_selector", "tolerations"})
ALONE = {"display_name": "JupyterHub", "slug": "jupyterhub", "default": True}


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, with its options by what becomes of them."""

    name: str
    title: str
    config: Mapping[str, Any]
    image: Option | None
    size: Option | None
    others: tuple[Option, ...]

    @property
    def source(self) -> str:
        return f"profile {self.title}"

    @property
    def base(self) -> Mapping[str, Any]:
        """The configuration of who chooses nothing, but for images and sizes."""
        return configured(self.config, self.others)


def templates(written: Any, shelf: Shelf) -> str:
    """Puts every profile on the shelf; the name of the Template that users get by default."""
    profiles = [each for each in items(written) if isinstance(each, dict)] or [ALONE]
    marked = next((each for each in profiles if each.get("default")), profiles[0])
    names: dict[int, str] = {}
    for index, each in enumerate(profiles):
        profile = _profile(each, shelf, set(names.values()))
        names[index] = _template(profile, each, shelf, is_default=each is marked)
    return names[next(index for index, each in enumerate(profiles) if each is marked)]


def _profile(written: Mapping[str, Any], shelf: Shelf, taken: set[str]) -> Profile:
    title = str(written.get("display_name") or written.get("slug") or "profile")
    name = untaken(slug(str(written.get("slug") or title)), taken)
    for key in sorted(written.keys() - FIELDS):
        advice = "a Template's namespaces say where it may be used"
        shelf.remarks.append(left(f"profile {title}", f"the profile's {key}", advice))
    config = with_overrides(shelf.hub.config, written.get("kubespawner_override") or {})
    image = size = None
    others: list[Option] = []
    shelf.remarks.extend(unread(written, f"profile {title}"))
    for option in options_of(written):
        if image is None and option.keys() == {"image"}:
            image = option
        elif size is None and option.keys() and SIZED.issuperset(option.keys()):
            size = option
        else:
            others.append(option)
    return Profile(name, title, config, image, size, tuple(others))


def _template(
    profile: Profile, written: Mapping[str, Any], shelf: Shelf, *, is_default: bool
) -> str:
    untaken_of(profile.base, profile.source, shelf.remarks)
    pod = shelf.pod(profile.base, profile.source)
    parameters: dict[str, Any] = {}
    sizes = {choice.slug: _size(profile, choice, shelf) for choice in _choices(profile.size)}
    offered = [
        *_alternatives(profile, shelf),
        *_unlisted(profile, parameters, shelf),
    ]
    spec: dict[str, Any] = {"displayName": profile.title}
    if written.get("description"):
        spec["description"] = str(written["description"])
    spec |= shelf.hub.template
    images = list(_images(profile))
    if images:
        spec["images"] = images
    spec |= {"sizes": list(dict.fromkeys(sizes.values())), "options": [name for name, _ in offered]}
    if profile.size is not None and profile.size.default is not None:
        spec["defaultSize"] = sizes[profile.size.default.slug]
    if parameters:
        closed = {"type": "object", "additionalProperties": False}
        spec["parameters"] = {**closed, "properties": parameters}
    level = level_of([pod, *(each for _, each in offered)])
    if level != "baseline":
        spec["podSecurity"] = level
        message = "its pod does more than baseline Pod Security allows"
        shelf.remarks.append(changed(profile.source, message, f"podSecurity: {level}"))
    spec["template"] = literally(pod)
    remark = "\nIt is what users get who choose none." if is_default else ""
    names = [profile.name, f"profile-{profile.name}"]
    return shelf.add("Template", names, spec, f"From the {profile.source}.{remark}")


def _choices(option: Option | None) -> tuple[Choice, ...]:
    return option.choices if option is not None else ()


def _images(profile: Profile) -> Iterator[dict[str, Any]]:
    standard = profile.base.get("image") or profile.base.get("image_spec")
    if profile.image is None:
        if standard:
            yield {"id": image_id(str(standard), ()), "image": str(standard), "default": True}
        return
    for choice in profile.image.choices:
        image = str(choice.overrides.get("image") or standard)
        entry = {"id": "-".join(choice.slug.split()), "image": image, "displayName": choice.title}
        yield {**entry, "default": True} if choice is profile.image.default else entry


def _size(profile: Profile, choice: Choice, shelf: Shelf) -> str:
    """The name of the Size of a choice; profiles that have it alike share it."""
    before = shelf.pod(profile.base, profile.source)
    after = shelf.pod(with_overrides(profile.base, choice.overrides), profile.source)
    fragment = literally(patch(before, after))
    spec: dict[str, Any] = {"displayName": choice.title}
    resources = _only_resources(fragment)
    if resources:
        spec["resources"] = resources
    elif fragment:
        spec["template"] = fragment
    name = slug(choice.slug)
    comment = f"From the choice {choice.title} of the {profile.source}."
    return shelf.add("Size", [name, f"{profile.name}-{name}"], spec, comment)


def _only_resources(fragment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resources, where they are all that a fragment sets, and it takes nothing away."""
    container = ((fragment.get("spec") or {}).get("containers") or [{}])[0]
    resources: Mapping[str, Any] = container.get("resources") or {}
    amounts = [each for part in resources.values() for each in (part or {None: None}).values()]
    whole = {"spec": {"containers": [{"name": container.get("name"), "resources": resources}]}}
    return resources if fragment == whole and None not in amounts else {}


def _alternatives(profile: Profile, shelf: Shelf) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The choices that are no default, as PodDefaults: their names, and the pods they make."""
    for option in profile.others:
        for choice in option.choices:
            if choice is not option.default:
                config = configured(profile.config, profile.others, (option, choice))
                yield _option(profile, (option, choice), config, shelf)


def _unlisted(
    profile: Profile, parameters: dict[str, Any], shelf: Shelf
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What users may fill in themselves: a PodDefault that reads a parameter."""
    for option in (profile.image, profile.size, *profile.others):
        if option is None or option.unlisted is None:
            continue
        source = f"{profile.source}, option {option.title}"
        parameter = parameter_of(option, parameters, source, shelf.remarks)
        if parameter:
            chosen = (option, option.unlisted)
            config = configured(profile.config, profile.others, chosen)
            if option not in profile.others:
                config = with_overrides(config, option.unlisted.overrides)
            yield _option(profile, chosen, config, shelf, parameter)


def _option(
    profile: Profile,
    chosen: tuple[Option, Choice],
    config: Mapping[str, Any],
    shelf: Shelf,
    parameter: str = "",
) -> tuple[str, Mapping[str, Any]]:
    option, choice = chosen
    before = shelf.pod(profile.base, profile.source, image=True)
    after = shelf.pod(config, profile.source, parameter, image=True)
    spec = {
        "displayName": f"{option.title}: {choice.title}",
        "template": literally(patch(before, after)),
    }
    if parameter:
        spec["description"] = f"Reads the parameter {parameter}."
    name = slug(f"{option.slug}-{choice.slug}")
    names = [name, slug(f"{profile.name}-{name}")]
    comment = f"From the choice {choice.title} of the option {option.title}, {profile.source}."
    return shelf.add("PodDefault", names, spec, comment), after
