"""The verifier's end of the relay: dial a service or a pool of them, play a downstream, set link faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runner.clock import monotonic_s
from runner.sandbox.framed import ConnectRefused, Framed, Receiver, RelayError

__all__ = ["ConnectRefused", "Framed", "OnAccept", "OnRotation", "Receiver", "Relay", "RelayError"]


# One attempt to be let in: where an engine takes the connection before the relay's container does, it may hang.
_ATTEMPT_S = 1.0
_ANSWER_WITHIN_S = 15.0


class _Control:
    """The control connection: requests with answers by id, and events."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_event: Callable[[dict[str, Any]], None],
    ) -> None:
        self._reader, self._writer, self._on_event = reader, writer, on_event
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last_id = 0
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await self._reader.readline():
                message = json.loads(line)
                if "event" in message:
                    self._on_event(message)
                elif (future := self._waiting.pop(message.get("id", 0), None)) is not None and not future.done():
                    future.set_result(message)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(RelayError("the relay is gone; run the command again"))

    async def ask(self, do: str, **values: Any) -> dict[str, Any]:
        if self._task.done():
            raise RelayError("the relay is gone; run the command again")
        self._last_id += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._last_id] = future
        self._writer.write(json.dumps({"id": self._last_id, "do": do, **values}).encode() + b"\n")
        # Not `wait_for`: before Python 3.12 it can lose a cancellation that comes with the answer.
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            return await future

    async def close(self) -> None:
        self._task.cancel()
        self._writer.close()
        await asyncio.gather(self._task, return_exceptions=True)


OnAccept = Callable[[int], Awaitable[None]]
"""Called with the number of a connection a service opened to a link; answer with `Relay.take`."""

OnRotation = Callable[[str, bool], None]
"""Called with a member of a pool, and whether it is given connections from now on."""


class Relay:
    """A started relay at `host:port`. All its connections carry `token`."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self.host, self.port, self.token = host, port, token
        self._control: _Control | None = None
        self._accepting: dict[str, OnAccept] = {}
        self._rotating: dict[str, OnRotation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def connect(self, within_s: float = 5.0) -> None:
        """Open the control connection, trying again until `within_s` is over; RelayError then."""
        deadline = monotonic_s() + within_s
        while True:
            if await self._try_control():
                return
            if monotonic_s() > deadline:
                raise RelayError(f"no relay answered at {self.host}:{self.port} within {within_s:g} s")
            await asyncio.sleep(0.02)

    async def _try_control(self) -> bool:
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(_ATTEMPT_S):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(self._first_line("control"))
                if json.loads(await reader.readline() or b"{}").get("ok"):
                    self._control = _Control(reader, writer, self._on_event)
                    return True
        except (OSError, TimeoutError):
            pass
        if writer is not None:
            writer.close()
        return False

    def _first_line(self, verb: str, **values: Any) -> bytes:
        return json.dumps({"token": self.token, "verb": verb, **values}).encode() + b"\n"

    def _on_event(self, message: dict[str, Any]) -> None:
        if message["event"] == "rotated":
            if (on_change := self._rotating.get(message["pool"])) is not None:
                on_change(message["member"], message["ready"])
            return
        handler = self._accepting.get(message["link"])
        if handler is None:
            return
        task: asyncio.Task[None] = asyncio.ensure_future(_run(handler, message["conn"]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, do: str, **values: Any) -> dict[str, Any]:
        if self._control is None:
            raise RelayError("the relay is not connected")
        return await self._control.ask(do, **values)

    async def map(self, name: str, host: str, port: int) -> None:
        """Say where `name` is; `dial(name)` goes there from now on."""
        await self._ask("map", name=name, host=host, port=port)

    async def unmap(self, name: str) -> None:
        """Say that `name` is nowhere: whoever dials it is refused, and no pool has it ready."""
        await self._ask("unmap", name=name)

    async def pool(self, name: str, members: Mapping[str, str], path: str, on_change: OnRotation) -> None:
        """Say that `name` is a pool; `dial(name)` goes to its next ready member from now on, in turn.

        `members` has the target of each, in the order of their turns. A member is ready while `path` answers 200, which
        the relay asks about every 50 ms, and until a connection is refused; a new target makes it a new member.
        """
        self._rotating[name] = on_change
        await self._ask("pool", name=name, members=list(members.items()), path=path)

    async def unpool(self, name: str) -> None:
        """End a pool and the checks of its members; `on_change` hears nothing more."""
        self._rotating.pop(name, None)
        await self._ask("unpool", name=name)

    async def listen(self, link: str, on_accept: OnAccept | None = None, port: int = 0) -> int:
        """Open a port on the services' side; returns it. Each connection to it calls `on_accept`.

        Without `on_accept` whoever attached to the relay by `serve` hears of them.
        """
        if on_accept is not None:
            self._accepting[link] = on_accept
        answer = await self._ask("listen", link=link, port=port)
        if "port" not in answer:
            raise RelayError(f"the relay could not listen for {link}: {answer.get('errno')}")
        return int(answer["port"])

    async def shut(self, link: str) -> None:
        """Refuse connections to a link as a closed port does, until `listen` opens it again; open ones stay."""
        await self._ask("shut", link=link)

    async def fault(self, name: str, **fault: Any) -> None:
        """Set the faults of a target or link: latency_ms, rate_kbps, refuse, blackhole; none heals it."""
        await self._ask("fault", name=name, fault=fault)

    async def sever(self, name: str, how: str = "reset") -> int:
        """End all connections of a target or link now, by `reset` or `fin`; returns how many."""
        return int((await self._ask("sever", name=name, how=how))["severed"])

    async def dial(self, name: str, receiver: Receiver, *, window: int = 0, within_s: float = 3.0) -> Framed:
        """A connection to `name`, a target or a pool. Raises ConnectRefused with the kernel's reason.

        Of a pool, a member that refuses is passed over for the next, and `ECONNREFUSED` says that none was ready.
        """
        return await self._attach(receiver, "dial", name=name, window=window, within_ms=int(within_s * 1000))

    async def take(self, conn: int, receiver: Receiver) -> Framed:
        """The connection `conn` that a service opened."""
        return await self._attach(receiver, "take", conn=conn)

    async def _attach(self, receiver: Receiver, verb: str, **values: Any) -> Framed:
        loop = asyncio.get_running_loop()
        try:
            _, framed = await loop.create_connection(lambda: Framed(receiver), self.host, self.port)
        except OSError as error:
            raise RelayError(f"the relay at {self.host}:{self.port} does not answer: {error}") from error
        framed.say(self._first_line(verb, **values))
        answer = await framed.answer()
        if not answer.get("ok"):
            raise ConnectRefused(str(answer.get("errno", "EIO")))
        return framed

    async def close(self) -> None:
        """End the control connection, and with it the relay."""
        if self._control is not None:
            await self._control.close()
            self._control = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _run(handler: OnAccept, conn: int) -> None:
    with contextlib.suppress(ConnectRefused, RelayError):
        await handler(conn)
