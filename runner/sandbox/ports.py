"""Free TCP ports on the loopback, so that any number of runs can go on side by side on one machine."""

from __future__ import annotations

import random
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from runner.sandbox.base import SandboxError
from runner.sandbox.cache import cache_dir, taken

FIRST, LAST = 20000, 29999
_TRIES = 200


def random_port() -> int:
    """A port of the range, for a place where nothing else listens."""
    return random.randint(FIRST, LAST)


class PortLease:
    """A port that no other prodrill on this machine takes until `release`, or until this process is dead."""

    def __init__(self) -> None:
        folder = cache_dir() / "ports"
        folder.mkdir(exist_ok=True)
        for _ in range(_TRIES):
            self.port = random_port()
            if self._take(folder / f"{self.port}.lock"):
                return
        raise SandboxError(f"no free port was found between {FIRST} and {LAST}; end other runs and try again")

    def _take(self, path: Path) -> bool:
        # Never unlinked: whoever still holds a lock on an unlinked file would share the port with its next owner.
        self._lock = path.open("ab")
        if taken(self._lock) and _can_bind(self.port):
            return True
        self._lock.close()
        return False

    def release(self) -> None:
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _can_bind(port: int) -> bool:
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As Node.js binds, so that a port whose last connections are in TIME_WAIT counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((address, port))
        except OSError:
            if family == socket.AF_INET:
                return False
    return True
