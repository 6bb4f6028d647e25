"""One connection through the relay, in frames (`pair.mjs`), so that its end is known as it was.

The end is `fin` or `reset`, as the service's side ended it, or `lost` when the relay itself is gone.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, Protocol

_HEAD = struct.Struct(">BI")
_DATA, _FIN, _RST, _CREDIT, _CLOSE = range(5)


class RelayError(Exception):
    """The relay did not answer, or refused a request of ours: our fault, never the service's."""


class ConnectRefused(Exception):
    """The service's side did not take the connection; `errno` as the relay's kernel named it (`ECONNREFUSED`)."""

    def __init__(self, errno: str) -> None:
        super().__init__(errno)
        self.errno = errno


class Receiver(Protocol):
    """What reads one framed connection; called on the event loop."""

    def data_received(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None:
        """Once, after the last data: `fin`, `reset` or `lost`."""
        ...


class Framed(asyncio.Protocol):
    """One connection through the relay. After `fin` from the peer we may still send (half-open).

    `member` is the one of a pool that took it; empty where a target itself was dialled.
    """

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()
        self._answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answered = False
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self.how = ""
        self.member = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable.set()
        if not self._answer.done():
            self._answer.set_exception(RelayError("the relay closed the connection before it answered"))
        self._end("lost")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._answered and not self._take_answer():
            return
        while len(self._buffer) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._buffer)
            if len(self._buffer) < _HEAD.size + length:
                return
            payload = bytes(memoryview(self._buffer)[_HEAD.size : _HEAD.size + length])
            del self._buffer[: _HEAD.size + length]
            self._act(kind, payload)

    def _take_answer(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        answer = json.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        self._answered = True
        self.member = str(answer.get("member", ""))
        if not self._answer.done():
            self._answer.set_result(answer)
        return True

    def _act(self, kind: int, payload: bytes) -> None:
        if kind == _DATA:
            if not self.how:
                self._receiver.data_received(payload)
        elif kind == _FIN:
            self._end("fin")
        elif kind == _RST:
            self._end("reset")

    def _end(self, how: str) -> None:
        if not self.how:
            self.how = how
            self._receiver.ended(how)

    def _frame(self, kind: int, payload: bytes = b"") -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_HEAD.pack(kind, len(payload)) + payload)

    @property
    def open(self) -> bool:
        """Whether bytes sent now can still leave this process."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, data: bytes) -> None:
        self._frame(_DATA, data)

    async def drain(self) -> None:
        """Until the relay took what was sent, up to the kernel's buffers."""
        await self._writable.wait()

    def grant(self, count: int) -> None:
        """Allow the relay `count` more bytes of the service's, for a connection dialled with a window."""
        self._frame(_CREDIT, struct.pack(">I", count))

    def finish(self) -> None:
        """Send our FIN; the other direction stays open."""
        self._frame(_FIN)

    def reset(self) -> None:
        """End it with a reset, as a vanished peer's kernel does."""
        self._frame(_RST)
        self._shut()

    def close(self) -> None:
        """End it as `close(2)` does: what is unread is thrown away."""
        self._frame(_CLOSE)
        self._shut()

    def _shut(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def answer(self) -> dict[str, Any]:
        """What the relay answered to the first line."""
        return await self._answer

    def say(self, line: bytes) -> None:
        assert self._transport is not None
        self._transport.write(line)
