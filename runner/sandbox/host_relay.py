"""The relay as a process of the host."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import subprocess
from pathlib import Path

from runner.clock import monotonic_s
from runner.sandbox.base import SandboxError
from runner.sandbox.node import node_binary
from runner.sandbox.relay import Relay

RELAY_SCRIPT = Path(__file__).with_name("relay.mjs")
RELAY_MODULES = tuple(RELAY_SCRIPT.with_name(name) for name in ("pair.mjs", "pool.mjs"))
VITALS_SCRIPT = Path(__file__).with_name("vitals.mjs")
_READY_WITHIN_S = 15.0


class HostRelay:
    """`node relay.mjs` on 127.0.0.1. It ends with its control connection, also when the harness is killed."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Relay:
        """Start it and wait until it listens; blocks for about 50 ms. SandboxError when it does not come up."""
        environment = {"PATH": os.defpath, "RELAY_TOKEN": self._token, "RELAY_HARNESS_PORT": "0"}
        environment |= dict.fromkeys(("RELAY_HARNESS_HOST", "RELAY_SERVICE_HOST"), "127.0.0.1")
        self._process = subprocess.Popen(
            [str(node_binary()), str(RELAY_SCRIPT)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        line = self._first_line()
        try:
            port = int(json.loads(line)["port"])
        except (ValueError, KeyError) as error:
            self.stop()
            raise SandboxError(
                f"the relay did not start: {line.decode(errors='replace').strip() or 'it said nothing'}"
            ) from error
        return Relay("127.0.0.1", port, self._token)

    def _first_line(self) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        deadline = monotonic_s() + _READY_WITHIN_S
        said = b""
        while b"\n" not in said:
            readable, _, _ = select.select([self._process.stdout], [], [], max(0.0, deadline - monotonic_s()))
            chunk = os.read(self._process.stdout.fileno(), 4096) if readable else b""
            if not chunk:
                break
            said += chunk
        return said

    def stop(self) -> None:
        """End it; safe to call twice."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
