"""One tab: its app, in a process of its own, and what passes between the two. Its end is the end of both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from runner.web.packets import for_app, read_packet, read_page

_DRIVER = "runner.web.driver:TabDriver"
_BEGINS = b"__GANGLION__\n"
_END_WITHIN_S = 20.0
_LONGEST_WORDS = 400


class Tab:
    """The app of one connection, `size` cells to begin with."""

    def __init__(self, connection: ServerConnection, size: tuple[int, int], sandbox: str) -> None:
        self._connection = connection
        self._size = size
        self._sandbox = sandbox

    async def serve(self) -> None:
        """Until the app is left or the tab is closed; afterwards nothing of it runs."""
        with tempfile.TemporaryFile() as said:
            async with self._app(said.fileno()) as app:
                passing = [asyncio.ensure_future(self._to_page(app)), asyncio.ensure_future(self._to_app(app))]
                try:
                    await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in passing:
                        task.cancel()
                    await asyncio.gather(*passing, return_exceptions=True)
            said.seek(0)
            await self._tell_end(app.returncode, said.read().decode("utf-8", "replace"))

    @contextlib.asynccontextmanager
    async def _app(self, stderr: int) -> AsyncIterator[asyncio.subprocess.Process]:
        app = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "runner.web.child",
            self._sandbox,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            env=self._environment(),
        )
        try:
            yield app
        finally:
            await asyncio.shield(asyncio.ensure_future(_end(app)))

    def _environment(self) -> dict[str, str]:
        columns, rows = self._size
        drawing = {"TEXTUAL_DRIVER": _DRIVER, "TEXTUAL_COLOR_SYSTEM": "truecolor", "TERM": "xterm-256color"}
        return {**os.environ, **drawing, "COLUMNS": str(columns), "ROWS": str(rows)}

    async def _to_page(self, app: asyncio.subprocess.Process) -> None:
        assert app.stdout is not None
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionClosed):
            await app.stdout.readuntil(_BEGINS)
            while True:
                letter, payload = await read_packet(app.stdout)
                if letter == b"D":
                    await self._connection.send(payload)
                elif letter == b"M":
                    await self._pass_on(msgspec.json.decode(payload))

    async def _pass_on(self, meta: dict[str, object]) -> None:
        """Of what the app says beside its output, the page acts on one thing: a link that was opened."""
        if meta.get("type") == "open_url":
            await self._tell({"type": "open", "url": str(meta.get("url", ""))})

    async def _to_app(self, app: asyncio.subprocess.Process) -> None:
        assert app.stdin is not None
        with contextlib.suppress(ConnectionClosed, ConnectionError):
            async for message in self._connection:
                try:
                    app.stdin.write(for_app(read_page(message)))
                except msgspec.DecodeError:
                    await self._connection.close(1008, "not a message of this page")
                    return
                await app.stdin.drain()

    async def _tell_end(self, code: int | None, said: str) -> None:
        words = said.strip().splitlines()[-1][:_LONGEST_WORDS] if code and said.strip() else ""
        with contextlib.suppress(ConnectionClosed):
            await self._tell({"type": "ended", "words": words})

    async def _tell(self, told: dict[str, object]) -> None:
        await self._connection.send(msgspec.json.encode(told).decode())


async def _end(app: asyncio.subprocess.Process) -> None:
    """Close the app's life line, so that it ends what runs under it; kill its group where it does not."""
    if app.stdin is not None:
        app.stdin.close()
    draining = asyncio.ensure_future(_drain(app.stdout))  # an app that cannot write cannot leave
    try:
        async with asyncio.timeout(_END_WITHIN_S):
            await app.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(app.pid, signal.SIGKILL)
        await app.wait()
    finally:
        draining.cancel()


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(2**16):
        pass
