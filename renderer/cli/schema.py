"""`octavo schema`: the JSON schemas of what people write."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from renderer.cli.arguments import parser_of
from renderer.cli.output import say
from renderer.errors import UsageError

FOR_EDITORS = """
Print one with `octavo schema KIND`. Editors with the YAML language server check and complete a
file whose first line names its schema:

  octavo schema notebook > notebook.schema.json
  # yaml-language-server: $schema=notebook.schema.json
"""


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "schema",
        "Without KIND: the kinds there are, and how editors use their schemas.",
        [
            ("octavo schema", "list the kinds"),
            ("octavo schema notebook > notebook.schema.json", "keep the schema of one"),
        ],
    )
    made.add_argument("kind", nargs="?", metavar="KIND", help="such as notebook or template")
    return made


def run(arguments: Namespace) -> int:
    """Prints one schema, or what there is."""
    from renderer.schema.kinds import KINDS, schema_text
    from renderer.schema.suggest import did_you_mean

    if arguments.kind is None:
        say(_listing() + FOR_EDITORS)
        return 0
    kind = arguments.kind.lower()
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"there are {', '.join(KINDS)}"
        message = f'there is no kind "{arguments.kind}"; {hint}'
        raise UsageError(message)
    say(schema_text(kind))
    return 0


def _listing() -> str:
    from renderer.cli.tables import columns
    from renderer.schema.kinds import KINDS, bundled

    return columns([(key, str(bundled(key).get("description", ""))) for key in KINDS])
