"""The server: one port of 127.0.0.1, a page for whoever was let in, an app for each tab."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from runner.web.gate import HOME, Asked, Gate
from runner.web.packets import sane_size
from runner.web.pages import answer, assets, elsewhere, refused, welcome
from runner.web.tab import Tab

ADDRESS = "127.0.0.1"
_SOCKET = "socket"
_LARGEST_MESSAGE = 4 * 2**20
_quiet = logging.getLogger("prodrill.web")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class WebServer:
    """Judges every request by its gate; ends a tab's app with its tab, and all of them with itself."""

    def __init__(self, gate: Gate, sandbox: str) -> None:
        self.gate = gate
        self._sandbox = sandbox
        self._ending: set[asyncio.Task[None]] = set()

    def respond(self, request: Request) -> Response | None:
        """The answer to a request, None where it may open a socket."""
        asked = _asked(request.headers)
        where = urlsplit(request.path)
        if why := self.gate.foreign(asked):
            return refused(why)
        if where.path == "/":
            return self._let_in(asked, parse_qs(where.query).get("token", []))
        if not where.path.startswith(HOME):
            return refused("There is nothing here.", HTTPStatus.NOT_FOUND)
        if why := self.gate.unknown(asked):
            return refused(why)
        return self._of_the_app(asked, where.path.removeprefix(HOME))

    def _let_in(self, asked: Asked, tokens: list[str]) -> Response:
        if not tokens:
            return elsewhere(asked.host)
        if not self.gate.spend(tokens[0]):
            return refused("This link was used before, or is none of this server's. For another, press Enter there.")
        return welcome(asked.host, self.gate.cookie)

    def _of_the_app(self, asked: Asked, path: str) -> Response | None:
        if path == _SOCKET:
            return None if asked.upgrades else refused("This is the app's socket.", HTTPStatus.UPGRADE_REQUIRED)
        found = assets().get(path)
        if found is None or asked.upgrades:
            return refused("There is nothing here.", HTTPStatus.NOT_FOUND)
        kind, body = found
        return answer(HTTPStatus.OK, body, asked.host, kind)

    async def tab(self, connection: ServerConnection) -> None:
        """One tab from its socket's opening to its end. A page loaded anew waits until its last app is gone."""
        if self._ending:
            await asyncio.wait(set(self._ending))
        tab = Tab(connection, _size_of(connection.request), self._sandbox)
        serving = asyncio.ensure_future(tab.serve())
        closed = asyncio.ensure_future(connection.wait_closed())
        closed.add_done_callback(lambda _: self._ending.add(serving))
        serving.add_done_callback(self._ending.discard)
        try:
            await serving
        finally:
            closed.cancel()
            serving.cancel()


def _asked(headers: Headers) -> Asked:
    def one(name: str) -> str:
        values = headers.get_all(name)
        return values[0] if len(values) == 1 else ""

    return Asked(one("Host"), ", ".join(headers.get_all("Origin")), one("Cookie"), "Upgrade" in headers)


def _size_of(request: Request | None) -> tuple[int, int]:
    asked = parse_qs(urlsplit(request.path).query) if request else {}

    def cells(name: str, otherwise: int) -> int:
        given = asked.get(name, [""])[0]
        return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else otherwise

    return sane_size(cells("columns", 80), cells("rows", 24))


@asynccontextmanager
async def web_server(port: int, sandbox: str) -> AsyncIterator[WebServer]:
    """A server that answers until the end of the block; `port` 0 takes a free one.

    Raises `OSError` where the port is taken or not to be had. Nothing that it started runs after the block.
    """
    made: list[WebServer] = []

    async def tab(connection: ServerConnection) -> None:
        await made[0].tab(connection)

    def respond(connection: ServerConnection, request: Request) -> Response | None:
        return made[0].respond(request)

    # No pings: the kernel closes the socket of a browser that is gone, and one that is slow or asleep is still there.
    listening = serve(
        tab, ADDRESS, port, process_request=respond, server_header=None, compression=None,
        max_size=_LARGEST_MESSAGE, open_timeout=2, close_timeout=2, ping_interval=None,
        logger=_quiet, start_serving=False,
    )  # fmt: skip
    async with listening as server:
        made.append(WebServer(Gate(server.sockets[0].getsockname()[1]), sandbox))
        await server.start_serving()
        yield made[0]
