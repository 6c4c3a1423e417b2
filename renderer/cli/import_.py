"""`octavo import`: what another system calls a notebook becomes catalog and Notebook files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.arguments import parser_of
from renderer.cli.inputs import STANDARD_INPUT, read
from renderer.cli.output import remark
from renderer.errors import OutputError
from renderer.names import is_dns_label

if TYPE_CHECKING:
    from renderer.imports.papers import Import
    from renderer.imports.remarks import Remark
    from renderer.imports.templates import Directories

SYSTEMS = {
    "kubeflow": ("Kubeflow", "kubeflow"),
    "jupyterhub": ("JupyterHub", "jupyterhub"),
    "notebook-on-kube": ("notebook-on-kube", "notebooks"),
}
SETTINGS = "octavo.yaml"
Source = tuple[str, bytes]


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "import",
        "Reads live Kubeflow Notebooks, the values of a JupyterHub, or those of notebooks of\n"
        "notebook-on-kube, and writes a catalog, Notebook files, an octavo.yaml where there is\n"
        "none, and IMPORT.md: what could not be carried over. What sounds secret is not copied.",
        [
            ("octavo import kubeflow live.yaml --out kf", "from kubectl get ... -o yaml"),
            ("octavo import jupyterhub values.yaml --out hub", "from profiles of a JupyterHub"),
            ("octavo import notebook-on-kube nok-alice-churn.yaml --out nok", "a file a notebook"),
        ],
    )
    made.add_argument("system", choices=tuple(SYSTEMS), help="where the notebooks are now")
    made.add_argument(
        "files",
        nargs="*",
        default=[STANDARD_INPUT],
        metavar="FILE",
        help="what to read; - or none is standard input",
    )
    made.add_argument(
        "--out", type=Path, metavar="DIR", help="the tree to write to (default: that of -C)"
    )
    made.add_argument("--force", action="store_true", help="replace files that are there")
    made.add_argument(
        "--catalog-namespace",
        type=_namespace,
        metavar="NAMESPACE",
        help="the namespace of the Templates (default: kubeflow, jupyterhub or notebooks)",
    )
    made.add_argument(
        "--namespace",
        type=_namespace,
        metavar="NAMESPACE",
        help="where releases of notebook-on-kube live (default: default)",
    )
    made.add_argument(
        "--owner",
        default="",
        metavar="USER",
        help="whose the releases are (default: by their names)",
    )
    return made


def _namespace(text: str) -> str:
    if not is_dns_label(text):
        message = f'"{text}" cannot be the name of a namespace'
        raise ArgumentTypeError(message)
    return text


def run(arguments: Namespace) -> int:
    """Imports, tries out what came of it, and writes what passes `octavo check`."""
    from renderer.cli.trial import tried
    from renderer.imports.papers import text_of
    from renderer.imports.report import REPORT, report, said
    from renderer.imports.templates import Directories

    title, namespace = SYSTEMS[arguments.system]
    out = arguments.out or arguments.tree
    directories = Directories("catalog", "notebooks")
    sources = [read(name) for name in arguments.files]
    made = _imported(arguments, sources, arguments.catalog_namespace or namespace, directories)
    files = {paper.path: text_of(paper) for paper in made.papers}
    remarks = list(made.remarks)
    passed = tried(files, out, remarks)
    kept = _placed(passed, directories, out)
    _keep_settings(kept, out, remarks)
    kept[REPORT] = report(title, [*kept], remarks)
    _write(kept, out, force=arguments.force)
    sys.stderr.write(said(remarks))
    remark(f"wrote {len(kept)} files below {out}; {out / REPORT} says what is left to do")
    return 0 if len(passed) == len(files) else 1


def _placed(files: Mapping[str, str], made: Directories, out: Path) -> dict[str, str]:
    """The files in the directories that the tree's own settings name, where it has some."""
    from renderer.cli.settings import settings_in
    from renderer.model.settings import Settings

    settings = settings_in(out) if out.is_dir() else Settings()
    named = {made.catalog: settings.catalog, made.notebooks: settings.notebooks}
    return {
        "/".join((named.get(top, top), *rest)): text
        for name, text in files.items()
        for top, *rest in [name.split("/")]
    }


def _imported(
    arguments: Namespace, sources: list[Source], namespace: str, directories: Directories
) -> Import:
    """Each system is imported only where it is asked for."""
    match arguments.system:
        case "kubeflow":
            from renderer.imports.kubeflow import import_kubeflow
            from renderer.imports.manifests import objects_in

            objects = [each for name, data in sources for each in objects_in(data, name)]
            return import_kubeflow(objects, sources[0][0], namespace, directories)
        case "jupyterhub":
            from renderer.imports.jupyterhub import import_jupyterhub
            from renderer.imports.manifests import values_in

            values = [(name, each) for name, data in sources for each in values_in(data, name)]
            return import_jupyterhub(values, namespace, directories)
        case _:
            from renderer.imports.manifests import values_in
            from renderer.imports.notebook_on_kube import Given, import_notebook_on_kube

            given = Given(arguments.namespace or "default", arguments.owner)
            values = [(name, each) for name, data in sources for each in values_in(data, name)]
            return import_notebook_on_kube(values, given, namespace, directories)


def _keep_settings(files: dict[str, str], out: Path, remarks: list[Remark]) -> None:
    """An octavo.yaml that is there stays as it is."""
    from renderer.imports.remarks import to_do

    if SETTINGS in files and (out / SETTINGS).exists():
        lines = files.pop(SETTINGS).splitlines()
        message = f"{SETTINGS} is there already; compare it with what the other system had"
        remarks.append(to_do(SETTINGS, message, "; ".join(line for line in lines if line)))


def _write(files: Mapping[str, str], out: Path, *, force: bool) -> None:
    """All files, or none where one of them is there already."""
    there = sorted(name for name in files if (out / name).exists())
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        message = f"{out / there[0]}{more} would be overwritten: name another --out, or say --force"
        raise OutputError(message)
    for name, text in files.items():
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror or error}"
            raise OutputError(message) from error
