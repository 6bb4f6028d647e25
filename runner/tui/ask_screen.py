"""A question with two answers, asked over whatever is open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from runner.tui.key_bar import KeyBar
from runner.tui.safe import safe_text


class AskScreen(ModalScreen[bool]):
    """True for `y`; `n` and Esc are no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="do it", id="ask.yes"),
        Binding("n,escape", "answer(False)", "No", tooltip="leave it as it is", id="ask.no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__(classes="-modal")
        self._question = safe_text(question)

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static(self._question, markup=False)
        yield KeyBar()

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
