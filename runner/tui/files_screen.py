"""Which file of the copy to edit, where the editor takes one file at a time."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.tui.key_bar import KeyBar
from runner.tui.safe import safe_line

MOST_FILES = 200


class FilesScreen(ModalScreen[Path | None]):
    """The chosen file, or None; the cursor begins on the file edited last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('down')", "Down", show=False, id="files.down"),
        Binding("k", "move('up')", "Up", show=False, id="files.up"),
        Binding("escape,e", "close", "Close", tooltip="edit none", id="files.close"),
    ]

    def __init__(self, folder: Path, files: list[Path], last: Path | None) -> None:
        super().__init__(classes="-modal")
        self._folder = folder
        self._files = files[:MOST_FILES]
        self._last = last

    def compose(self) -> ComposeResult:
        options = [Option(Content(safe_line(file.as_posix(), 200))) for file in self._files]
        with Vertical(classes="card") as card:
            card.border_title = "edit which file? (enter opens)"
            yield OptionList(*options, markup=False, compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        files = self.query_one(OptionList)
        files.highlighted = self._files.index(self._last) if self._last in self._files else 0
        files.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._folder / self._files[event.option_index])

    def action_move(self, way: str) -> None:
        files = self.query_one(OptionList)
        files.action_cursor_down() if way == "down" else files.action_cursor_up()

    def action_close(self) -> None:
        self.dismiss(None)
