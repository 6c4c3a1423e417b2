"""Servers on loopback that take pushes: git's own daemon, and an sshd."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.02)
        else:
            return


@contextmanager
def daemon(root: Path, *, taking: bool = True) -> Iterator[str]:
    """`git daemon`; the URL of the directory it serves."""
    port = free_port()
    words = ["git", "daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1"]
    words += [f"--port={port}", f"--base-path={root}"]
    words += ["--enable=receive-pack"] if taking else []
    process = subprocess.Popen([*words, str(root)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"git://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True, slots=True)
class Ssh:
    """An sshd that lets one key in."""

    port: int
    key: Path
    known_hosts: Path

    def url(self, place: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{place}"


def key_pair(file: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    return file


@contextmanager
def sshd(home: Path) -> Iterator[Ssh]:
    assert SSHD is not None
    home.mkdir()
    key, host = key_pair(home / "key"), key_pair(home / "host")
    shutil.copy(key.with_suffix(".pub"), home / "authorized")
    port = free_port()
    settings = home / "sshd_config"
    settings.write_text(
        f'HostKey "{host}"\nAuthorizedKeysFile "{home}/authorized"\nListenAddress 127.0.0.1\n'
        f"Port {port}\nStrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\n"
        "PermitRootLogin prohibit-password\n",
        encoding="utf-8",
    )
    public = host.with_suffix(".pub").read_text(encoding="utf-8")
    (home / "known").write_text(f"[127.0.0.1]:{port} {public}", encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", settings], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Ssh(port, key, home / "known")
    finally:
        process.terminate()
        process.wait()
