"""Where one control plane keeps its files and ports, and the command lines that follow from it."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from controlplane import credentials, programs

AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}
NEVER_ROTATE = 1_000_000  # MB; a rotated log is a lost one for who reads it by offset


@dataclass(frozen=True, slots=True)
class Site:
    """A prepared folder: keys, tokens, kubeconfig of an admin, and four free ports."""

    folder: Path
    binaries: Path
    ports: tuple[int, int, int, int]
    token: str
    flags: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.ports[2]}"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def certificate(self) -> Path:
        return self.folder / "certs" / "apiserver.crt"


def audit_log(folder: Path) -> Path:
    return folder / "audit.log"


def prepared(folder: Path, binaries: Path, flags: Sequence[str] = ()) -> Site:
    """Make all that the programs are told by files."""
    folder.mkdir(parents=True)
    etcd, peer, api, controllers = programs.free_ports(4)
    token = secrets.token_hex(16)
    site = Site(folder, binaries, (etcd, peer, api, controllers), token, tuple(flags))
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    (folder / "audit-policy.json").write_text(json.dumps(AUDIT_POLICY))
    audit_log(folder).touch()
    credentials.signing_key(folder / "sa.key")
    credentials.authority(folder)
    cluster = {"server": site.url, "certificate-authority": str(site.certificate)}
    credentials.kubeconfig(site.kubeconfig, cluster, {"token": token})
    return site


def etcd(site: Site) -> list[str]:
    client, peer = (f"http://127.0.0.1:{port}" for port in site.ports[:2])
    return [
        str(site.binaries / "etcd"),
        f"--data-dir={site.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        "--unsafe-no-fsync",
    ]


def apiserver(site: Site) -> list[str]:
    folder = site.folder
    return [
        str(site.binaries / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{site.ports[0]}",
        f"--cert-dir={folder / 'certs'}",
        f"--secure-port={site.ports[2]}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--client-ca-file={folder / 'client-ca.crt'}",
        "--authorization-mode=RBAC",
        "--allow-privileged",
        f"--audit-policy-file={folder / 'audit-policy.json'}",
        f"--audit-log-path={audit_log(folder)}",
        "--audit-log-mode=blocking-strict",
        f"--audit-log-maxsize={NEVER_ROTATE}",
        *site.flags,
    ]


def has_controllers(site: Site) -> bool:
    return (site.binaries / "kube-controller-manager").exists()


def controllers(site: Site) -> list[str]:
    program = str(site.binaries / "kube-controller-manager")
    flags = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    return [
        program,
        f"--kubeconfig={site.kubeconfig}",
        f"--service-account-private-key-file={site.folder / 'sa.key'}",
        "--leader-elect=false",
        "--controllers=*,-nodeipam,-route,-service,-cloud-node-lifecycle",
        "--bind-address=127.0.0.1",
        f"--secure-port={site.ports[3]}",
        *(["--port=0"] if " --port " in flags else []),
    ]
