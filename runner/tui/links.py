"""The links of a page, and those that lead outside: opened in a browser with a window, else shown to be copied."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from runner.tui.safe import safe_line

if TYPE_CHECKING:
    from textual.app import App

_IN_THE_TERMINAL = frozenset({"lynx", "w3m", "links", "links2", "elinks", "www-browser", "browsh"})
_DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")


class Link(Struct, frozen=True):
    """What a link says, and where it leads."""

    text: str
    href: str

    @property
    def is_outside(self) -> bool:
        return self.href.startswith(("https://", "http://"))


def links_of(markdown: str) -> tuple[Link, ...]:
    """The links in reading order, each once."""
    from markdown_it import MarkdownIt

    found: dict[str, Link] = {}
    for block in MarkdownIt("commonmark").enable("table").parse(markdown):
        href, text = "", ""
        for token in block.children or ():
            if token.type == "link_open":
                href, text = str(token.attrs.get("href", "")), ""
            elif token.type == "link_close" and href:
                found.setdefault(href, Link(text or href, href))
                href = ""
            elif href:
                text += token.content
    return tuple(found.values())


def open_outside(app: App[None], url: str) -> None:
    """In the reader's browser where one with a window can be had here; else the address is shown and copied.

    A browser that draws on the terminal would draw over the app. In a tab of a browser the app runs elsewhere, and
    opening something there is not for us to do.
    """
    shown = safe_line(url, 300)
    if app.is_web or not has_browser():
        app.copy_to_clipboard(url)
        app.notify(shown, title="copied, to open in your browser", timeout=20, markup=False)
        return
    app.open_url(url)
    app.notify(shown, title="opened in the browser", markup=False)


def has_browser(env: Mapping[str, str] = os.environ, platform: str = "") -> bool:
    """Whether a browser with a window of its own can be expected."""
    if chosen := env.get("BROWSER", ""):
        return Path(chosen.split()[0]).name not in _IN_THE_TERMINAL
    return (platform or sys.platform) in {"darwin", "win32"} or any(env.get(name) for name in _DESKTOPS)
