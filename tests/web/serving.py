"""Starts `prodrill serve` as a person does, and asks it things that no browser would."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from runner.clock import monotonic_s

PATIENCE_S = 60.0


class Served:
    """A running `prodrill serve` with its first link; `home` is the learner's."""

    def __init__(self, process: subprocess.Popen[str], link: str, home: Path) -> None:
        self.process, self.link, self.home = process, link, home
        self.port = urlsplit(link).port or 0
        self.host = f"127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """One request over a connection of its own; `host` and the like replace what a browser would say."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.putrequest("GET", path, skip_host=True)
        for name, value in {"host": self.host, **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()

    def cookie(self) -> str:
        """What the link is exchanged for; it is used with this."""
        where = urlsplit(self.link)
        given = self.get(f"{where.path}?{where.query}").headers["Set-Cookie"]
        assert given, "the link was used before"
        return str(given).partition(";")[0]

    def socket(self, cookie: str, origin: str = "", size: tuple[int, int] = (80, 24)) -> ClientConnection:
        """The tab's socket, from a page of ours unless another origin is given."""
        path = f"/prodrill/socket?columns={size[0]}&rows={size[1]}"
        return connect(
            f"ws://{self.host}{path}",
            origin=Origin(origin or f"http://{self.host}"),
            additional_headers={"Cookie": cookie},
            max_size=None,
            proxy=None,
        )

    def apps(self) -> list[psutil.Process]:
        """The tabs' processes."""
        return [child for child in self._family() if "runner.web.child" in " ".join(_line_of(child))]

    def family(self) -> list[psutil.Process]:
        """Everything that runs under it."""
        return self._family()

    def _family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def _line_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = monotonic_s() + patience_s
    while not holds():
        assert monotonic_s() < deadline, f"waited {what}"
        threading.Event().wait(0.02)


def drawn(socket: ClientConnection, text: str) -> None:
    """Waits until the app has drawn `text`."""
    seen = b""
    deadline = monotonic_s() + PATIENCE_S
    while text.encode() not in seen:
        assert monotonic_s() < deadline, f"waited for {text!r}: {seen[-2000:]!r}"
        message = socket.recv(timeout=PATIENCE_S)
        seen += message if isinstance(message, bytes) else message.encode()


@contextmanager
def prodrill_serve(home: Path) -> Iterator[Served]:
    """`prodrill serve` with a learner's folder of its own; ended by Ctrl-C if it still runs."""
    env = {**os.environ, "PRODRILL_HOME": str(home), "PRODRILL_WORKSPACE": str(home / "work")}
    process = subprocess.Popen(
        [sys.executable, "-m", "runner.cli.main", "serve", "--no-open", "--sandbox", "process"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Served(process, process.stdout.readline().strip(), home)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
        process.stdout.close()
