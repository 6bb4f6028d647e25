"""A text over whatever is open: a hint, or the keys of a screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from runner.tui.key_bar import KeyBar
from runner.tui.reader import Reader


class TextScreen(ModalScreen[None]):
    """Closed by Esc, by enter, or by the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "close", "Close", tooltip="back to what is beneath", id="text.close")
    ]

    def __init__(self, title: str, markdown: str, opened_by: str) -> None:
        super().__init__(classes="-modal")
        self._title = title
        self._markdown = markdown
        self._opened_by = opened_by

    def compose(self) -> ComposeResult:
        with Vertical(classes="card -tall") as card:
            card.border_title = self._title
            yield Reader(self._markdown)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Reader).focus()
        self._bindings.bind(self._opened_by, "close", show=False)

    def action_close(self) -> None:
        self.dismiss(None)
