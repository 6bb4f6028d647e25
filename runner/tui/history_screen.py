"""The attempts on a kata: when, the verdict, the numbers; two compared, one restored."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from runner.catalog.kata import Kata
from runner.learner.store import Attempt
from runner.record.report import Report
from runner.tui.attempt_text import attempt_row, attempt_text
from runner.tui.desk import Desk, DeskError
from runner.tui.key_bar import KeyBar
from runner.tui.safe import safe_line


class AttemptList(OptionList, inherit_bindings=False):
    """One option an attempt, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="attempts.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="attempts.up"),
        Binding("g,home", "first", "First", show=False, id="attempts.first"),
        Binding("G,end", "last", "Last", show=False, id="attempts.last"),
        Binding("pagedown", "page_down", "Page down", show=False, id="attempts.page_down"),
        Binding("pageup", "page_up", "Page up", show=False, id="attempts.page_up"),
    ]


class HistoryScreen(Screen[None]):
    HELP = (
        "Every verification of your copy, the newest first; none is ever deleted. Move with the arrows to read one's "
        "numbers. `space` marks one; `c` compares two: the two marked, the one marked with the one under the cursor, "
        "or that with the one before it. `R` brings an attempt's files back, after keeping yours; `u` undoes that."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", tooltip="to compare it with another", id="history.mark"),
        Binding("c,enter", "compare", "Compare", tooltip="two attempts: numbers, charts, code", id="history.compare"),
        Binding("R", "restore", "Restore", tooltip="its files again (asks; keeps a copy)", id="history.restore"),
        Binding("u", "undo", "Undo", tooltip="undo the last reset, restore or import", id="history.undo"),
        Binding("escape,a", "back", "Back", tooltip="back to the kata", id="history.back"),
    ]
    CSS_PATH = "history_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  the base declares no ClassVar

    def __init__(self, desk: Desk, kata: Kata) -> None:
        super().__init__()
        self._desk = desk
        self._kata = kata
        self._attempts: tuple[Attempt, ...] = ()
        self._marked: list[int] = []
        self._reports: dict[int, Report] = {}

    def compose(self) -> ComposeResult:
        yield Static(safe_line(f"Attempts · {self._kata.spec.title}", 200), classes="title", markup=False)
        with Horizontal(id="history"):
            yield AttemptList(markup=False, compact=True)
            with VerticalScroll(id="attempt"):
                yield Static(id="attempt-text", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        try:
            self._attempts = tuple(reversed(self._desk.records.attempts(self._kata)))
        except DeskError as error:
            self._complain(error)
        rows = self.query_one(AttemptList)
        rows.add_options(Option(self._row(each), id=str(each.id)) for each in self._attempts)
        rows.focus()
        if self._attempts:
            rows.highlighted = 0
        else:
            self.query_one("#attempt-text", Static).update("No attempt yet: v on the workbench makes one.")
        self.refresh_bindings()

    @property
    def _here(self) -> Attempt | None:
        at = self.query_one(AttemptList).highlighted
        return self._attempts[at] if at is not None and at < len(self._attempts) else None

    def _pair(self) -> tuple[int, int] | None:
        """The older and the newer of the two to compare, if there are two."""
        here = self._here
        if here is None:
            return None
        chosen = self._marked if len(self._marked) == 2 else [*self._marked, here.id]
        if len(set(chosen)) < 2:
            chosen = [each.id for each in self._attempts if each.id <= here.id][:2]
        return (min(chosen), max(chosen)) if len(set(chosen)) == 2 else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        match action:
            case "mark":
                return self._here is not None
            case "compare":
                return self._pair() is not None
            case "restore":
                return self._here is not None and self._desk.records.may_change
            case "undo":
                return self._desk.records.may_change and self._desk.records.can_undo(self._kata)
        return True

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        here = self._here
        if here is None:
            return
        try:
            report = self._reports.setdefault(here.id, self._desk.records.report(here.id))
        except DeskError as error:
            self._complain(error)
            return
        self.query_one("#attempt-text", Static).update(attempt_text(here, report))
        self.query_one("#attempt").scroll_home(animate=False)
        self.refresh_bindings()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_compare()

    def action_mark(self) -> None:
        here = self._here
        if here is None:
            return
        if here.id in self._marked:
            self._marked.remove(here.id)
        else:
            self._marked = [*self._marked[-1:], here.id]
        rows = self.query_one(AttemptList)
        for each in self._attempts:
            rows.replace_option_prompt(str(each.id), self._row(each))
        self.refresh_bindings()

    def action_compare(self) -> None:
        from runner.tui.compare_screen import CompareScreen

        pair = self._pair()
        if pair is None:
            return
        try:
            card = self._desk.records.card(self._kata, pair[1], pair[0])
            code = self._desk.records.code_between(*pair)
        except DeskError as error:
            self._complain(error)
            return
        self.app.push_screen(CompareScreen(self._kata.spec.title, pair, card, code))

    @work
    async def action_restore(self) -> None:
        from runner.tui.ask_screen import AskScreen

        here = self._here
        if here is None:
            return
        question = f"Bring back the files of attempt {here.id}?\n\nYour files are kept as a copy first; u undoes it."
        if await self.app.push_screen_wait(AskScreen(question)):
            self._do(lambda: self._desk.records.restore(self._kata, here.id))

    def action_undo(self) -> None:
        self._do(lambda: self._desk.records.undo(self._kata))

    def _do(self, change: Callable[[], str]) -> None:
        try:
            self.notify(safe_line(change(), 400), markup=False)
        except DeskError as error:
            self._complain(error)
        self.refresh_bindings()

    def _row(self, attempt: Attempt) -> Content:
        return attempt_row(attempt, attempt.id in self._marked)

    def action_back(self) -> None:
        self.dismiss(None)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)
