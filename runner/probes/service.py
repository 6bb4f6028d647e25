"""The service under judgement and its life: start, ready, signal, kill, exit."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import deque
from collections.abc import Callable
from pathlib import Path

from runner.catalog.kata import Kata, Limits
from runner.clock import monotonic_s
from runner.probes.client import Client
from runner.probes.command import start_command
from runner.probes.rotation import RELAY_GONE, Rotation
from runner.probes.starved import watch_starving
from runner.probes.verdict import REASONS
from runner.record.history import Exchange, Exited, History
from runner.sandbox.base import Exit, Launch, Listener, RunningService, Sandbox
from runner.sandbox.turns import Turns

READY_WITHIN_S = 15.0
# Of that time, where the service waits for a core meanwhile.
_AT_MOST = 2.0
# So many others that want each core: else it is the service's own threads that keep each other waiting.
_OTHERS = 1.0
_POLL_S = 0.02
_LOOK_AT_LISTENERS_AFTER_S = 1.0
_SIGNS_OF_DEATH = ("eof", "reset", "refused")
_DEATH_IS_TOLD_WITHIN_S = 0.3
_LOOPBACK = ("127.", "::1", "::ffff:127.")
_SURE_AFTER_S = 5.0
_LINES_KEPT = 60
_LINES_TOLD = 10
_OF_NO_HELP = re.compile(r"^\s+at .*node:|^Node\.js v|^\s*$")


class DidNotStart(Exception):
    """The service never became ready; the message is for the learner."""


class HeldUp(DidNotStart):
    """It was not ready in time, and the machine hardly let it run; nobody can say whose fault that is."""


class Service:
    """One copy of the service. Everything done to it is recorded in the history.

    Where there are several copies each has a `name`, `replica-1` and so on, and its place in a rotation.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        kata: Kata,
        source: Path,
        env: dict[str, str],
        limits: Limits,
        history: History,
        new_name: Callable[[], str],
        on_line: Callable[[str, str], None],
        on_start: Callable[[Service], None],
        on_ready: Callable[[tuple[int, ...]], None],
        on_stop: Callable[[Exit], None],
        name: str = "",
        rotation: Rotation | None = None,
    ) -> None:
        self.name, self._rotation = name, rotation
        self._sandbox, self._kata, self._source = sandbox, kata, source
        self._env, self._limits, self._history, self._new_name = env, limits, history, new_name
        self._nonce = ""
        self._tell_line, self._tell_start, self._tell_stop = on_line, on_start, on_stop
        self._tell_ready = on_ready
        self._heard: list[Listener] = []
        self._running: RunningService | None = None
        self._watch: asyncio.Task[None] | None = None
        self._starving: asyncio.Task[None] | None = None
        self._tail: deque[str] = deque(maxlen=_LINES_KEPT)
        self.lines: list[tuple[float, str, str]] = []
        self.starts = 0
        self.exit: Exit | None = None
        self._asked = False

    @property
    def ready_path(self) -> str:
        return self._kata.spec.service.health

    @property
    def url(self) -> str:
        """Where it can be seen by hand; for sentences, never for dialling."""
        port = self._running.port if self._running else self._env.get("PORT", "8080")
        return f"http://127.0.0.1:{port}"

    @property
    def relay_name(self) -> str:
        assert self._running is not None
        return self._running.relay_name

    def _line(self, stream: str, text: str) -> None:
        self._tail.append(text)
        self._history.add_line(stream, text, self.name)
        self.lines.append((self._history.now(), stream, text))
        self._tell_line(stream, text)

    async def start(self) -> None:
        """Start it and wait until it is ready, and in the rotation; DidNotStart says why it is not."""
        await self.launch()
        await self.ready()

    @property
    def kill_line(self) -> str:
        """The shell line that ends it by hand."""
        return self._running.kill_line if self._running else ""

    async def launch(self) -> None:
        """Start it without waiting for it to be ready. Each start is another instance, with a name of its own."""
        if self._running is not None:  # one that ended: what it held is free for this one
            await self._running.remove()
        self.exit, self._asked = None, False
        self._nonce = self._new_name()
        env = {**self._kata.spec.service.env, **self._env, "INSTANCE_ID": self._nonce}
        command = start_command(self._kata, self._source)
        self._running = await self._sandbox.start(Launch(self._source, command, env, self._limits), self._line)
        self.starts += 1
        self._tell_start(self)
        self._watch = asyncio.ensure_future(self._watch_exit(self._running))
        self._starving = asyncio.ensure_future(watch_starving(self._running, self._history))
        if self._rotation is not None:
            await self._rotation.put(self.name, self.relay_name)

    async def _watch_exit(self, running: RunningService) -> None:
        try:
            ended = await running.wait()
        finally:
            if self._starving is not None:
                self._starving.cancel()
        self.exit = ended
        at_s = self._history.at(ended.at_s)
        self._history.add_exit(Exited(ended.code, ended.signal, at_s, ended.reason, self._asked, self.name))
        self._tell_stop(ended)
        # Where its address went with it, as a container's does, nobody would refuse a connection to it.
        with contextlib.suppress(*RELAY_GONE):
            await self._sandbox.relay.unmap(running.relay_name)

    async def ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Wait until it answers its health route with this run's nonce, and is given connections by the round-robin."""
        began = monotonic_s()
        await self._healthy(within_s)
        if self._rotation is None:
            return
        left = max(within_s - self._net_s(began), _LOOK_AT_LISTENERS_AFTER_S)
        if not await self._rotation.comes_in(self.name, left):
            if self.exit is not None:
                raise DidNotStart(self._exited_sentence())
            raise DidNotStart(
                f"The service answered {self.ready_path}, but {self._rotation.readiness} not with 200, within "
                f"{within_s:g} s of its start: so no load balancer would send it a request."
            )

    async def _healthy(self, within_s: float) -> None:
        assert self._running is not None
        began = monotonic_s()
        client = Client(self._sandbox.relay, self.relay_name, History())
        looks = 0
        last = ""
        while self._net_s(began) < within_s and monotonic_s() - began < within_s * _AT_MOST:
            if self.exit is not None:
                raise DidNotStart(self._exited_sentence())
            exchange = await client.request("GET", self.ready_path, timeout_s=1.0)
            if self._is_this(exchange):
                await self._refuse_loopback()
                self._tell_ready(tuple(sorted({one.port for one in self._heard} - {self._running.port})))
                return
            last = _answer_text(exchange) or last
            waited = monotonic_s() - began
            if waited > (looks + 1) * _LOOK_AT_LISTENERS_AFTER_S:
                looks += 1
                await self._refuse_loopback()
                if waited > _SURE_AFTER_S and (last or await self._other_ports()):
                    break
            await asyncio.sleep(_POLL_S)
        raise await self._unready(began, within_s, last)

    def _net_s(self, began: float) -> float:
        """How long ago that was, without what the service waited for a core since."""
        return monotonic_s() - began - self._history.starved_s(self._history.at(began))

    def _is_this(self, exchange: Exchange) -> bool:
        if exchange.status != 200:
            return False
        try:
            answer = exchange.json()
        except ValueError:
            return False
        return isinstance(answer, dict) and answer.get("instance") == self._nonce

    async def _refuse_loopback(self) -> None:
        assert self._running is not None
        port = self._running.port
        self._heard = await self._running.listeners()
        addresses = [one.address for one in self._heard if one.port == port]
        if addresses and all(address.startswith(_LOOPBACK) for address in addresses):
            raise DidNotStart(
                f"The service listens on {addresses[0]} only, where nothing outside its own machine can reach it. "
                f"Listen on all interfaces: give `listen` the port and no host."
            )

    def _exited_sentence(self) -> str:
        assert self.exit is not None
        how = f"by {self.exit.signal}" if self.exit.signal else f"with code {self.exit.code}"
        reason = f" ({REASONS[self.exit.reason]})" if self.exit.reason in REASONS else ""
        telling = [text for text in self._tail if not _OF_NO_HELP.search(text)]
        last = "\n".join(telling[-_LINES_TOLD:]) or "(it printed nothing)"
        return f"The service exited {how}{reason} before it was ready. Its last lines:\n{last}"

    async def _unready(self, began: float, within_s: float, last: str) -> DidNotStart:
        assert self._running is not None
        port = self._running.port
        if ports := await self._other_ports():
            heard = ", ".join(map(str, ports))
            return DidNotStart(
                f"The service listens on port {heard}, not on {port}, which the environment variable PORT named."
            )
        if last:
            return DidNotStart(
                f"The service answered {self.ready_path} with {last}. It must answer 200 with JSON whose `instance` "
                f"is the value of the environment variable INSTANCE_ID."
            )
        wanted = f"listening on port {port} and answering {self.ready_path}"
        if self._net_s(began) < within_s and self._history.crowd >= _OTHERS:
            waited_s = monotonic_s() - began
            return HeldUp(f"The machine was too busy to start the service: not {wanted} within {waited_s:.0f} s.")
        return DidNotStart(f"The service was too slow: not {wanted} within {within_s:g} s of its start.")

    async def _other_ports(self) -> list[int]:
        """The ports it listens on, where the one it was given is not among them."""
        assert self._running is not None
        ports = sorted({one.port for one in await self._running.listeners()})
        return [] if self._running.port in ports else ports

    async def signal(self, name: str) -> None:
        """Send a signal to the main process."""
        assert self._running is not None
        self._asked = True
        self._history.add_signal(name, self.name)
        await self._running.signal(name)

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        await self.signal("SIGKILL")
        await self.exited(10)

    async def exited(self, within_s: float) -> Exit | None:
        """Wait for the exit; None where it still runs after `within_s`."""
        if self._watch is None:
            return self.exit
        await asyncio.wait([self._watch], timeout=within_s)
        return self.exit

    async def restart(self) -> None:
        """Kill it, start it again, wait until it is ready."""
        if self.exit is None:
            await self.kill()
        await self.remove()
        await self.start()

    async def replace(self, grace_s: float = 10.0) -> None:
        """As a deploy does it: SIGTERM, SIGKILL where it still runs after `grace_s`, start again, wait until ready."""
        if self.exit is None:
            await self.signal("SIGTERM")
            if await self.exited(grace_s) is None:
                await self.kill()
        await self.remove()
        await self.start()

    async def rss_mb(self) -> float:
        """Resident memory of all its processes, seen from outside, in MiB; 0 once it ended."""
        if self._running is None or self.exit is not None:
            return 0.0
        return await self._running.rss_bytes() / 2**20

    async def turns(self) -> Turns:
        """How long its threads ran or waited for a core so far, seen from outside; see `slept_s`."""
        return Turns() if self._running is None or self.exit is not None else await self._running.turns()

    async def remove(self) -> None:
        """End it and remove what it left."""
        if self._watch is not None and any(e.how in _SIGNS_OF_DEATH for e in self._history.exchanges()):
            await asyncio.wait([self._watch], timeout=_DEATH_IS_TOLD_WITHIN_S)
        self._asked = True
        if self._rotation is not None:
            await self._rotation.drop(self.name)
        if self._running is not None:
            await self._running.remove()
        if self._watch is not None:
            await asyncio.wait([self._watch], timeout=5)


def _answer_text(exchange: Exchange) -> str:
    if exchange.status is None:
        return ""
    body = exchange.body[:80].decode("utf-8", "replace")
    return f"{exchange.status} and {json.dumps(body)}"
