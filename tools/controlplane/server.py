"""Brings a control plane up on free ports of loopback, and down again."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from controlplane import programs, site
from controlplane.programs import Process
from controlplane.site import Site

READY_WITHIN = 60.0
ATTEMPTS = 3
POLL = 0.1


class StartError(Exception):
    """A program did not come up; the message ends with what it logged last."""


class ApiServer:
    """The API server of a site, which may be stopped and started again."""

    def __init__(self, place: Site) -> None:
        self.site = place
        self.pid = 0
        self._running = ExitStack()

    def start(self) -> None:
        """Return when it answers."""
        with ExitStack() as starting:
            command = site.apiserver(self.site)
            process = starting.enter_context(programs.running(command, self.site.folder))
            _wait_until_ready(process, self.site)
            self.pid = process.pid
            self._running = starting.pop_all()

    def stop(self) -> None:
        self._running.close()


@contextmanager
def running(binaries: Path, folder: Path) -> Iterator[Path]:
    """Keep a control plane up inside the `with`; gives the path of its kubeconfig."""
    with started(binaries, folder) as api, controllers(api.site):
        yield api.site.kubeconfig


@contextmanager
def started(binaries: Path, folder: Path, flags: Sequence[str] = ()) -> Iterator[ApiServer]:
    """Keep etcd and an API server up."""
    with ExitStack() as ending:
        yield _patiently(ending, binaries, folder, flags)


def _patiently(
    ending: ExitStack, binaries: Path, folder: Path, flags: Sequence[str], attempt: int = 1
) -> ApiServer:
    """Try again, on other ports: one that was free may be taken by the time it is used."""
    api = ApiServer(site.prepared(folder / f"attempt-{attempt}", binaries, flags))
    ending.enter_context(programs.running(site.etcd(api.site), api.site.folder))
    ending.callback(api.stop)
    try:
        api.start()
    except StartError:
        ending.close()
        if attempt == ATTEMPTS:
            raise
        return _patiently(ending, binaries, folder, flags, attempt + 1)
    return api


@contextmanager
def controllers(place: Site) -> Iterator[None]:
    """Keep the controllers up, where their program is there."""
    with ExitStack() as ending:
        if site.has_controllers(place):
            ending.enter_context(programs.running(site.controllers(place), place.folder))
        yield


def _wait_until_ready(process: Process, place: Site) -> None:
    bearer = {"Authorization": f"Bearer {place.token}"}
    request = urllib.request.Request(f"{place.url}/readyz", headers=bearer)  # noqa: S310
    give_up = time.monotonic() + READY_WITHIN
    while not _answers(request, place.certificate):
        if process.poll() is not None or time.monotonic() > give_up:
            log = programs.log("kube-apiserver", place.folder).read_text(errors="replace")
            raise StartError(f"kube-apiserver did not come up:\n{log[-2000:]}")
        time.sleep(POLL)


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
