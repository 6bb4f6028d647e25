"""One of several lines, picked over whatever is open: a page of a lesson, a link of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.tui.key_bar import KeyBar


class PickList(OptionList):
    """An option list that shows `enter` in the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Go there", tooltip="go to the line under the cursor", id="pick.choose")
    ]


class PickScreen(ModalScreen[int | None]):
    """The index of the line that was picked, or None; the cursor begins on the line `at`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "Down", show=False, tooltip="one down", id="pick.down"),
        Binding("k", "move(-1)", "Up", show=False, tooltip="one up", id="pick.up"),
        Binding("escape", "close", "Close", tooltip="stay where you are", id="pick.close"),
    ]

    def __init__(self, title: str, lines: Sequence[Content], at: int = 0) -> None:
        super().__init__(classes="-modal")
        self._title = title
        self._lines = tuple(lines)
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical(classes="card") as card:
            card.border_title = self._title
            yield PickList(*(Option(line) for line in self._lines), markup=False, compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        lines = self.query_one(PickList)
        lines.highlighted = self._at
        lines.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_move(self, step: int) -> None:
        lines = self.query_one(PickList)
        lines.action_cursor_down() if step > 0 else lines.action_cursor_up()

    def action_close(self) -> None:
        self.dismiss(None)
