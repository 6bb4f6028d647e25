"""A backing service as a probe sees it: a server it can stop, kill, pause, and the link that the service reaches it by.

All that is done is recorded in the history, so that a judge can name it.
"""

from __future__ import annotations

from typing import Any, Protocol

from runner.record.history import History
from runner.sandbox.backing.runtime import Runtime
from runner.sandbox.backing.tunnel import Tunnel
from runner.sandbox.relay import Relay


class Server(Protocol):
    """What PostgreSQL and Valkey have in common."""

    kind: str
    runtime: Runtime

    async def start(self) -> None: ...

    async def end(self, how: str) -> None: ...


class Link:
    """The way from services to one server: a port of the relay, the tunnel, and the faults on it."""

    def __init__(self, kind: str, relay: Relay, tunnel: Tunnel, port: int) -> None:
        self.kind, self.port = kind, port
        self._relay, self._tunnel = relay, tunnel
        self._is_open = True
        self._faults: dict[str, float] = {}

    async def open(self, wanted: bool) -> None:
        """Take connections, or refuse them as a closed port does."""
        if wanted != self._is_open:
            await (self._relay.listen(self.kind, port=self.port) if wanted else self._relay.shut(self.kind))
            self._is_open = wanted

    async def fault(self, **faults: float) -> None:
        """Add to the faults there are; none heals the link."""
        self._faults = {**self._faults, **faults} if faults else {}
        await self._relay.fault(self.kind, **self._faults)

    def freeze(self, frozen: bool) -> None:
        self._tunnel.freeze(self.kind, frozen=frozen)

    async def tally(self) -> tuple[int, int]:
        """Of a PostgreSQL: bytes that it has sent, and statements that failed."""
        return await self._tunnel.tally(self.kind)

    async def sever(self, how: str) -> int:
        return await self._relay.sever(self.kind, how)


class Backed:
    """What a probe can do to either: its server and the link to it."""

    def __init__(self, server: Server, link: Link, history: History) -> None:
        self._server, self._link, self._history = server, link, history
        self._refuses = False
        self.is_paused = False

    @property
    def is_up(self) -> bool:
        return self._server.runtime.is_up

    @property
    def has_died(self) -> bool:
        """Whether it ended by no hand of the probe's."""
        return self._server.runtime.has_died

    def last_words(self) -> str:
        """The last line that the server logged."""
        return self._server.runtime.last_words()

    def _record(self, did: str, **detail: Any) -> None:
        self._history.add_act(self._server.kind, did, **detail)

    def _require_answering(self) -> None:
        if self.is_paused or not self.is_up:
            state = "paused: `resume()`" if self.is_paused else "down: `start()`"
            raise RuntimeError(f"{self._server.kind} was asked while it is {state} comes first")

    # -- the server ------------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """End it in order, as for an upgrade. Connections to it are refused until `start`."""
        await self._end("stop")

    async def kill(self) -> None:
        """SIGKILL to all its processes, as when its machine loses power. Connections are refused until `start`."""
        await self._end("kill")

    async def _end(self, how: str) -> None:
        self._record(how)
        await self._link.open(False)
        self.is_paused = False
        await self.leave()
        await self._server.end(how)

    async def start(self) -> None:
        """Start it again, and wait until it answers. RuntimeError where it is up."""
        if self.is_up:
            raise RuntimeError(f"{self._server.kind} is up already: `stop()` or `kill()` comes first")
        self._record("start")
        await self._server.start()
        await self._link.open(not self._refuses)

    async def restart(self) -> None:
        """Stop it and start it again."""
        if self.is_up:
            await self.stop()
        await self.start()

    async def pause(self) -> None:
        """SIGSTOP to all its processes: connections are taken by the kernel, and nothing is ever answered."""
        self._record("pause")
        self.is_paused = True
        await self._server.runtime.pause()

    async def resume(self) -> None:
        """SIGCONT after `pause`."""
        self._record("resume")
        await self._server.runtime.resume()
        self.is_paused = False

    async def leave(self) -> None:
        """Close the verifier's own connections."""

    # -- the link --------------------------------------------------------------------------------------------------

    async def delay(self, ms: float) -> None:
        """Every byte `ms` later, each way: a round trip takes twice that longer."""
        self._record("delay", ms=ms)
        await self._link.fault(latency_ms=ms)

    async def throttle(self, kbps: float) -> None:
        """At most `kbps` kilobytes a second, each way, on each connection."""
        self._record("throttle", kbps=kbps)
        await self._link.fault(rate_kbps=kbps)

    async def cut(self) -> int:
        """End every connection of the service in order (FIN); returns how many there were."""
        return await self._sever("cut", "fin")

    async def reset(self) -> int:
        """End every connection of the service by a reset; returns how many there were."""
        return await self._sever("reset", "reset")

    async def _sever(self, did: str, how: str) -> int:
        count = await self._link.sever(how)
        self._record(did, connections=count)
        return count

    async def blackhole(self) -> None:
        """Hold every byte, both ways, on old and new connections: the cable is cut and nobody is told. Until `heal`."""
        self._record("blackhole")
        self._link.freeze(True)

    async def refuse(self) -> None:
        """Refuse new connections; those there are stay. Until `heal`."""
        self._record("refuse")
        self._refuses = True
        await self._link.open(False)

    async def heal(self) -> None:
        """End every fault of the link. What was held goes on; what was cut stays cut."""
        self._record("heal")
        await self.mend()

    async def mend(self) -> None:
        """The same, unrecorded."""
        self._refuses = False
        self._link.freeze(False)
        await self._link.fault()
        await self._link.open(self.is_up)
