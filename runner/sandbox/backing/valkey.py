"""A Valkey (or Redis) server, fresh for each probe: it starts in some 20 ms, and nothing of the last one is left."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import Callable
from pathlib import Path

from runner.clock import monotonic_s
from runner.sandbox.backing.container import ContainerPlan, ContainerRuntime
from runner.sandbox.backing.home import reachable
from runner.sandbox.backing.providers import Availability
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.runtime import HostRuntime, Plan, Runtime
from runner.sandbox.base import SandboxError

_UP_WITHIN_S = 10.0
_POLL_S = 0.003
USER = "kata"
# What a service may not do: look at other clients' business, change the server, end it.
_RULES = "~* &* +@all -@admin +config|get +client|list"
_CONFIG = """
bind {address}
port {port}
dir "{folder}"
save ""
appendonly no
daemonize no
maxmemory 64mb
maxmemory-policy noeviction
requirepass {admin}
user {user} on >{password} {rules}
"""


class ValkeyServer:
    """One server. `password` is the service's, `admin` the verifier's."""

    kind = "valkey"

    def __init__(self, runtime: Runtime, found: Availability, admin: str, password: str) -> None:
        self.runtime, self.found = runtime, found
        self.admin, self.password = admin, password

    @property
    def port(self) -> int:
        return self.runtime.port

    async def start(self) -> None:
        """Start it and wait until it answers. SandboxError says why it does not."""
        await self.runtime.start()
        deadline = monotonic_s() + _UP_WITHIN_S
        while self.runtime.is_up and monotonic_s() < deadline:
            if await self._answers():
                return
            await asyncio.sleep(_POLL_S)
        said = self.runtime.last_words() or "it said nothing"
        raise SandboxError(f"Valkey {self.found.text} did not start: {said}; run it again, and see `prodrill doctor`")

    async def _answers(self) -> bool:
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(f"AUTH {self.admin}\r\nPING\r\n".encode())
                return await reader.readline() == b"+OK\r\n" and await reader.readline() == b"+PONG\r\n"
        except (OSError, TimeoutError):
            return False
        finally:
            if writer is not None:
                writer.close()

    async def end(self, how: str) -> None:
        """`stop` in order, or `kill`. Without persistence both lose everything."""
        await (self.runtime.kill() if how == "kill" else self.runtime.stop())

    async def remove(self) -> None:
        await self.runtime.remove()


def programs_of(found: Availability) -> Path:
    """The installation, where the server's user can reach it. Copies it at the first call where it must."""
    assert found.programs is not None
    return reachable(found.programs, found.version.replace(".", ""), found.folder)


def make_valkey(found: Availability, run: RunFolder, number: int, on_pid: Callable[[int, bool], None]) -> ValkeyServer:
    """A server by whatever provider was found, not started yet; `number` tells it from others of the run."""
    if found.programs is not None:
        return host_valkey(found, run, number, on_pid)
    return container_valkey(found, run, number)


_IN_CONTAINER = """
printf '%s\n' "$CONFIG" > /tmp/prodrill.conf
exec "$(command -v valkey-server || command -v redis-server)" /tmp/prodrill.conf
"""


def container_valkey(found: Availability, run: RunFolder, number: int) -> ValkeyServer:
    """A server in a container of an image that is there."""
    admin, password = secrets.token_hex(12), secrets.token_hex(12)
    plan = ContainerPlan(
        name=f"valkey-{number}",
        image=found.image,
        user="65534:65534",
        script=_IN_CONTAINER,
        env={
            "CONFIG": _CONFIG.format(
                address="0.0.0.0", port=6379, folder="/tmp", admin=admin, user=USER, password=password, rules=_RULES
            )
        },
        port=6379,
        stop_signal="SIGTERM",
    )
    return ValkeyServer(ContainerRuntime(run.path.name, plan), found, admin, password)


def host_valkey(found: Availability, run: RunFolder, number: int, on_pid: Callable[[int, bool], None]) -> ValkeyServer:
    """A server of this machine, not started yet; `number` tells it from others of the run."""
    program = programs_of(found) / found.folder / found.program
    admin, password = secrets.token_hex(12), secrets.token_hex(12)

    def told(folder: Path, port: int) -> bytes:
        text = _CONFIG.format(
            address="127.0.0.1", port=port, folder=folder, admin=admin, user=USER, password=password, rules=_RULES
        )
        return text.encode()

    plan = Plan(
        name=f"valkey-{number}",
        fill=lambda folder: None,
        # On its standard input, so that the passwords are in no list of processes.
        command=lambda folder, port: [str(program), "-"],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PRODRILL_RUN": f"{run.path}/"},
        stop_signal=signal.SIGTERM,
        end_signal=signal.SIGKILL,
        told=told,
    )
    return ValkeyServer(HostRuntime(run, plan, on_pid), found, admin, password)
