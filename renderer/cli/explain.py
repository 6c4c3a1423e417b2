"""`octavo explain`: which file and line set a field of a pod, and what that replaced."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from renderer.cli.arguments import parser_of, qualified_name
from renderer.cli.output import say, say_problems
from renderer.cli.terminal import Pen, Style, pen_for, printable
from renderer.errors import OctavoError
from renderer.position import Position

if TYPE_CHECKING:
    from renderer.compose.explain import Field, Setting

LONGEST_VALUE = 120


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "explain",
        "For each field of the pod: its value, the layer, the file and line that set it, and what\n"
        "it replaced. Layers, from the first to the last word: template, required, profiles,\n"
        "matched, options, size, notebook; `octavo` is what Octavo itself adds. Values of\n"
        "variables whose names sound secret are not shown.",
        [
            ("octavo explain research/churn", "the whole pod"),
            ("octavo explain research/churn 'spec.containers[main].resources'", "a part of it"),
            ("octavo explain research/churn 'spec.containers[0].env[S3_HOME]'", "one variable"),
        ],
    )
    made.add_argument("notebook", type=qualified_name, metavar="NAMESPACE/NAME")
    made.add_argument(
        "field",
        nargs="?",
        metavar="FIELD.PATH",
        help="a field, or what holds it; list items by name or number in brackets",
    )
    made.add_argument(
        "--target", default="", metavar="NAME", help="as it is there (default: the first it is on)"
    )
    made.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")
    return made


def run(arguments: Namespace) -> int:
    """Explains the pod, or the part of it that was asked for."""
    from renderer.cli.named import open_named
    from renderer.cli.places import Places
    from renderer.compose.explain import explain
    from renderer.compose.fold import main_container
    from renderer.installation import has_errors
    from renderer.render import Renderer

    named = open_named(arguments.tree, arguments.notebook, arguments.target)
    say_problems(named.problems, arguments.tree, named.output)
    steps = Renderer(named.installation).explain(named.notebook, named.previous)
    main = str(main_container(steps[0].pod, named.notebook.name))
    fields = _asked(explain(steps), arguments.field, main)
    places = Places(arguments.tree, named.output)
    if arguments.format == "json":
        say(as_json(str(arguments.notebook), fields, places.of))
    else:
        say(as_text(fields, places.of, pen_for(sys.stdout)))
    return 1 if has_errors(named.problems) else 0


def _asked(fields: Sequence[Field], path: str | None, main: str) -> Sequence[Field]:
    from renderer.compose.explain import find, known_paths
    from renderer.schema.suggest import did_you_mean

    found = find(fields, path, main) if path else fields
    if not found:
        hint = did_you_mean(str(path), known_paths(fields))
        message = f"the pod has no field {path}{f'; {hint}' if hint else ''}"
        raise OctavoError(message)
    return found


Where = Callable[[Position], Position]


def as_text(fields: Sequence[Field], where: Where, pen: Pen) -> str:
    """Each field with its value, and below it its place and those of earlier values."""
    return "".join(f"{line}\n" for field in fields for line in _lines(field, where, pen))


def _lines(field: Field, where: Where, pen: Pen) -> Iterator[str]:
    name = pen(printable(field.name), Style.BOLD)
    yield f"{name}: {_shown(field, field.setting)}"
    yield f"  {_origin(field.setting, where, pen)}"
    for earlier in field.overrode:
        yield f"  overrode {_shown(field, earlier)}, {_origin(earlier, where, pen)}"


def _origin(setting: Setting, where: Where, pen: Pen) -> str:
    layer = f"{pen(setting.layer, Style.CYAN)}: {printable(setting.source)}"
    return f"{layer}, {printable(_place(setting.position, where))}"


def _shown(field: Field, setting: Setting) -> str:
    shown = json.dumps(_value(field, setting), ensure_ascii=False)
    return printable(shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}...")


def as_json(notebook: str, fields: Sequence[Field], where: Where) -> str:
    """The notebook and its fields, each with what it overrode, newest first."""
    written = [
        {
            "path": field.name,
            **_plain(field, field.setting, where),
            "overrode": [_plain(field, earlier, where) for earlier in field.overrode],
        }
        for field in fields
    ]
    return json.dumps({"notebook": notebook, "fields": written}, indent=2) + "\n"


def _plain(field: Field, setting: Setting, where: Where) -> dict[str, Any]:
    position = where(setting.position)
    return {
        "value": _value(field, setting),
        "layer": setting.layer,
        "source": setting.source,
        "file": position.file,
        "line": position.line,
    }


def _value(field: Field, setting: Setting) -> Any:
    from renderer.masks import MASK, sounds_secret

    match field.labels:
        case (*_, "env", variable, "value") if setting.value and sounds_secret(variable):
            return MASK
        case _:
            return setting.value


def _place(position: Position, where: Where) -> str:
    place = where(position)
    return f"{place.file}:{place.line}"
