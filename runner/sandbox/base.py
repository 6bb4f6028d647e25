"""What every sandbox offers, so that a probe cannot tell (nor needs to) which one it drives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.catalog.kata import Limits
from runner.sandbox.relay import Relay
from runner.sandbox.turns import Turns


class SandboxError(Exception):
    """Our side failed: engine, image, port, relay. Says what failed, the value, and what to do next."""


class NoEngine(SandboxError):
    """No Docker engine answers."""


class Launch(Struct, frozen=True):
    """One copy of a service to start: `source` is a frozen copy of its files, never a folder being edited.

    `command` starts with `node`; paths in it are relative to `source`, and `{tmp}` is the folder it may write to. `env`
    is all the service sees beside what the sandbox must add (PATH, HOME, TMPDIR, PORT, NODE_OPTIONS).
    """

    source: Path
    command: tuple[str, ...]
    env: Mapping[str, str]
    limits: Limits


class Exit(Struct, frozen=True):
    """How a service ended: `code`, or the `signal` it died of (`SIGTERM`), never both.

    `reason` is set where the sandbox ended it: `memory`, `output`, `processes`, `disk`; else empty.
    """

    code: int | None
    signal: str | None
    at_s: float
    reason: str = ""


class Listener(Struct, frozen=True):
    """A TCP port the service listens on; `address` is `0.0.0.0`, `::`, `127.0.0.1`, `::1` or another."""

    address: str
    port: int


class RunningService(Protocol):
    """One started copy. `relay_name` is what `Relay.dial` knows it by; `kill_line` ends it from any shell."""

    relay_name: str
    port: int

    @property
    def kill_line(self) -> str: ...

    @property
    def exit(self) -> Exit | None:
        """How it ended, or None while it runs."""
        ...

    async def signal(self, name: str) -> None:
        """Send a signal by name (`SIGTERM`) to the service's main process; no error once it has ended."""
        ...

    async def wait(self) -> Exit:
        """Until it ends by whatever cause."""
        ...

    async def listeners(self) -> list[Listener]:
        """The TCP ports its processes listen on now; empty when unknown."""
        ...

    async def rss_bytes(self) -> int:
        """Resident memory of all its processes, seen from outside; 0 once it ended. Takes well under 100 ms."""
        ...

    async def turns(self) -> Turns:
        """How long its threads ran or waited for a core so far; of none where the kernel does not tell."""
        ...

    async def remove(self) -> None:
        """End it and every process it started, and remove all it wrote. Safe to call twice."""
        ...


OnLine = Callable[[str, str], None]
"""Called with (`stdout` or `stderr`, one sanitised line) on the event loop's thread."""


class Sandbox(Protocol):
    """One run's place: opened once, then any number of services, one after the other or side by side."""

    name: str
    sealed: bool
    relay: Relay
    preload_path: str

    async def open(self) -> None:
        """Start the relay and whatever stands around it. Everything fetched or built must be there already."""
        ...

    async def start(self, launch: Launch, on_line: OnLine) -> RunningService:
        """Start one copy and tell the relay where it is; returns before it is ready."""
        ...

    def downstream_url(self, port: int) -> str:
        """The base URL, without a trailing slash, by which a service reaches the relay's listener on `port`."""
        ...

    def versions(self) -> dict[str, str]:
        """What ran: node, sandbox, engine, kernel; for the report."""
        ...

    async def close(self) -> None:
        """Remove everything this run started. Safe to call twice, and after a failed `open`."""
        ...
