"""Canned handlers for scripted downstreams."""

from __future__ import annotations

import asyncio
import json as jsonlib
from typing import Any

from runner.probes.downstream import Call, Handler


def reply(status: int = 200, json: Any = None, body: bytes = b"", headers: dict[str, str] | None = None) -> Handler:
    """Always the same answer."""

    async def handler(call: Call) -> None:
        await call.reply(status, json=json, body=body, headers=headers)

    return handler


def hang() -> Handler:
    """Never an answer."""

    async def handler(call: Call) -> None:
        await call.hang()

    return handler


def reset() -> Handler:
    """A reset in place of an answer."""

    async def handler(call: Call) -> None:
        call.reset()

    return handler


def stall_mid_body(json: Any) -> Handler:
    """The head and half of the body, then nothing."""

    async def handler(call: Call) -> None:
        data = jsonlib.dumps(json).encode()
        await call.head(200, {"content-type": "application/json", "content-length": str(len(data))})
        await call.write(data[: len(data) // 2])
        await call.hang()

    return handler


def drip(json: Any, every_s: float) -> Handler:
    """The body a byte at a time, `every_s` apart: never idle, never done soon."""

    async def handler(call: Call) -> None:
        data = jsonlib.dumps(json).encode()
        await call.head(200, {"content-type": "application/json", "content-length": str(len(data))})
        for index in range(len(data)):
            if call.closed.is_set():
                return
            await call.write(data[index : index + 1])
            await asyncio.sleep(every_s)
        await call.end()

    return handler


def sequence(*handlers: Handler) -> Handler:
    """One handler a call, in order; the last one stays."""
    remaining = list(handlers)

    async def handler(call: Call) -> None:
        await (remaining.pop(0) if len(remaining) > 1 else remaining[0])(call)

    return handler
