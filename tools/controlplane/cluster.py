"""What a test holds of the control plane: a namespace of its own, kubectl, other users, the log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from controlplane import audit, credentials, identities, site
from controlplane.audit import Asker, Recording
from controlplane.binaries import MissingError
from controlplane.kubectl import Kubectl, KubectlError

__all__ = ["Cluster", "KubectlError"]

WAIT = 30.0
POLL = 0.1
SCOPE = "tests.octavo/namespace"


def namespace(name: str) -> Mapping[str, Any]:
    """A namespace that a webhook of a test can name: old servers do not label them by name."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {SCOPE: name}},
    }


@dataclass(frozen=True, slots=True)
class Cluster:
    """A namespace of a real API server; `kubeconfig` is of an admin.

    `folder` is the control plane's own, or any to write to where the cluster is somebody else's.
    """

    kubeconfig: Path
    namespace: str
    program: str
    folder: Path

    def kubectl(self, *words: str, stdin: str = "") -> str:
        return self._kubectl(*words, stdin=stdin)

    def apply(self, manifests: str, *flags: str, manager: str = "octavo") -> str:
        """Apply YAML or JSON on the server's side; `--dry-run=server` only asks."""
        words = ("apply", "--server-side", f"--field-manager={manager}", "--filename=-", *flags)
        return self.kubectl(*words, stdin=manifests)

    def get(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """The object, or None where there is none."""
        found = self.kubectl("get", kind, name, "--output=json", "--ignore-not-found")
        return json.loads(found) if found else None

    def eventually(self, happened: Callable[[], bool]) -> None:
        """Wait until it has happened; an AssertionError says that it did not."""
        give_up = time.monotonic() + WAIT
        while not happened():
            if time.monotonic() > give_up:
                raise AssertionError(f"did not happen within {WAIT:.0f} seconds")
            time.sleep(POLL)

    def using(self, kubeconfig: Path) -> Cluster:
        """The same namespace, as the user of another kubeconfig."""
        return replace(self, kubeconfig=kubeconfig)

    def as_service_account(
        self, name: str, cluster_role_yaml: str = "", *, only_in: Sequence[str] = ()
    ) -> Path:
        """The kubeconfig of a new ServiceAccount of this namespace, bound to these new roles.

        A ClusterRole counts everywhere, or in the namespaces that `only_in` lists.
        """
        return identities.service_account(self._kubectl, name, cluster_role_yaml, only_in)

    def as_user(self, name: str, groups: Sequence[str] = ()) -> Path:
        """The kubeconfig of a person, known by a client certificate."""
        if not self.is_ours:
            raise MissingError("no authority that signs for the users of a given cluster")
        return identities.user(self._kubectl, credentials.authority(self.folder), name, groups)

    def audit(self, user_agent: str = "", since: int = 0, **who: str) -> list[Mapping[str, Any]]:
        """The events of the audit log; `who` as in `recording`, `since` as of `audit_position`."""
        return list(audit.events(self._log, Asker(user_agent, **who), since))

    def audit_position(self) -> int:
        """Where the audit log ends now."""
        return audit.end(self._log)

    @contextmanager
    def recording(
        self, user_agent: str = "", *, tag: str = "", user: str = "", namespace: str = ""
    ) -> Iterator[Recording]:
        """Record the requests whose user agent and user begin so, and which name this namespace.

        Other tests use the same server: where neither a `tag`, anywhere in the user agent, nor a
        `user` tells ours from theirs, only requests to the test's own namespace are recorded.
        There, controllers are askers, too.
        """
        named = namespace or ("" if tag or user else self.namespace)
        recording = Recording(self._log, Asker(user_agent, tag, user, named))
        yield recording
        recording.stop()

    @property
    def is_ours(self) -> bool:
        """Whether this project started it, and so knows its files."""
        return site.audit_log(self.folder).exists()

    @property
    def _log(self) -> Path:
        if not self.is_ours:
            raise MissingError("no audit log of a given cluster")
        return site.audit_log(self.folder)

    @property
    def _kubectl(self) -> Kubectl:
        return Kubectl(self.program, self.kubeconfig, self.namespace, self.folder)
