"""Clients of a service: ordinary, raw, slow, vanishing. Every request ends up in the history."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any, Protocol

from runner.clock import monotonic_s
from runner.probes.wire import Answer, HttpEnd, json_body, request_bytes
from runner.record.history import Exchange, History
from runner.sandbox.relay import ConnectRefused, Framed, Relay

_HOW = {"ECONNREFUSED": "refused", "ECONNRESET": "reset", "ETIMEDOUT": "timeout", "ENOENT": "refused"}


class ConnectFailed(Exception):
    """No connection to the service; `how` is refused, reset or timeout."""

    def __init__(self, how: str) -> None:
        super().__init__(f"the service did not take a connection: {how}")
        self.how = how


class Replica(Protocol):
    """What a client can speak to alone: one copy of the service."""

    name: str

    @property
    def relay_name(self) -> str: ...


class Connection:
    """A keep-alive connection, for one request at a time. `replica` took it; empty where the service is one copy."""

    def __init__(self, number: int, end: HttpEnd, framed: Framed, replica: str = "") -> None:
        self.number, self._end, self._framed, self.replica = number, end, framed, replica
        end.framed = framed

    @property
    def ended(self) -> str:
        """Empty while open, else `fin`, `reset` or `lost`: how the service's side ended it."""
        return self._end.ended_how

    @property
    def reusable(self) -> bool:
        return self._end.reusable

    def send(self, data: bytes, keep_body: bool) -> Answer:
        """Send one request; its answer fills as it arrives."""
        answer = Answer(keep_body)
        self._end.answer = answer
        if self.ended:
            answer.finish("eof" if self.ended == "fin" else "reset")
        else:
            self._framed.send(data)
        return answer

    def close(self) -> None:
        self._framed.close()

    def reset(self) -> None:
        """Vanish: the service sees a reset."""
        self._framed.reset()

    def grant(self, count: int) -> None:
        self._framed.grant(count)

    def lose_interest(self) -> None:
        self._end.answer = None


class Client:
    """Talks to one service. Network trouble never raises from `request`: it is the outcome.

    Where the service has several replicas, each connection goes to the next one that is ready; `to` one of them goes
    there alone, ready or not.
    """

    def __init__(self, relay: Relay, name: str | Callable[[], str], history: History, replica: str = "") -> None:
        self._relay, self._name, self._history, self._replica = relay, name, history, replica
        self._connections = itertools.count(1)
        self._requests: dict[str, int] = {}
        self._open: set[Framed] = set()

    def to(self, replica: Replica) -> Client:
        """The same, past the round-robin: to this replica, also once it was started anew."""
        client = Client(self._relay, lambda: replica.relay_name, self._history, replica.name)
        client._connections, client._requests, client._open = self._connections, self._requests, self._open
        return client

    @property
    def history(self) -> History:
        """Where its requests are recorded."""
        return self._history

    def with_history(self, history: History) -> Client:
        """The same service, recording elsewhere."""
        return Client(self._relay, self._name, history, self._replica)

    async def connect(self, *, window: int = 0, within_s: float = 3.0) -> Connection:
        """A new connection; raises ConnectFailed."""
        end = HttpEnd()
        framed = await self._dial(end, window, within_s)
        return Connection(next(self._connections), end, framed, framed.member or self._replica)

    async def _dial(self, end: Any, window: int, within_s: float) -> Framed:
        try:
            name = self._name() if callable(self._name) else self._name
            framed = await self._relay.dial(name, end, window=window, within_s=within_s)
        except ConnectRefused as refusal:
            raise ConnectFailed(_HOW.get(refusal.errno, refusal.errno.lower())) from None
        self._open.add(framed)
        return framed

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        tag: str = "",
        timeout_s: float = 30.0,
        conn: Connection | None = None,
        keep_body: bool = True,
        intended_s: float | None = None,
    ) -> Exchange:
        """One request, on `conn` or on a connection of its own. `intended_s` is on the monotonic clock."""
        body, fields = json_body(json, headers or {}) if json is not None else (body, headers or {})
        wanted = intended_s if intended_s is not None else monotonic_s()
        deadline = monotonic_s() + timeout_s
        own = conn is None
        try:
            used = conn or await self.connect(within_s=timeout_s)
        except ConnectFailed as failure:
            return self._record(tag, method, path, wanted, monotonic_s(), None, None, failure.how)
        sent = monotonic_s()
        was_dead = bool(used.ended)
        answer = used.send(request_bytes(method, path, fields, body), keep_body)
        try:
            async with asyncio.timeout(max(0.001, deadline - monotonic_s())):
                await answer.done.wait()
            how = answer.how
        except TimeoutError:
            how = "timeout"
        finally:
            if own:
                used.close()
        return self._record(tag, method, path, wanted, sent, answer, used, how, was_dead)

    async def stream(
        self,
        method: str,
        path: str,
        *,
        window: int = 0,
        headers: dict[str, str] | None = None,
        tag: str = "",
        timeout_s: float = 15.0,
    ) -> StreamReader:
        """Send a request and read its body by hand; ConnectFailed without a connection, TimeoutError without a head."""
        wanted = monotonic_s()
        conn = await self.connect(window=window)
        answer = conn.send(request_bytes(method, path, headers or {}, b""), keep_body=True)
        reader = StreamReader(
            conn,
            answer,
            window,
            lambda how: self._record(tag, method, path, wanted, wanted, answer, conn, how),
        )
        async with asyncio.timeout(timeout_s):
            await answer.head_seen.wait()
        return reader

    async def open(self, *, window: int = 0) -> Raw:
        """A raw connection, for bytes a probe writes itself. `refused` says why there is none."""
        raw = Raw(window)
        try:
            raw.framed = await self._dial(_RawEnd(raw), window, 3.0)
        except ConnectFailed as failure:
            raw.refused = failure.how
        return raw

    def _record(
        self,
        tag: str,
        method: str,
        path: str,
        wanted: float,
        sent: float,
        answer: Answer | None,
        conn: Connection | None,
        how: str,
        was_dead: bool = False,
    ) -> Exchange:
        self._requests[tag] = self._requests.get(tag, 0) + 1
        at = self._history.at
        untouched = answer is None or (was_dead and answer.first_byte_s is None)
        exchange = Exchange(
            tag=tag,
            n=self._requests[tag],
            method=method,
            path=path,
            intended_s=at(wanted),
            sent_s=at(sent),
            outcome="ok" if answer is not None and answer.complete else "fail" if untouched else "unknown",
            how=how,
            status=answer.status if answer else None,
            headers=answer.headers if answer else {},
            body=bytes(answer.body) if answer else b"",
            size=answer.size if answer else 0,
            first_byte_s=at(answer.first_byte_s) if answer and answer.first_byte_s else None,
            ended_s=at(answer.ended_s) if answer and answer.ended_s else None,
            conn=conn.number if conn else 0,
            lag_s=max(0.0, sent - wanted),
            replica=conn.replica if conn else self._replica,
            until_s=self._history.now(),
        )
        self._history.add_exchange(exchange)
        return exchange

    def close(self) -> None:
        """End every connection made here."""
        for framed in self._open:
            if framed.open:
                framed.close()


class StreamReader:
    """A response read by hand; not read, it is a client that stopped reading.

    With a window the relay takes at most `window` bytes beyond what was read here.
    """

    def __init__(self, conn: Connection, answer: Answer, window: int, record: Any) -> None:
        self._conn, self._answer, self._window, self._record = conn, answer, window, record
        self._recorded = False
        self._spent = 0

    @property
    def status(self) -> int | None:
        return self._answer.status

    @property
    def headers(self) -> dict[str, str]:
        return self._answer.headers

    @property
    def complete(self) -> bool:
        """Whether the framing says that the body is whole, and all of it has been read."""
        return self._answer.complete and not self._answer.body

    @property
    def ended(self) -> str:
        """Empty while it may still come; then `whole`, `eof`, `reset` or `malformed`."""
        return (self._answer.how or "whole") if self._answer.done.is_set() else ""

    async def read(self, count: int, within_s: float = 10.0) -> bytes:
        """Up to `count` bytes of the body, at least one; b"" at its end. TimeoutError where nothing comes."""
        body = self._answer.body
        if self._window:
            self._conn.grant(count)
        async with asyncio.timeout(within_s):
            while not body and not self._answer.done.is_set():
                self._answer.news.clear()
                await self._answer.news.wait()
        data = bytes(body[:count])
        del body[:count]
        if not data and self._answer.done.is_set():
            self._finish(self._answer.how)
        return data

    def close(self) -> None:
        """Leave, as a browser tab that is closed does."""
        self._finish("closed")
        self._conn.close()

    def reset(self) -> None:
        self._finish("closed")
        self._conn.reset()

    def _finish(self, how: str) -> None:
        if not self._recorded:
            self._recorded = True
            self._record(how)


class Raw:
    """A connection whose bytes a probe writes and reads itself."""

    def __init__(self, window: int) -> None:
        self.refused = ""
        self.framed: Framed | None = None
        self.ended = ""
        self._window = window
        self._buffer = bytearray()
        self._news = asyncio.Event()

    def take(self, data: bytes) -> None:
        self._buffer += data
        self._news.set()

    def end(self, how: str) -> None:
        self.ended = how
        self._news.set()

    async def send(self, data: bytes) -> None:
        if self.framed is not None and self.ended != "reset":
            self.framed.send(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await self.framed.drain()

    async def read(self, max_bytes: int = 65536, within_s: float = 10.0) -> bytes:
        """What has arrived, up to `max_bytes`; b"" once it ended. TimeoutError where nothing comes."""
        if self._window and self.framed is not None:
            self.framed.grant(max_bytes)
        async with asyncio.timeout(within_s):
            while not self._buffer and not self.ended and not self.refused:
                self._news.clear()
                await self._news.wait()
        data = bytes(self._buffer[:max_bytes])
        del self._buffer[:max_bytes]
        return data

    async def finish(self) -> None:
        if self.framed is not None:
            self.framed.finish()

    def reset(self) -> None:
        if self.framed is not None:
            self.framed.reset()

    def close(self) -> None:
        if self.framed is not None:
            self.framed.close()


class _RawEnd:
    """Receives for a Raw, whose `ended` is a word and not a call."""

    def __init__(self, raw: Raw) -> None:
        self.data_received = raw.take
        self.ended = raw.end
