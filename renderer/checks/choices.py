"""Image, size and options of a Notebook, against the lists of its Template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.errors import Finding, Severity
from renderer.model.catalog import Image, Override, Template
from renderer.model.fragments import Reference
from renderer.model.singleuser import DEFAULT_SIZE
from renderer.position import Path
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either, quoted

IMAGE: Path = ("spec", "image")
IN_SIZES = f"a Template that names sizes offers {DEFAULT_SIZE} among them"


def check_image(chosen: str, template: Template) -> Iterator[Finding]:
    """Whether the image is one of the Template's, and whether it still should be chosen.

    A hidden image is not offered, and may be used.
    """
    if not chosen or Override.IMAGE not in template.overrides:
        return
    if not template.images:
        yield Finding(
            IMAGE,
            f"the Template {quoted(template.name)} has no images to choose from",
            "no image: the Template has its own",
        )
        return
    image = next((image for image in template.images if image.id == chosen), None)
    if image is None:
        offered = [image.id for image in template.images if not image.hidden]
        yield Finding(
            IMAGE,
            f"the Template {quoted(template.name)} has no image {quoted(chosen)}",
            either(offered),
            did_you_mean(chosen, offered),
        )
    else:
        yield from _advice(image)


def _advice(image: Image) -> Iterator[Finding]:
    if image.deprecated:
        message = f"the image {quoted(image.id)} is deprecated: {image.deprecated}"
        yield Finding(IMAGE, message, severity=Severity.WARNING)
    if image.redirect_to:
        message = f"the image {quoted(image.id)} gives you {quoted(image.redirect_to)}"
        if image.redirect_message:
            message += f": {image.redirect_message}"
        yield Finding(IMAGE, message, hint=f"write {image.redirect_to}", severity=Severity.WARNING)


def check_size(chosen: str, template: Template) -> Iterator[Finding]:
    """Whether the size is one of those that the Template names, if it names any.

    The one that leaves resources to profiles is named as the others are.
    """
    if not chosen or Override.SIZE not in template.overrides or template.sizes is None:
        return
    if chosen not in template.sizes:
        yield Finding(
            ("spec", "size"),
            f"the Template {quoted(template.name)} has no size {quoted(chosen)}",
            either(template.sizes) or "no size",
            IN_SIZES if chosen == DEFAULT_SIZE else did_you_mean(chosen, template.sizes),
        )


def check_options(chosen: Sequence[Reference], template: Template) -> Iterator[Finding]:
    """Whether the PodDefaults that a Notebook elects are among those that the Template names.

    A name without a namespace is one of the Template's namespace.
    """
    if template.options is None:
        return
    offered = {_resolved(option, template) for option in template.options}
    for index, option in enumerate(chosen):
        if _resolved(option, template) not in offered:
            names = [str(option) for option in template.options]
            yield Finding(
                ("spec", "options", index),
                f"the Template {quoted(template.name)} has no option {quoted(str(option))}",
                either(names) or "no options",
                did_you_mean(str(option), names),
            )


def _resolved(option: Reference, template: Template) -> Reference:
    return Reference(option.name, option.namespace or template.namespace)
