"""Asks for one line of text, over whatever is open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from runner.tui.key_bar import KeyBar
from runner.tui.safe import safe_line, safe_text


class LineScreen(ModalScreen[str | None]):
    """What was typed, without spaces around it, or None; `note` stands below the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", priority=True, tooltip="write nothing", id="line.close")
    ]

    def __init__(self, question: str, text: str = "", note: str = "") -> None:
        super().__init__(classes="-modal")
        self._question = safe_text(question)
        self._text = text
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static(self._question, markup=False)
            yield Input(safe_line(self._text, 300), select_on_focus=False)
            yield Static(safe_line(self._note, 300), classes="muted", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_close(self) -> None:
        self.dismiss(None)
