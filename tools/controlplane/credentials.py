"""Keys, certificates and kubeconfigs, made with openssl and read with kubectl."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DAYS = "7"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


def signing_key(path: Path) -> None:
    """An RSA key, which every release signs the tokens of service accounts with."""
    _openssl("genrsa", "-out", str(path), "2048")


def authority(folder: Path) -> Pair:
    """The authority that signs the certificates of users; made once for a folder."""
    pair = Pair(folder / "client-ca.crt", folder / "client-ca.key")
    if not pair.key.exists():
        _self_signed(pair, "/CN=users-of-the-tests")
    return pair


def of_loopback(folder: Path) -> Pair:
    """A self-signed certificate for a server at 127.0.0.1."""
    pair = Pair(folder / "loopback.crt", folder / "loopback.key")
    _self_signed(pair, "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    return pair


def of_user(folder: Path, signed_by: Pair, name: str, groups: Sequence[str]) -> Pair:
    """A certificate by which the API server knows a user and their groups."""
    pair = Pair(folder / "user.crt", folder / "user.key")
    request = folder / "user.csr"
    subject = "".join(f"/O={_escaped(each)}" for each in groups) + f"/CN={_escaped(name)}"
    asking = ("-subj", subject, "-utf8", "-keyout", str(pair.key), "-out", str(request))
    _openssl("req", "-new", *NEW_KEY, *asking)
    signing = ("-CA", str(signed_by.certificate), "-CAkey", str(signed_by.key))
    serial = ("-set_serial", f"0x{secrets.token_hex(8)}")
    files = ("-in", str(request), "-out", str(pair.certificate))
    _openssl("x509", "-req", "-days", DAYS, *signing, *serial, *files)
    return pair


def kubeconfig(path: Path, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> Path:
    """Write a kubeconfig that names one cluster and one user, readable for nobody else."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=2) + "\n")
    return path


def read(program: str, path: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The cluster and the user of a kubeconfig in use, with whatever its files hold."""
    words = ("config", "view", "--raw", "--minify", "--flatten", "--output=json")
    command = [program, f"--kubeconfig={path}", *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    config = json.loads(done.stdout)
    return config["clusters"][0]["cluster"], config["users"][0]["user"]


def as_data(path: Path) -> str:
    """A file, as it stands in a kubeconfig or in a webhook's `caBundle`."""
    return base64.b64encode(path.read_bytes()).decode()


def _self_signed(pair: Pair, subject: str, *more: str) -> None:
    files = ("-keyout", str(pair.key), "-out", str(pair.certificate))
    _openssl("req", "-x509", *NEW_KEY, "-days", DAYS, "-subj", subject, *files, *more)


def _escaped(name: str) -> str:
    return re.sub(r"([\\/+])", r"\\\1", name)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
