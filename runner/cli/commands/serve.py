"""`prodrill serve`: the app in a browser tab."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator

import click

from runner.cli.errors import UserError
from runner.cli.loop import run_to_end
from runner.cli.output import is_terminal, out, tell
from runner.cli.params import sandbox_option


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port to serve at; a free one by default.")
@click.option("--no-open", is_flag=True, help="Print the link, and open no browser.")
@sandbox_option
def command(port: int, no_open: bool, sandbox: str) -> None:
    """Open the app in a browser tab. It answers on 127.0.0.1 alone, to whoever has the link that is printed.

    Closing the tab ends its app and what runs under it; Ctrl-C here ends all of it.
    """
    try:
        run_to_end(_serve(port, sandbox, opens=not no_open))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        what = "is in use" if error.errno == errno.EADDRINUSE else "is not yours to use"
        raise UserError(f"port {port} {what}. Choose another, or leave --port out for a free one.") from None


async def _serve(port: int, sandbox: str, *, opens: bool) -> None:
    from runner.web.server import web_server

    async with web_server(port, sandbox) as server:
        link = server.gate.new_link()
        out(link)
        tell("Open this link in a browser on this machine; it works once. Ctrl-C ends the app and all that it runs.")
        if opens:
            await asyncio.to_thread(_open_browser, link)
        with _at_enter(lambda: out(server.gate.new_link())):
            await asyncio.get_running_loop().create_future()


def _open_browser(link: str) -> None:
    """Only where there is a desktop: elsewhere a browser in text mode would take the terminal."""
    import webbrowser

    if sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        webbrowser.open(link)


@contextlib.contextmanager
def _at_enter(act: Callable[[], None]) -> Iterator[None]:
    """Another link at each Enter, for another browser, while there is a terminal to press it at."""
    if not is_terminal(sys.stdin):
        yield
        return
    tell("Press Enter for another link.")
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

    def pressed() -> None:
        if os.read(stdin, 4096):
            act()
        else:
            loop.remove_reader(stdin)

    loop.add_reader(stdin, pressed)
    try:
        yield
    finally:
        loop.remove_reader(stdin)
