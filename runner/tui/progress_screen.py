"""All of a learner's work at once: reset and back again, written to a file or taken in from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from runner.learner.certification import Standing, State
from runner.learner.moving import ENDING
from runner.tui.desk import Desk, DeskError
from runner.tui.key_bar import KeyBar
from runner.tui.messages import CertificateRequested
from runner.tui.safe import safe_line, safe_text

STATE_SIGNS = {
    State.HELD: ("✓", "$text-success"),
    State.TO_VERIFY: ("○", ""),
    State.REFUSED: ("✗", "$text-error"),
    State.NOT_PASSED: ("·", "dim"),
}


class ProgressScreen(Screen[None]):
    HELP = (
        "All of your work at once. `e` writes attempts, progress, answers and your copies to one file, `i` takes such "
        "a file in (what is here is kept as a file first). `X` puts every broken service back, `U` undoes that. When "
        "all katas passed, `c` verifies them once more, for a certificate."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "certificate", "Certificate", tooltip="verify all katas once more", id="progress.certificate"),
        Binding("e", "export", "Export", tooltip="everything to one file", id="progress.export"),
        Binding("i", "import", "Import", tooltip="everything from one file (asks)", id="progress.import"),
        Binding("X", "reset_all", "Reset all", tooltip="every broken service back (asks)", id="progress.reset_all"),
        Binding("U", "undo_all", "Undo reset all", tooltip="your files again", id="progress.undo_all"),
        Binding("escape,p", "back", "Back", tooltip="back to the map", id="progress.back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._changed: tuple[str, ...] = ()
        self._standings: tuple[Standing, ...] = ()
        self._was_reset = False

    def compose(self) -> ComposeResult:
        yield Static("Your work", classes="title", markup=False)
        with VerticalScroll(id="progress-text"):
            yield Static(id="progress", markup=False)
        yield KeyBar()

    def on_screen_resume(self) -> None:
        self._draw()

    def _draw(self) -> None:
        try:
            self._standings = self._desk.records.standings()
            self._changed = self._desk.records.changed()
        except DeskError as error:
            self._complain(error)
        self.query_one("#progress", Static).update(work_text(self._standings, self._changed))
        self.query_one("#progress-text").focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        may_change = self._desk.records.may_change
        match action:
            case "certificate":
                return may_change and is_ready(self._standings)
            case "import":
                return may_change
            case "reset_all":
                return may_change and bool(self._changed)
            case "undo_all":
                return may_change and self._was_reset
        return True

    def action_certificate(self) -> None:
        self.post_message(CertificateRequested())

    @work
    async def action_export(self) -> None:
        from runner.tui.path_screen import ask_for_file

        question = "Write all of your progress to which file?"
        file = await ask_for_file(self.app, question, f"my-progress{ENDING}")
        if file is not None:
            self._do(lambda: self._desk.records.export_progress(file))

    @work
    async def action_import(self) -> None:
        from runner.tui.ask_screen import AskScreen
        from runner.tui.path_screen import ask_for_file

        file = await ask_for_file(self.app, "Take in which file?", f"my-progress{ENDING}")
        if file is None or not self._is_there(file):
            return
        question = f"Replace all of your progress by what is in {file}?\n\nWhat is here is kept as a file first."
        if await self.app.push_screen_wait(AskScreen(question)):
            self._do(lambda: self._desk.records.import_progress(file))

    def _is_there(self, file: Path) -> bool:
        if not file.is_file():
            self._complain(DeskError(f"There is no file {file}. Name one that an export wrote."))
        return file.is_file()

    @work
    async def action_reset_all(self) -> None:
        from runner.tui.ask_screen import AskScreen

        question = (
            f"Put the broken services back for {', '.join(self._changed)}?\n\n"
            "Your files are kept as copies first; U undoes it. Attempts and progress stay."
        )
        if await self.app.push_screen_wait(AskScreen(question)):
            self._was_reset = self._do(self._desk.records.reset_all)
            self._draw()

    def action_undo_all(self) -> None:
        self._was_reset = False
        self._do(self._desk.records.undo_reset_all)

    def _do(self, change: Callable[[], str]) -> bool:
        try:
            self.notify(safe_line(change(), 500), timeout=10, markup=False)
        except DeskError as error:
            self._complain(error)
            return False
        self._draw()
        return True

    def action_back(self) -> None:
        self.dismiss(None)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(safe_text(str(error)), 600), severity="error", timeout=10, markup=False)


def is_ready(standings: tuple[Standing, ...]) -> bool:
    """Every kata has passed, so that a certificate can be had."""
    return bool(standings) and all(each.state is not State.NOT_PASSED for each in standings)


def work_text(standings: tuple[Standing, ...], changed: tuple[str, ...]) -> Content:
    """Each kata: whether it ever passed, whether the copy differs from the broken service."""
    passed = sum(each.state is not State.NOT_PASSED for each in standings)
    lines = [Content.assemble((f"{passed} of {len(standings)} katas have passed", "bold")), Content("")]
    for each in standings:
        has_passed = each.state is not State.NOT_PASSED
        sign, style, word = ("✓", "$text-success", "passed") if has_passed else ("·", "dim", "open")
        mine = "  (your copy differs from the broken service)" if each.kata.slug in changed else ""
        title = safe_line(each.kata.spec.title, 80)
        lines.append(Content.assemble((f"{sign} {word:<8}", style), title, (mine, "dim")))
    lines += [
        Content(""),
        Content("c verifies all of them once more, for a certificate." if is_ready(standings) else
                "When all have passed, c verifies them once more, for a certificate."),
    ]  # fmt: skip
    return Content("\n").join(lines)
