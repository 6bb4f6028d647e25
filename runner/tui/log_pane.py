"""What the service printed, newest last: narrowed by a filter, held by a pause, and never taken from under a reader."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from runner.tui.line_view import LineView
from runner.tui.log_book import LOG_LINES, LogBook
from runner.tui.log_filter import HELP, FilterError, LogFilter
from runner.tui.log_line import LogLine, line_content
from runner.tui.safe import safe_line


class FilterInput(Input):
    """Where a filter is typed; Esc gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "No filter", tooltip="all lines again", id="log.no_filter")
    ]

    def action_give_up(self) -> None:
        self.value = ""
        self.post_message(self.Submitted(self, ""))


class LogPane(Vertical):
    """A line that says how the log stands, the lines, and a filter that is hidden until it is asked for."""

    DEFAULT_CSS = """
    LogPane {
        & > #log-head {
            height: 1; padding: 0 1; color: $text-muted; background: $surface;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > FilterInput { display: none; }
        & > FilterInput, & > FilterInput:focus { height: 1; border: none; padding: 0 1; background: $panel; }
        & > FilterInput.-open { display: block; }
        & > LineView { height: 1fr; padding: 0 1; }
    }
    """

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._book: LogBook | None = None
        self._seen = 0
        self._filter = LogFilter()
        self._trouble = ""
        self._head = ""
        self.paused = False

    def compose(self) -> ComposeResult:
        yield Static(id="log-head", markup=False)
        yield FilterInput(placeholder=HELP, select_on_focus=False)
        yield LineView[LogLine](line_content, id="log-lines", follows=True)

    @property
    def view(self) -> LineView[LogLine]:
        return self.query_one("#log-lines", LineView)

    @property
    def is_filtered(self) -> bool:
        return not self._filter.is_empty

    def show(self, book: LogBook) -> None:
        """Draw what is new; all of it where the book is another one."""
        if book is not self._book:
            self._book, self._seen, self.paused = book, 0, False
            self.view.show(())
        if not self.paused and book.total > self._seen:
            fresh = [line for line in book.since(self._seen) if self._filter.passes(line)]
            self._seen = book.total
            self.view.add(fresh, keep=LOG_LINES)
        self._show_head(book)

    def pause(self) -> None:
        """Hold the lines still, or go on with what came meanwhile."""
        self.paused = not self.paused
        if self._book is not None:
            self.show(self._book)

    def ask_for_filter(self) -> None:
        asked = self.query_one(FilterInput)
        asked.add_class("-open")
        asked.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            wanted, self._trouble = LogFilter.read(event.value), ""
        except FilterError as error:
            self._trouble = str(error)
        else:
            self._narrow(wanted)
        if self._book is not None:
            self._show_head(self._book)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(FilterInput).set_class(bool(event.value.strip()), "-open")
        self.view.focus()

    def _narrow(self, wanted: LogFilter) -> None:
        if wanted == self._filter or self._book is None:
            self._filter = wanted
            return
        self._filter = wanted
        self._seen = self._book.total
        self.view.show([line for line in self._book.lines if wanted.passes(line)])

    def _show_head(self, book: LogBook) -> None:
        text = self._trouble or log_head(book, len(self.view.rows), self._seen, self.paused, self.view.follows)
        if text != self._head:
            self._head = text
            self.query_one("#log-head", Static).update(safe_line(text, 400), layout=False)


def log_head(book: LogBook, shown: int, seen: int, paused: bool, follows: bool) -> str:
    """`log · 12 of 3,400 lines · paused, 300 new · all in ~/…/log`."""
    if not book.total:
        return "log · nothing printed yet"
    parts = [f"log · {shown:,} of {book.total:,} lines" if shown < book.total else f"log · {shown:,} lines"]
    if paused:
        parts.append(f"paused, {book.total - seen:,} new")
    elif not follows:
        parts.append("reading back (G follows)")
    if book.dropped:
        parts.append(f"{book.dropped:,} came too fast to keep")
    if book.trouble:
        parts.append(book.trouble)
    elif book.file is not None and book.total > shown:
        parts.append(f"all in {_at_home(book.file)}")
    return " · ".join(parts)


def _at_home(file: Path) -> str:
    return f"~/{file.relative_to(Path.home())}" if file.is_relative_to(Path.home()) else str(file)
