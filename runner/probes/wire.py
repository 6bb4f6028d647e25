"""HTTP/1.1 over a framed connection: llhttp reads answers, what is sent is written by hand.

Sent bytes are exactly what a probe says, so that nothing a client library adds decides a verdict.
"""

from __future__ import annotations

import asyncio
import json as jsonlib
from typing import Any

import httptools

from runner.clock import monotonic_s
from runner.sandbox.relay import Framed


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """The wire form of a request; `content-length` is added where the headers name no framing."""
    fields = {"host": "service", **{name.lower(): value for name, value in headers.items()}}
    if body and "transfer-encoding" not in fields:
        fields.setdefault("content-length", str(len(body)))
    elif method not in ("GET", "HEAD") and "transfer-encoding" not in fields:
        fields.setdefault("content-length", "0")
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def json_body(value: Any, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """A value as a JSON body and the headers that say so."""
    return jsonlib.dumps(value).encode(), {"content-type": "application/json", **headers}


class Answer:
    """One response as it arrives. `how` is why it ended early: eof, reset, malformed; empty while it may still come."""

    def __init__(self, keep_body: bool) -> None:
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.size = 0
        self.complete = False
        self.how = ""
        self.first_byte_s: float | None = None
        self.ended_s: float | None = None
        self.body = bytearray()
        self.head_seen = asyncio.Event()
        self.done = asyncio.Event()
        self.news = asyncio.Event()
        self._keep_body = keep_body

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if self._keep_body:
            self.body += data
        self.news.set()

    def finish(self, how: str) -> None:
        if self.done.is_set():
            return
        self.how = how
        self.complete = not how
        self.ended_s = monotonic_s()
        self.head_seen.set()
        self.done.set()
        self.news.set()


class HttpEnd:
    """Receives one connection and parses its responses into the `Answer` that is waiting."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.answer: Answer | None = None
        self.framed: Framed | None = None
        self.ended_how = ""
        self._framing = ""

    # -- Receiver ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self.answer is not None and self.answer.first_byte_s is None:
            self.answer.first_byte_s = monotonic_s()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self.answer is not None:
                self.answer.finish("malformed")

    def ended(self, how: str) -> None:
        self.ended_how = how
        if self.answer is None or self.answer.done.is_set():
            return
        whole = how == "fin" and self._framing == "close" and self.answer.head_seen.is_set()
        self.answer.finish("" if whole else {"fin": "eof", "reset": "reset"}.get(how, how))

    # -- llhttp's callbacks --------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._fields: dict[str, str] = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self.answer is None or status < 200:
            return
        self.answer.status = status
        self.answer.headers = self._fields
        chunked = "chunked" in self._fields.get("transfer-encoding", "").lower()
        self._framing = "chunked" if chunked else "length" if "content-length" in self._fields else "close"
        if status in (204, 304):
            self._framing = "length"
        self.answer.head_seen.set()

    def on_body(self, body: bytes) -> None:
        if self.answer is not None:
            self.answer.take(body)

    def on_message_complete(self) -> None:
        if self.answer is not None and self.answer.status is not None:
            self.answer.finish("")

    @property
    def reusable(self) -> bool:
        """Whether another request may go out on this connection."""
        if self.ended_how or self.answer is None or not self.answer.complete:
            return not self.ended_how and self.answer is None
        return self.answer.headers.get("connection", "").lower() != "close" and self._framing != "close"
