"""Thousands of merges, each of them compared with what `kubectl patch --local` makes of it.

Every patch is applied to a whole file of bases at once, so that a call proves many merges.
`MERGE_PATCHES=2000` proves more.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from renderer.merge import MergeError, merge

PATCHES = int(os.environ.get("MERGE_PATCHES", "120"))
BASES = 50
CHUNK = 20
FIRST_TO_DROP_DIRECTIVES = 27

KUBECTL = shutil.which("kubectl")

Map = dict[str, Any]


class Writer:
    """Writes random pod templates, and random patches full of directives."""

    def __init__(self, seed: int, *, patching: bool, new_ground: bool = True) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.patching = patching
        self.new_ground = new_ground

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def directive(self, of: float) -> bool:
        return self.patching and self.chance(of)

    def template(self) -> Map:
        return self.map(
            metadata=lambda: self.map(
                labels=self.words,
                annotations=self.words,
                finalizers=lambda: self.pick("abcd"),
            ),
            spec=self.spec,
        )

    def spec(self) -> Map:
        return self.map(
            containers=lambda: self.items("name", ["main", "side", "third"], self.container),
            initContainers=lambda: self.items("name", ["one", "two"], self.container),
            volumes=lambda: self.items("name", ["v", "w", "x", "y"], self.volume),
            imagePullSecrets=lambda: self.items("name", ["r", "s"], dict),
            hostAliases=lambda: self.items("ip", ["::1", "::2"], self.aliases),
            topologySpreadConstraints=lambda: self.items("topologyKey", ["a", "b"], self.spread),
            tolerations=lambda: [{"key": key, "operator": "Exists"} for key in self.pick("ab")],
            nodeSelector=self.words,
            securityContext=lambda: self.map(
                fsGroup=self.number, runAsUser=self.number, seLinuxOptions=self.words
            ),
            terminationGracePeriodSeconds=self.number,
        )

    def container(self) -> Map:
        return self.map(
            image=self.word,
            args=lambda: self.pick("abcd"),
            env=lambda: self.items("name", ["A", "B", "C", "D"], self.variable),
            ports=lambda: self.items("containerPort", [53, 4040, 8888], self.port),
            volumeMounts=lambda: self.items("mountPath", ["/a", "/b", "/c"], self.mount),
            resources=lambda: self.map(limits=self.words, requests=self.words),
            lifecycle=lambda: self.map(
                preStop=lambda: self.map(exec=lambda: {"command": self.pick("ab")})
            ),
        )

    def volume(self) -> Map:
        return self.map(
            emptyDir=lambda: self.map(medium=self.word, sizeLimit=self.word),
            secret=lambda: self.map(secretName=self.word, items=lambda: [{"key": self.word()}]),
        )

    def variable(self) -> Map:
        source = {"fieldRef": {"fieldPath": "metadata.name"}}
        return self.map(value=self.word, valueFrom=lambda: source)

    def port(self) -> Map:
        return self.map(name=self.word, protocol=lambda: self.random.choice(["TCP", "UDP"]))

    def mount(self) -> Map:
        return self.map(name=self.word, readOnly=lambda: self.chance(0.5), subPath=self.word)

    def spread(self) -> Map:
        return self.map(maxSkew=self.number, whenUnsatisfiable=self.word)

    def aliases(self) -> Map:
        return self.map(hostnames=lambda: self.pick("abc"))

    def words(self) -> Map:
        return self.map(**dict.fromkeys("abc", self.word))

    def word(self) -> str:
        return self.random.choice("stuv")

    def number(self) -> int:
        return self.random.randrange(4)

    def pick(self, choice: str) -> list[str]:
        return self.random.sample(choice, self.random.randrange(1, len(choice) + 1))

    def map(self, **fields: Any) -> Map:
        """Some of the fields; of a patch, some of them null, and perhaps a directive."""
        written: Map = {}
        for name, write in fields.items():
            if not self.chance(0.5 if self.patching else 0.8):
                continue
            written[name] = None if self.directive(0.06) else write()
            if isinstance(written[name], list):
                self.order(written, name)
        self.delete_from_list(written, fields)
        if self.directive(0.04):
            named = [*written, *self.random.sample(sorted(fields), self.random.randrange(2))]
            forgotten = sorted(written)[:1] if self.chance(0.1) else []
            kept = [n for n in named if not n.startswith("$") and n not in forgotten]
            written["$retainKeys"] = kept
        elif self.new_ground and self.directive(0.04):
            written["$patch"] = self.random.choice(["replace", "delete"])
        return written

    def delete_from_list(self, written: Map, fields: Map) -> None:
        for name, choice in {"finalizers": "abcd", "args": "abcd"}.items():
            if name in fields and self.new_ground and self.directive(0.15):
                taken = written.get(name) or []
                if name != "args" or name not in written:
                    doomed = [item for item in self.pick(choice) if item not in taken]
                    written[f"$deleteFromPrimitiveList/{name}"] = doomed

    def order(self, written: Map, name: str) -> None:
        """Say in which order the list beside it goes, rightly, or sometimes wrongly."""
        items = written[name]
        if name in ("tolerations", "items") or {"$patch": "replace"} in items:
            return
        if not items or not self.directive(0.15):
            return
        key = next((k for k in MERGE_KEYS if isinstance(items[0], dict) and k in items[0]), "")
        wanted = [{key: item[key]} if key else item for item in items]
        others = [{key: o} for o in MERGE_KEYS[key]] if key else ["a", "b", "c", "d"]
        for other in self.random.sample(others, self.random.randrange(len(others))):
            if other not in wanted:
                wanted.insert(self.random.randrange(len(wanted) + 1), other)
        if self.chance(0.2):
            self.random.shuffle(wanted)
        written[f"$setElementOrder/{name}"] = wanted
        if self.chance(0.2):
            del written[name]

    def items(self, key: str, values: list[Any], write: Any) -> list[Map]:
        """Items of a merging list; in a patch some are marked, in a base some stand twice."""
        chosen = self.random.sample(values, self.random.randrange(1, len(values) + 1))
        if key == "containerPort" and self.chance(0.3):
            chosen.append(chosen[0])
        written: list[Map] = []
        for value in chosen:
            deleted = self.directive(0.15)
            item: Map = {"$patch": "delete"} if deleted else self.item(write)
            written.append({key: value} | item)
            if "$retainKeys" in item:
                item["$retainKeys"].append(key)
        if self.directive(0.08):
            written.insert(self.random.randrange(len(written) + 1), {"$patch": "replace"})
        return written

    def item(self, write: Any) -> Map:
        item: Map = write()
        item.pop("$patch", None)
        return item


MERGE_KEYS: dict[str, list[Any]] = {
    "containerPort": [53, 4040, 8888],
    "mountPath": ["/a", "/b", "/c"],
    "topologyKey": ["a", "b"],
    "ip": ["::1", "::2"],
    "name": ["A", "B", "C", "D", "main", "side", "v", "w", "x", "y", "r", "s"],
}


def as_served(value: Any) -> Any:
    """What kubectl prints as the API server would read it.

    In and below an added item of a list kubectl leaves nulls and directives as they stand. The
    server passes over nulls and over fields that begin with a dollar sign. Items that a patch
    marks are left out on top of that: to the server they would be items without content.
    """
    if isinstance(value, dict):
        return {
            key: as_served(child)
            for key, child in value.items()
            if child is not None and not key.startswith("$") and not is_deletion(child)
        }
    if isinstance(value, list):
        return [as_served(item) for item in value if not is_marked(item)]
    return value


def is_marked(value: Any) -> bool:
    return isinstance(value, dict) and "$patch" in value


def is_deletion(value: Any) -> bool:
    return is_marked(value) and value["$patch"] == "delete"


def patched_by_kubectl(file: Path, patch: Map) -> dict[str, Any]:
    """The patched templates by name; the names of those it could not patch are missing."""
    assert KUBECTL
    words = ["patch", "--local", "--type=strategic", "-o=json", f"--filename={file}"]
    words += ["--patch", json.dumps({"template": patch})]
    done = subprocess.run([KUBECTL, *words], capture_output=True, check=False)
    return {each["metadata"]["name"]: each.get("template", {}) for each in objects(done.stdout)}


def objects(printed: bytes) -> Iterator[Map]:
    text, decoder = printed.decode().lstrip(), json.JSONDecoder()
    while text:
        found, end = decoder.raw_decode(text)
        yield found
        text = text[end:].lstrip()


def minor_version() -> int:
    assert KUBECTL
    words = [KUBECTL, "version", "--client", "--output=json"]
    done = subprocess.run(words, capture_output=True, check=True)
    return int(json.loads(done.stdout)["clientVersion"]["minor"].rstrip("+"))


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Map]]:
    if not KUBECTL:
        if os.environ.get("CI"):
            pytest.fail("no kubectl to compare with")
        pytest.skip("NOT PROVEN: there is no kubectl to compare merges with")
    templates = [Writer(seed, patching=False).template() for seed in range(BASES)]
    items = [
        {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": str(i)}, "template": each}
        for i, each in enumerate(templates)
    ]
    file = tmp_path_factory.mktemp("bases") / "bases.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return file, templates


@pytest.mark.parametrize("start", range(0, PATCHES, CHUNK))
def test_merges_are_those_of_kubectl(bases: tuple[Path, list[Map]], start: int) -> None:
    file, templates = bases
    # Older kubectls keep a replacement where nothing was, newer ones do not.
    new_ground = minor_version() >= FIRST_TO_DROP_DIRECTIVES
    seeds = range(1000 + start, 1000 + start + CHUNK)
    patches = [Writer(seed, patching=True, new_ground=new_ground).template() for seed in seeds]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda patch: patched_by_kubectl(file, patch), patches))
    for patch, expected in zip(patches, answers, strict=True):
        for name, template in enumerate(templates):
            before = json.dumps([template, patch])
            try:
                merged = merge(template, patch)
            except MergeError:
                assert str(name) not in expected, before
            else:
                assert str(name) in expected, before
                assert merged == as_served(expected[str(name)]), before
            assert json.dumps([template, patch]) == before
    assert sum(map(len, answers)) > len(seeds) * BASES / 4
