"""The text of a first Notebook file: what a Template offers, as comments to choose from.

A remark begins with `# `; what may be switched on begins with `#` and no space, or with two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from renderer.catalog import Catalog, Unresolved
from renderer.cli.singleuser import in_order
from renderer.model.catalog import Image, Override, PodDefault, Size, Template
from renderer.model.fragments import Reference
from renderer.model.singleuser import DEFAULT_SIZE
from renderer.yamlio import emit

MARGIN = "  "


def starter(name: Reference, owner: str, template: Template, catalog: Catalog) -> str:
    """The file: what must be there, and commented out what may."""
    metadata = {"name": name.name, "namespace": name.namespace}
    reference = {"name": template.name, "namespace": template.namespace}
    lines = [
        "# A notebook of your own. Take the # away from what you want to choose.",
        "# `octavo check` finds what does not fit, and `octavo render` shows what you will get.",
        *_field("apiVersion", "jackhoman.dev/v1beta1", ""),
        *_field("kind", "Notebook", ""),
        *_field("metadata", metadata, ""),
        "spec:",
        *_remark("Whose it is: the owner may work in it, and those it is shared with."),
        *_field("owner", owner),
        *_off("sharing", [{"name": "colleague@example.com", "access": "edit"}]),
        *_remark("What it is made from.", *_described(template)),
        *_remark(*_others(template, catalog)),
        *_field("templateRef", reference),
        *_images(template),
        *_sizes(template, catalog),
        *_options(template, catalog),
        *_parameters(template),
        *_home(template),
        *_own(template),
        *_remark("Stopped notebooks keep their volumes."),
        *_off("stopped", True),  # noqa: FBT003 - a value
        *_remark("When it takes what changes in the catalog: Auto (when it next starts), Always"),
        *_remark("(at once) or Ignore (when `revision` says so)."),
        *_off("updatePolicy", "Always"),
    ]
    return "".join(f"{line}\n" for line in lines)


def _field(key: str, value: Any, margin: str = MARGIN) -> list[str]:
    return [margin + line for line in emit({key: value}).splitlines()]


def _off(key: str, value: Any) -> list[str]:
    return [f"{MARGIN}#{line}" for line in emit({key: value}).splitlines()]


def _remark(*sentences: str) -> Iterator[str]:
    text = one_line(" ".join(sentences))
    if text:
        yield f"{MARGIN}# {text}"


def one_line(text: str) -> str:
    """The text as it may stand in a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _described(item: Template | PodDefault | Size | Image) -> tuple[str, ...]:
    title, description = one_line(item.display_name), one_line(item.description)
    if title and description:
        return (f"{title}: {description}",)
    return (title or description,) if title or description else ()


def _others(template: Template, catalog: Catalog) -> tuple[str, ...]:
    names = [
        f"{other.namespace}/{other.name}"
        for other in catalog.templates.values()
        if other is not template and not other.hidden and not other.deprecated
    ]
    return ("There are also", ", ".join(sorted(names)) + ".") if names else ()


def _choices(choices: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for name, description in choices:
        yield from _remark(f"- {name}" + "".join(f" ({text})" for text in description))


def _images(template: Template) -> Iterator[str]:
    shown = [image for image in template.images if not image.hidden and not image.deprecated]
    shown = [image for image in shown if not image.redirect_to]
    if not shown or Override.IMAGE not in template.overrides:
        return
    chosen = next((image for image in shown if image.default), shown[0])
    yield from _remark(f"The image. Without a word it is {chosen.id}.")
    yield from _choices((image.id, _described(image)) for image in shown)
    yield from _off("image", chosen.id)


def _sizes(template: Template, catalog: Catalog) -> Iterator[str]:
    sizes = list(_offered_sizes(template, catalog)) if Override.SIZE in template.overrides else []
    if not sizes:
        return
    without = f" Without a word it is {template.default_size}." if template.default_size else ""
    yield from _remark(f"How large it is.{without}")
    yield from _choices(sizes)
    yield from _off("size", sizes[0][0])


def _offered_sizes(template: Template, catalog: Catalog) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sizes by the names to write, each with what is said of it."""
    names = template.sizes
    if names is None:
        names = tuple(size.name for size in in_order(catalog.sizes))
        names += (DEFAULT_SIZE,) if catalog.singleuser.has_sizes else ()
    for name in dict.fromkeys(names):
        found = catalog.size(name, template.namespace)
        if not isinstance(found, Unresolved):
            yield name, _described(found)
        elif name == DEFAULT_SIZE and catalog.singleuser.has_sizes:
            yield name, ("what the profiles say",)


def _options(template: Template, catalog: Catalog) -> Iterator[str]:
    options = list(offered_options(template, catalog))
    if not options:
        return
    yield from _remark("What it shall have besides.")
    yield from _choices((str(name), _described(option)) for name, option in options)
    yield from _off("options", [_reference(name) for name, _ in options])


def offered_options(template: Template, catalog: Catalog) -> Iterator[tuple[Reference, PodDefault]]:
    """The PodDefaults that a Notebook of this Template may elect, by the name to write."""
    names = template.options
    if names is None:
        names = tuple(
            Reference(name)
            for space, name in sorted(catalog.pod_defaults)
            if space == template.namespace
        )
    required = [catalog.pod_default(name, template.namespace) for name in template.required]
    for name in names:
        option = catalog.pod_default(name, template.namespace)
        given = option in required
        if not isinstance(option, Unresolved) and option.match is None and not given:
            yield name, option


def _reference(name: Reference) -> Any:
    return {"name": name.name, "namespace": name.namespace} if name.namespace else name.name


def _parameters(template: Template) -> Iterator[str]:
    schema = template.parameters or {}
    properties = schema.get("properties") or {}
    if not properties:
        return
    yield from _remark("Parameters of the Template.")
    for name, of in properties.items():
        if isinstance(of, Mapping) and of.get("description"):
            yield from _remark(f"- {name}: {of['description']}")
    needed = [name for name in schema.get("required") or () if not _has_default(properties, name)]
    samples = {name: sample(of) for name, of in properties.items()}
    if needed:
        yield from _field("parameters", {name: samples.get(name, "") for name in needed})
        for name in properties.keys() - set(needed):
            yield from (f"{MARGIN}#{line}" for line in emit({name: samples[name]}, 2).splitlines())
    else:
        yield from _off("parameters", samples)


def _has_default(properties: Mapping[str, Any], name: str) -> bool:
    return "default" in (properties.get(name) or {})


SAMPLES: Mapping[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1,
    "boolean": False,
    "array": [],
    "object": {},
}


def sample(schema: Any) -> Any:
    """A value that such a parameter may have, as far as one can be guessed."""
    if not isinstance(schema, Mapping):
        return "text"
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if "minimum" in schema:
        return schema["minimum"]
    return SAMPLES.get(str(kind), "text")


def _home(template: Template) -> Iterator[str]:
    home = template.home
    if home is None:
        return
    most = f", and at most {home.max_size}" if home.max_size else ""
    yield from _remark(f"The volume of {home.mount_path}. Without a word it has {home.size}{most}.")
    yield from _off("home", {"size": home.size})


def _own(template: Template) -> Iterator[str]:
    limits = template.limits or {}
    most = ", ".join(f"{name} {amount}" for name, amount in limits.items())
    if Override.RESOURCES in template.overrides:
        yield from _remark("Exactly these resources.", f"At most {most}." if most else "")
        yield from _off("resources", {"cpu": "1", "memory": "1Gi"})
    if Override.ENV in template.overrides:
        yield from _remark("Variables. What is secret belongs in a Secret, not in this file.")
        yield from _off("env", [{"name": "GREETING", "value": "hello"}])
    if Override.VOLUMES in template.overrides:
        yield from _remark("More volumes, each with a size, or of a claim that exists (claimName).")
        yield from _off("volumes", [{"name": "data", "mountPath": "/data", "size": "10Gi"}])
    if Override.SHARED_MEMORY in template.overrides:
        yield from _remark("The size of /dev/shm, which counts as memory.")
        yield from _off("sharedMemory", "1Gi")
    if Override.PORTS in template.overrides:
        yield from _remark("More ports, each with a route of its own.")
        yield from _off("ports", [{"name": "http-app", "containerPort": 8050}])
