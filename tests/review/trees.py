"""A base, pull requests to it as directories, and what is said of them."""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from renderer.review.markdown import markdown
from renderer.review.plain import as_data, text
from renderer.review.review import Review
from renderer.review.reviewing import Reviewer

SETTINGS = """\
admins:
  - root@example.com
  - kind: Group
    name: platform
groups:
  platform: [petra@example.com]
  vision: [carol@example.com]
namespaces:
  allowed: [research, vision, lab]
review:
  identities:
    Alice: alice@example.com
    bob: bob@example.com
    eve: eve
    carol: carol@example.com
    mallory: mallory@example.com
    petra: petra@example.com
    root: root@example.com
  anyone: [docs/**, README.md]
"""
CATALOG = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  options: [opt]
  home: {mountPath: /home/jovyan, size: 10Gi, maxSize: 100Gi}
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: opt, namespace: kf}
spec: {template: {spec: {containers: [{name: main, env: [{name: B, value: b}]}]}}}
"""


def notebook(name: str, owner: str = "alice@example.com", extra: str = "") -> str:
    """A Notebook; extra is the rest of its spec."""
    space, _, short = name.partition("/")
    return (
        "apiVersion: jackhoman.dev/v1beta1\nkind: Notebook\n"
        f"metadata: {{name: {short}, namespace: {space}}}\n"
        "spec:\n"
        + (f"  owner: {owner}\n" if owner else "")
        + "  templateRef: {name: base, namespace: kf}\n"
        + extra
    )


SHARED = "  sharing:\n  - {name: bob@example.com, access: edit}\n  - {name: eve, access: view}\n"
BASE: Mapping[str, str] = {
    "octavo.yaml": SETTINGS,
    "catalog/all.yaml": CATALOG,
    "README.md": "read\n",
    ".github/workflows/ci.yaml": "on: push\n",
    "notebooks/research/churn.yaml": notebook("research/churn", extra=SHARED),
    "notebooks/research/survey.yaml": notebook("research/survey", "mallory@example.com"),
    "notebooks/vision/nets.yaml": notebook("vision/nets", "{kind: Group, name: vision}"),
    "notebooks/lab/orphan.yaml": notebook("lab/orphan", ""),
}

Files = Mapping[str, str | None]


@dataclass
class Opened:
    """A pull request, reviewed."""

    review: Review
    reviewer: Reviewer = field(repr=False)

    @property
    def refused(self) -> list[str]:
        return [str(each.what) for each in self.review.refusals]

    @property
    def problems(self) -> list[str]:
        return [str(each) for each in self.review.problems]

    @property
    def effects(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for impact in self.review.impacts:
            words = [str(effect.what) for effect in impact.effects]
            found.setdefault("/".join(impact.identity), []).extend(words)
        return found

    @property
    def deeds(self) -> dict[str, str]:
        return {each.name: each.deed.value for each in self.review.affairs}

    def markdown(self, limit: int = 60_000) -> str:
        return markdown(self.review, self.reviewer.differences(), "octavo review", limit)

    def text(self) -> str:
        return "\n".join(text(self.review, self.reviewer.differences()))

    def data(self) -> dict[str, object]:
        return as_data(self.review, self.reviewer.differences())


Open = Callable[..., Opened]


def written(root: Path, files: Mapping[str, str | None]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        elif content.startswith("-> "):
            path.unlink(missing_ok=True)
            path.symlink_to(content[3:])
        else:
            path.write_text(content)
    return root


def listed(root: Path) -> dict[str, tuple[str, bytes]]:
    """Paths with their modes as git would have them, and what is in them."""
    found = {}
    for folder, directories, names in os.walk(root):
        for name in [*names, *(d for d in directories if Path(folder, d).is_symlink())]:
            path = Path(folder, name)
            if path.is_symlink():
                state = "120000", os.fsencode(path.readlink())
            else:
                runs = path.stat().st_mode & stat.S_IXUSR
                state = "100755" if runs else "100644", path.read_bytes()
            found[path.relative_to(root).as_posix()] = state
    return found
