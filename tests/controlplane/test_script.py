"""The binaries are looked for where they are cheap to have first, and never taken unproved."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "controlplane.sh"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
CURL = """#!/bin/sh
# Gives the files of a folder, whatever host they are asked of, and fails where there is none.
while [ $# -gt 0 ]; do
  case $1 in --output) to=$2; shift ;; https://*) url=$1 ;; esac
  shift
done
echo "$url" >>"$OFFERED.asked"
cp "$OFFERED/${url##*/}" "$to" 2>/dev/null || exit 6
"""
NOTHING_ELSE = "#!/bin/sh\nexit 100\n"  # the build begins with these, and goes no further


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """A folder of what can be downloaded; empty so far."""
    folder = tmp_path / "offered"
    folder.mkdir()
    return folder


def run(tmp_path: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    fakes = tmp_path / "fakes"
    fakes.mkdir(exist_ok=True)
    for name in ("apt-get", "dpkg-deb", "make"):
        program(fakes / name, NOTHING_ELSE)
    program(fakes / "curl", CURL)
    environment = {
        "PATH": f"{fakes}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "OFFERED": str(tmp_path / "offered"),
        **settings,
    }
    return subprocess.run(
        [SCRIPT, *words], env=environment, check=False, capture_output=True, text=True
    )


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def offer(folder: Path) -> None:
    """Everything, with its sums."""
    for name in ("kube-apiserver", "kube-controller-manager"):
        (folder / name).write_text(f"#!/bin/sh\necho {name}\n")
        (folder / f"{name}.sha256").write_text(digest(folder / name))
    program(folder / "etcd-v3.4.13-linux/etcd", "#!/bin/sh\necho etcd\n")
    sums = ""
    for processor in ("amd64", "arm64"):
        archive = folder / f"etcd-v3.4.13-linux-{processor}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder / "etcd-v3.4.13-linux/etcd", f"{archive.name[:-7]}/etcd")
        sums += f"{digest(archive)}  {archive.name}\n"
    (folder / "SHA256SUMS").write_text(sums)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cached(tmp_path: Path) -> Path:
    return tmp_path / ".cache/octavo/controlplane/v1.20.2"


def asked(tmp_path: Path) -> list[str]:
    log = tmp_path / "offered.asked"
    return log.read_text().splitlines() if log.exists() else []


def test_a_given_directory_comes_first(tmp_path: Path) -> None:
    for folder in (tmp_path / "given", cached(tmp_path)):
        for name in PROGRAMS:
            program(folder / name, "")
    done = run(tmp_path, KUBEBUILDER_ASSETS=str(tmp_path / "given"))
    assert done.stdout.strip() == str(tmp_path / "given")


def test_a_given_directory_that_holds_nothing_is_a_mistake_to_tell(tmp_path: Path) -> None:
    done = run(tmp_path, KUBEBUILDER_ASSETS=str(tmp_path))
    assert done.returncode == 1
    assert "KUBEBUILDER_ASSETS holds no etcd" in done.stderr


def test_the_cache_comes_second_and_nobody_is_asked(tmp_path: Path, offered: Path) -> None:
    offer(offered)
    for name in PROGRAMS:
        program(cached(tmp_path) / name, "")
    assert run(tmp_path).stdout.strip() == str(cached(tmp_path))
    assert asked(tmp_path) == []


def test_only_looking_asks_nobody(tmp_path: Path, offered: Path) -> None:
    offer(offered)
    done = run(tmp_path, "--find")
    assert done.returncode == 1
    assert "make controlplane" in done.stderr
    assert asked(tmp_path) == []


def test_the_download_comes_third(tmp_path: Path, offered: Path) -> None:
    offer(offered)

    done = run(tmp_path)

    assert done.stdout.strip() == str(cached(tmp_path))
    assert sorted(each.name for each in cached(tmp_path).iterdir()) == sorted(PROGRAMS)
    for name in PROGRAMS:
        said = subprocess.run([cached(tmp_path) / name], check=True, capture_output=True, text=True)
        assert said.stdout.strip() == name
    assert not (cached(tmp_path).parent / "building").exists()
    assert all(url.startswith("https://") for url in asked(tmp_path))


def test_without_a_network_the_build_begins_within_seconds(tmp_path: Path) -> None:
    began = time.monotonic()

    done = run(tmp_path)

    assert "building" in done.stderr
    assert "1/4 packages" in done.stderr
    assert len(asked(tmp_path)) == 1
    assert time.monotonic() - began < 10
    assert not cached(tmp_path).exists()


@pytest.mark.parametrize("name", ["kube-apiserver", "kube-controller-manager", "SHA256SUMS"])
def test_what_is_not_what_its_sum_says_is_not_kept(
    tmp_path: Path, offered: Path, name: str
) -> None:
    offer(offered)
    with (offered / name).open("r+") as file:
        file.write("0" * 64)

    done = run(tmp_path)

    assert "not what its checksum says" in done.stderr
    assert "1/4 packages" in done.stderr
    assert not cached(tmp_path).exists()


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-controller-manager.sha256"])
def test_half_a_download_is_none(tmp_path: Path, offered: Path, name: str) -> None:
    offer(offered)
    (offered / name).unlink()
    assert "1/4 packages" in run(tmp_path).stderr
    assert not cached(tmp_path).exists()
    assert list((cached(tmp_path).parent / "building/bin").iterdir()) == []
