"""A diff to read: never wrapped, scrolled both ways."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.widgets import Static

from runner.tui.diff_text import diff_text


class DiffPane(ScrollableContainer):
    """Shows the patch it was last given, or a sentence where there is none."""

    DEFAULT_CSS = """
    DiffPane { height: 1fr; overflow: auto auto; & > Static { width: auto; min-width: 100%; text-wrap: nowrap; } }
    """
    BINDINGS = [  # noqa: RUF012  as the base declares it
        Binding("j", "scroll_down", "Down", show=False, id="diff.down"),
        Binding("k", "scroll_up", "Up", show=False, id="diff.up"),
        Binding("space", "page_down", "Page down", show=False, id="diff.page_down"),
        Binding("b", "page_up", "Page up", show=False, id="diff.page_up"),
        Binding("g", "scroll_home", "Top", show=False, id="diff.top"),
        Binding("G", "scroll_end", "End", show=False, id="diff.end"),
    ]

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, patch: str, without: str = "The files are the same.") -> None:
        self.query_one(Static).update(diff_text(patch) if patch else Content(without))
        self.scroll_home(animate=False)
