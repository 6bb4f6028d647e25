"""The pane of a service that runs by hand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runner.catalog.kata import Kata
from runner.tui.board import Board
from runner.tui.hand_text import hand_text


class HandPane(VerticalScroll):
    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._text = Content()

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, kata: Kata, board: Board) -> None:
        text = hand_text(kata, board)
        if text != self._text:
            self._text = text
            self.query_one(Static).update(text)
