"""The files of the learner's copy: a list, and the one under the cursor beside it, highlighted and read-only."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from runner.catalog.files import walk_files
from runner.tui.file_text import read_file, styled_lines
from runner.tui.line_view import LineView
from runner.tui.safe import safe_line
from runner.tui.words import plural

MOST_FILES = 200
Row = tuple[int, Content]


class FileList(OptionList, inherit_bindings=False):
    """The list is moved with `j k` and the arrows; the file beside it with the page keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="file_list.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="file_list.up"),
        Binding("enter", "select", "Read", tooltip="to the file itself", id="file_list.read"),
    ]


class FilesPane(Horizontal):
    """Reads a file when it is chosen, and again when it is shown after a change on the disk."""

    DEFAULT_CSS = """
    FilesPane {
        height: 1fr;
        & > FileList, & > FileList:focus {
            width: 28; min-width: 8; height: 1fr; border: none; background: $surface; padding: 0;
            scrollbar-size-vertical: 1;
        }
        & > Vertical { width: 1fr; }
        #file-note { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._folder: Path | None = None
        self._files: list[Path] = []
        self._shown: tuple[Path, int, int] | None = None

    def compose(self) -> ComposeResult:
        yield FileList(markup=False, compact=True)
        with Vertical():
            yield Static(id="file-note", markup=False)
            yield LineView[Row](_numbered, id="file-lines")

    @property
    def chosen(self) -> Path | None:
        """The file under the cursor, relative to the copy."""
        index = self.query_one(FileList).highlighted
        return self._files[index] if index is not None and index < len(self._files) else None

    @property
    def view(self) -> LineView[Row]:
        return self.query_one("#file-lines", LineView)

    def show(self, folder: Path, entry: str) -> None:
        """List what is in the copy now, and read the chosen file again if it changed."""
        files = sorted(walk_files(folder), key=lambda file: (file.as_posix() != entry, len(file.parts), str(file)))
        if files[:MOST_FILES] != self._files or folder != self._folder:
            before = self.chosen
            self._folder, self._files = folder, files[:MOST_FILES]
            listed = self.query_one(FileList)
            listed.clear_options()
            listed.add_options([Option(Content(safe_line(file.as_posix(), 200))) for file in self._files])
            if len(files) > MOST_FILES:
                listed.add_option(Option(Content(f"and {len(files) - MOST_FILES:,} more"), disabled=True))
            if self._files:
                listed.highlighted = self._files.index(before) if before in self._files else 0
        self._read()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._read()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.view.focus()

    def _read(self) -> None:
        chosen = self.chosen
        if chosen is None or self._folder is None:
            return
        path = self._folder / chosen
        try:
            facts = path.stat()
            state = chosen, facts.st_mtime_ns, facts.st_size
        except OSError:
            state = chosen, 0, 0
        if state != self._shown:
            self._shown = state
            self._load(path, chosen)

    @work(thread=True, exclusive=True, group="file")
    def _load(self, path: Path, name: Path) -> None:
        """Highlighting a long file takes a while: not on the loop."""
        file = read_file(path)
        rows = list(enumerate(styled_lines(file.text, name.name), 1)) if file.text else []
        self.app.call_from_thread(self._put, name, file.note, rows)

    def _put(self, name: Path, note: str, rows: list[Row]) -> None:
        if self._shown is not None and self._shown[0] == name and self.is_attached:
            told = note or f"{plural(len(rows), 'line')} · e edits it, E edits it here"
            self.query_one("#file-note", Static).update(safe_line(f"{name.as_posix()} · {told}", 300), layout=False)
            self.view.show(rows)


def _numbered(row: Row) -> Content:
    number, line = row
    return Content.assemble((f"{number:>4} ", "dim"), line)
