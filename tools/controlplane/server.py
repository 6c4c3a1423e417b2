"""Starts the programs of a control plane on free ports of loopback, and stops them."""

from __future__ import annotations

import ctypes
import json
import secrets
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0
ATTEMPTS = 3
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A program did not come up; the message ends with what it logged last."""


@contextmanager
def running(binaries: Path, folder: Path) -> Iterator[Path]:
    """Keep a control plane up inside the `with`; gives the path of its kubeconfig."""
    with ExitStack() as programs:
        yield _start_patiently(programs, binaries, folder)


def _start_patiently(programs: ExitStack, binaries: Path, folder: Path, attempt: int = 1) -> Path:
    """Try again, on other ports: one that was free may be taken by the time it is used."""
    try:
        return _start(programs, binaries, folder / f"attempt-{attempt}")
    except StartError:
        programs.close()
        if attempt == ATTEMPTS:
            raise
    return _start_patiently(programs, binaries, folder, attempt + 1)


def _start(programs: ExitStack, binaries: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    etcd, peer, api, controllers = _free_ports(4)
    token = secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    _make_key(folder / "sa.key")
    kubeconfig = _write_kubeconfig(folder, f"https://127.0.0.1:{api}", token)

    programs.enter_context(_program(folder, _etcd(binaries, folder, etcd, peer)))
    server = programs.enter_context(_program(folder, _apiserver(binaries, folder, etcd, api)))
    _wait_until_ready(server, folder, f"https://127.0.0.1:{api}/readyz", token)
    if (binaries / "kube-controller-manager").exists():
        programs.enter_context(_program(folder, _controllers(binaries, folder, controllers)))
    return kubeconfig


def _etcd(binaries: Path, folder: Path, port: int, peer: int) -> list[str]:
    client = f"http://127.0.0.1:{port}"
    return [
        str(binaries / "etcd"),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync",
    ]


def _apiserver(binaries: Path, folder: Path, etcd: int, port: int) -> list[str]:
    return [
        str(binaries / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        f"--cert-dir={folder / 'certs'}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--allow-privileged",
    ]


def _controllers(binaries: Path, folder: Path, port: int) -> list[str]:
    program = str(binaries / "kube-controller-manager")
    flags = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    return [
        program,
        f"--kubeconfig={folder / 'kubeconfig'}",
        f"--service-account-private-key-file={folder / 'sa.key'}",
        "--leader-elect=false",
        "--controllers=*,-nodeipam,-route,-service,-cloud-node-lifecycle",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        *(["--port=0"] if " --port " in flags else []),
    ]


@contextmanager
def _program(folder: Path, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (
        _log(folder, command).open("wb") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  the keeper has one thread
        ) as process,
    ):
        try:
            yield process
        finally:
            _stop(process)


def _log(folder: Path, command: list[str]) -> Path:
    return folder / f"{Path(command[0]).name}.log"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, url: str, token: str) -> None:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    give_up = time.monotonic() + READY_WITHIN
    while not _answers(request, folder / "certs" / "apiserver.crt"):
        if server.poll() is not None or time.monotonic() > give_up:
            log = (folder / "kube-apiserver.log").read_text(errors="replace")
            raise StartError(f"kube-apiserver did not come up:\n{log[-2000:]}")
        time.sleep(0.1)


def _answers(request: urllib.request.Request, certificate: Path) -> bool:
    try:
        context = ssl.create_default_context(cafile=str(certificate))
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with direct.open(request, timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


def _write_kubeconfig(folder: Path, server: str, token: str) -> Path:
    cluster = {"server": server, "certificate-authority": str(folder / "certs" / "apiserver.crt")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "current-context": "test",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config, indent=2) + "\n")
    path.chmod(0o600)
    return path


def _make_key(path: Path) -> None:
    command = ["openssl", "genrsa", "-out", str(path), "2048"]
    subprocess.run(command, check=True, capture_output=True)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
