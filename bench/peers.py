"""The ways to make the same files. Each gets ready first, and gives the work that is measured."""

from __future__ import annotations

import importlib
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.charts import JSON, MERGE
from bench.prepare import Work
from bench.tree import directory_of, place_of
from renderer.bundle import KUSTOMIZATION, MARK
from renderer.destination import OutputDirectory
from renderer.rendering import Options, write
from renderer.sources import SourceTree
from renderer.yamlio import emit

Task = Callable[[], None]
Peer = Callable[[Work, int], Task]


def octavo(work: Work, count: int) -> Task:
    """The whole work, on one core, as if for the first time."""
    return _octavo(work, count, Options(jobs=1, remember=False))


def octavo_cores(work: Work, count: int) -> Task:
    """The same on all cores."""
    return _octavo(work, count, Options(remember=False))


def octavo_again(work: Work, count: int) -> Task:
    """A second run on one core, when nothing has changed."""
    os.environ["XDG_CACHE_HOME"] = str(work.root / "cache")
    task = _octavo(work, count, Options(jobs=1))
    task()
    return task


def _octavo(work: Work, count: int, options: Options) -> Task:
    tree = work.tree(count)
    return lambda: _expect(
        write(SourceTree(tree), OutputDirectory(work.out), options).notebooks, count
    )


def _expect(found: int, count: int) -> None:
    if found != count:
        raise ValueError(f"{found} notebooks were rendered instead of {count}")


def floor(work: Work, count: int) -> Task:
    """Ready objects, emitted and written; nothing else is done."""
    bundles, namespaces = work.bundles(), work.namespaces()

    def task() -> None:
        write_files(work.out, namespaces)
        for number in range(count):
            objects = bundles[number % len(bundles)]
            texts = {name: MARK + emit(value) for name, value in objects.items()}
            write_bundle(work.out, number, texts)

    return task


def helm(work: Work, count: int) -> Task:
    """Helm's engine in this process: values to text to files."""
    return _helm(work, count, write_bundle)


def helm_text(work: Work, count: int) -> Task:
    """Helm's engine in this process: the text alone, which goes nowhere."""
    return _helm(work, count, lambda _out, _number, _texts: None)


def _helm(work: Work, count: int, put: Callable[[Path, int, Mapping[str, str]], None]) -> Task:
    chart_type = importlib.import_module("helm_python").Chart
    values, namespaces = work.values(), work.namespaces()

    def task() -> None:
        chart = chart_type.load(work.helm_chart)
        write_files(work.out, namespaces)
        for number in range(count):
            each = values[number % len(values)]
            namespace, name = place_of(number)
            rendered = chart.render(each["values"], name=name, namespace=namespace)
            files = each["files"]
            texts = {files[Path(path).stem]: text for path, text in rendered.items()}
            put(work.out, number, texts)

    return task


def naive(work: Work, count: int) -> Task:
    """The loop that everybody writes first: YAML, Jinja, YAML, YAML."""
    yaml, jinja2 = importlib.import_module("yaml"), importlib.import_module("jinja2")
    values, namespaces = work.values(), work.namespaces()

    def task() -> None:
        loader = jinja2.FileSystemLoader(work.jinja_chart)
        environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)
        templates = {key: environment.get_template(f"{key}.yaml") for key in values[0]["files"]}
        write_files(work.out, namespaces)
        for number in range(count):
            source = work.tree(count) / "notebooks" / "/".join(place_of(number))
            with source.with_suffix(".yaml").open("rb") as file:
                notebook = yaml.load(file, Loader=yaml.CSafeLoader)
            each = values[number % len(values)]
            variables = {**each["values"], "notebook": notebook}
            texts = {}
            for key, name in each["files"].items():
                found = yaml.load(templates[key].render(variables), Loader=yaml.CSafeLoader)
                texts[name] = MARK + yaml.dump(found, Dumper=yaml.CSafeDumper, sort_keys=False)
            write_bundle(work.out, number, texts)

    return task


def helm_template(work: Work, count: int) -> Task:
    """`helm template` once for each notebook."""
    program = os.environ["HELM"]

    def task() -> None:
        for number in range(count):
            namespace, name = place_of(number)
            folder = work.out / directory_of(number)
            folder.mkdir(parents=True)
            chart, values = str(work.helm_chart), str(work.helm_values(number))
            where = ("--namespace", namespace, "--output-dir", str(folder))
            _run(program, "template", name, chart, "--values", values, *where)

    return task


def kustomize(work: Work, count: int) -> Task:
    """`kubectl kustomize` once for each notebook, which has an overlay of merge patches."""
    return _kustomize(work, count, MERGE)


def kustomize_json(work: Work, count: int) -> Task:
    """The same with JSON patches, which kustomize is quicker with."""
    return _kustomize(work, count, JSON)


def _kustomize(work: Work, count: int, patches: str) -> Task:
    def task() -> None:
        for number in range(count):
            folder = work.out / directory_of(number)
            folder.mkdir(parents=True)
            _run(
                "kubectl", "kustomize", str(work.overlay(patches, number)), "--output", str(folder)
            )
            (folder / KUSTOMIZATION).write_text(MARK)

    return task


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the programs we chose


PEERS: Mapping[str, Peer] = {
    "octavo": octavo,
    "octavo-cores": octavo_cores,
    "octavo-again": octavo_again,
    "floor": floor,
    "helm": helm,
    "helm-text": helm_text,
    "naive": naive,
    "helm-template": helm_template,
    "kustomize": kustomize,
    "kustomize-json": kustomize_json,
}


def write_bundle(out: Path, number: int, texts: Mapping[str, str]) -> None:
    directory = directory_of(number)
    write_files(out, {f"{directory}/{name}": text for name, text in texts.items()})


def write_files(out: Path, texts: Mapping[str, str]) -> None:
    """The quickest way there is, for all alike."""
    made = ""
    for name, text in texts.items():
        path = f"{out}/{name}"
        folder = path.rpartition("/")[0]
        if folder != made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            made = folder
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)
