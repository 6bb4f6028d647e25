"""After success: what broke, why the fix holds, what else would have worked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from runner.tui.messages import NextRequested
from runner.tui.reader import Reader


class DebriefScreen(Screen[None]):
    HELP = "The debrief of a kata you solved. It stays open to you: `d` on the kata's screen shows it again."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next", tooltip="open what comes next in the course", id="debrief.next"),
        Binding("escape", "back", "Back", tooltip="back to the kata", id="debrief.back"),
    ]

    def __init__(self, title: str, markdown: str) -> None:
        super().__init__()
        self._title = title
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        yield Static(f"Debrief · {self._title}", classes="title", markup=False)
        yield Reader(self._markdown)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Reader).focus()

    def action_next(self) -> None:
        self.post_message(NextRequested())

    def action_back(self) -> None:
        self.dismiss(None)
