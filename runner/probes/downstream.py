"""Third parties a service calls, played by the verifier and scripted by a probe.

Each listens on the services' side of the relay; what reaches it is counted, timed and kept, and how a connection ended
is known as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import json as jsonlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httptools

from runner.record.history import CallRecord, History
from runner.sandbox.relay import Framed, Relay

Handler = Callable[["Call"], Awaitable[None]]


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def _matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))


class Call:
    """One request that reached a downstream, and the means to answer it in any way."""

    def __init__(self, link: _Link, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        parts = urlsplit(target)
        self.method, self.path, self.query = (
            method,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
        )
        self.headers, self.body = headers, body
        self.closed = link.closed
        self.conn = link.number
        self._link = link
        self._owner = link.owner
        self.n = self._owner.count_call(self)
        self.at_s = self._owner.history.now()
        self.answered = False
        self._status: int | None = None
        self._answered_s: float | None = None
        self._closed_by = ""
        self._closed_s: float | None = None
        self.note()

    def json(self) -> Any:
        """The body as JSON; ValueError where it is not."""
        return jsonlib.loads(self.body)

    async def reply(
        self, status: int = 200, json: Any = None, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        """A whole answer, on a connection that stays open."""
        fields = {name.lower(): value for name, value in (headers or {}).items()}
        if json is not None:
            body = jsonlib.dumps(json).encode()
            fields.setdefault("content-type", "application/json")
        fields["content-length"] = str(len(body))
        self._link.send(self._head(status, fields) + body)
        await self._link.drain()
        self._finish()

    async def head(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Status and headers only; the body follows by `write`, chunked unless `content-length` is given."""
        fields = {name.lower(): value for name, value in (headers or {}).items()}
        if "content-length" not in fields:
            fields["transfer-encoding"] = "chunked"
        self._chunked = "transfer-encoding" in fields
        self._link.send(self._head(status, fields))
        await self._link.drain()

    async def write(self, data: bytes) -> None:
        """A piece of the body; returns when the relay took it, so a service that does not read holds it up."""
        self._link.send(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        await self._link.drain()

    async def end(self) -> None:
        """The end of a body begun with `head`."""
        if self._chunked:
            self._link.send(b"0\r\n\r\n")
        await self._link.drain()
        self._finish()

    def reset(self) -> None:
        """End the connection with a reset."""
        self._close("us")
        self._link.reset()

    def cut(self) -> None:
        """End the connection in the middle, without an answer or within its body."""
        self._close("us")
        self._link.close()

    async def hang(self) -> None:
        """Never answer; returns when the service gives up."""
        await self.closed.wait()

    def _head(self, status: int, fields: dict[str, str]) -> bytes:
        self._status = status
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 {status} {_reason(status)}\r\n{lines}\r\n".encode("latin-1")

    def _finish(self) -> None:
        self.answered = True
        self._answered_s = self._owner.history.now()
        self.note()

    def _close(self, by: str) -> None:
        if not self._closed_by and not self.answered:
            self._closed_by, self._closed_s = by, self._owner.history.now()
            self.note()

    def left(self) -> None:
        """The service ended the connection before this call was answered."""
        self._close("service")

    def note(self) -> None:
        self._owner.history.put_call(
            CallRecord(
                link=self._owner.name,
                n=self.n,
                conn=self.conn,
                method=self.method,
                path=self.path,
                headers=self.headers,
                body=self.body,
                at_s=self.at_s,
                query=self.query,
                status=self._status,
                answered_s=self._answered_s,
                closed_by=self._closed_by,
                closed_s=self._closed_s,
            )
        )


class _Link:
    """One connection a service opened: parses its requests and runs their handlers in turn."""

    def __init__(self, owner: Downstream, number: int) -> None:
        self.owner, self.number = owner, number
        self.closed = asyncio.Event()
        self.framed: Framed | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._queue: asyncio.Queue[Call | None] = asyncio.Queue()
        self._current: Call | None = None
        self._is_left = False

    def data_received(self, data: bytes) -> None:
        with contextlib.suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._parser.feed_data(data)

    def ended(self, how: str) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        self._is_left = True
        if self._current is not None:
            self._current.left()
        self._queue.put_nowait(None)
        self.owner.gone(self)
        if self.framed is not None:
            self.framed.close()

    def on_message_begin(self) -> None:
        self._target, self._body = b"", b""
        self._headers: dict[str, str] = {}

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode()
        self._queue.put_nowait(Call(self, method, self._target.decode("latin-1"), self._headers, self._body))

    async def serve(self) -> None:
        """Handle calls until the connection ends."""
        while (call := await self._queue.get()) is not None:
            self._current = call
            if self._is_left:
                # It came whole, and its sender was gone in the same moment: a third party would act on it all the same.
                call.left()
            await self.owner.handle(call)
            self._current = None if call.answered else call

    def send(self, data: bytes) -> None:
        if self.framed is not None and not self.closed.is_set():
            self.framed.send(data)

    async def drain(self) -> None:
        if self.framed is not None:
            await self.framed.drain()

    def reset(self) -> None:
        self._leave(lambda framed: framed.reset())

    def close(self) -> None:
        self._leave(lambda framed: framed.close())

    def _leave(self, how: Callable[[Framed], None]) -> None:
        if not self.closed.is_set():
            self.closed.set()
            self._queue.put_nowait(None)
            self.owner.gone(self)
            if self.framed is not None:
                how(self.framed)


class Gate:
    """A handler that holds every call until it is opened; time turned into order."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._opened = asyncio.Event()
        self._changed = asyncio.Event()
        self.holding = 0
        self.total = 0

    async def __call__(self, call: Call) -> None:
        self.holding += 1
        self.total += 1
        self._changed.set()
        waiters = [asyncio.ensure_future(self._opened.wait()), asyncio.ensure_future(call.closed.wait())]
        try:
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.holding -= 1
            self._changed.set()
            for waiter in waiters:
                waiter.cancel()
        if not call.closed.is_set():
            await self._handler(call)

    async def held(self, count: int, within_s: float = 10.0) -> bool:
        """Wait until `count` calls are held at once; whether that came to be."""
        try:
            async with asyncio.timeout(within_s):
                while self.holding < count:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def open(self) -> None:
        """Let what is held, and what comes, through."""
        self._opened.set()

    def shut(self) -> None:
        """Hold what comes from now on."""
        self._opened.clear()


class Downstream:
    """One third party: its script, its ledger, and what reached it."""

    def __init__(self, name: str, history: History) -> None:
        self.name, self.history = name, history
        self.calls: list[Call] = []
        self._routes: list[tuple[str, str, Handler]] = []
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_conn = 0
        self._changed = asyncio.Event()

    def on(self, method: str, path: str, handler: Handler) -> None:
        """Answer `method path` by `handler` from now on; `*` stands for one segment of the path."""
        self._routes.insert(0, (method, path, handler))

    def gate(self, handler: Handler) -> Gate:
        """A gate, shut, before a handler."""
        return Gate(handler)

    def effect(self, name: str, key: str, **data: Any) -> None:
        """Write to the ledger that something happened for good."""
        self.history.add_effect(name, key, data)

    @property
    def open_connections(self) -> int:
        """How many connections services hold open to it now."""
        return len(self._links)

    async def until_closed(self, within_s: float) -> bool:
        """Wait until no connection is open; whether that came to be."""
        try:
            async with asyncio.timeout(within_s):
                while self._links:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def count_call(self, call: Call) -> int:
        self.calls.append(call)
        return len(self.calls)

    def gone(self, link: _Link) -> None:
        self._links.discard(link)
        self._changed.set()

    async def handle(self, call: Call) -> None:
        handler = next((h for m, p, h in self._routes if m == call.method and _matches(p, call.path)), None)
        if handler is None:
            await call.reply(404, json={"error": "not_found"})
        else:
            await handler(call)

    async def accept(self, relay: Relay, conn: int) -> None:
        """Take a connection a service opened and serve it until it ends."""
        self._last_conn += 1
        link = _Link(self, self._last_conn)
        link.framed = await relay.take(conn, link)
        self._links.add(link)
        task = asyncio.ensure_future(link.serve())
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.history.note("script_error", f"{self.name}: {error!r}")

    async def close(self) -> None:
        """End what is still open; handlers that wait are cancelled."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in list(self._links):
            link.close()


class Downstreams(dict[str, Downstream]):
    """The third parties of a kata by name."""
