"""The round of the certificate: every kata verified once more, one after the other; broken off, it goes on later."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from runner.catalog.kata import Kata
from runner.learner.certification import Standing, State
from runner.record.events import Event
from runner.record.report import Report
from runner.tui.board import Board
from runner.tui.desk import AttemptFiles, Desk, DeskError
from runner.tui.key_bar import KeyBar
from runner.tui.progress_screen import STATE_SIGNS
from runner.tui.safe import safe_line
from runner.tui.verification import Verification, Verify

FLUSH_S = 1 / 4


class CertificateScreen(Screen[None]):
    HELP = (
        "Every kata is verified once more. `v` begins, or goes on after what is verified already; a kata whose files "
        "you changed since is verified again. `c` stops, and nothing is lost. When all are held, `o` writes the "
        "certificate."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify", tooltip="verify what is left, one after the other", id="certificate.verify"),
        Binding("c", "cancel", "Cancel", tooltip="stop; what is verified stays so", id="certificate.cancel"),
        Binding("o", "write", "Write", tooltip="the certificate as .svg, .png or .html", id="certificate.write"),
        Binding("f", "afresh", "Afresh", tooltip="verify all of them again", id="certificate.afresh"),
        Binding("escape", "cancel", "Cancel", show=False, id="certificate.cancel_by_escape"),
        Binding("escape", "back", "Back", tooltip="back", id="certificate.back"),
    ]

    def __init__(self, desk: Desk, verify: Verify) -> None:
        super().__init__()
        self._desk = desk
        self._verify = verify
        self._standings: tuple[Standing, ...] = ()
        self._left: list[Kata] = []
        self._kata: Kata | None = None
        self._files: AttemptFiles | None = None
        self._run: Verification[Event] | None = None
        self._board = Board(())

    def compose(self) -> ComposeResult:
        yield Static("Certificate", classes="title", markup=False)
        with VerticalScroll(id="round"):
            yield Static(id="standings", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._look()
        self.set_interval(FLUSH_S, self._flush)

    async def stop(self) -> None:
        """End the run under way and wait until nothing of it is left."""
        self._left = []
        if self._run is not None:
            await self._run.cancel()
            self._flush()

    async def on_unmount(self) -> None:
        if self._run is not None:
            await self._run.cancel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        running = self._run is not None
        held = [each.state is State.HELD for each in self._standings]
        match action:
            case "cancel":
                return running
            case "back":
                return not running
            case "verify":
                return not running and self._is_ready and not all(held)
            case "afresh":
                return not running and self._is_ready and any(held)
            case "write":
                return not running and bool(held) and all(held)
        return True

    @property
    def _is_ready(self) -> bool:
        return bool(self._standings) and all(each.state is not State.NOT_PASSED for each in self._standings)

    # -- verifying

    def action_verify(self) -> None:
        self._left = [each.kata for each in self._standings if each.state is not State.HELD]
        self._next()

    def action_cancel(self) -> None:
        self._left = []
        if self._run is not None:
            self._run.cancel_soon()

    def action_afresh(self) -> None:
        try:
            self._desk.records.begin_round_afresh()
        except DeskError as error:
            self._complain(error)
        self._look()

    def _next(self) -> None:
        if not self._left:
            self._look()
            return
        self._kata = self._left.pop(0)
        try:
            self._files = self._desk.begin_attempt(self._kata)
        except DeskError as error:
            self._complain(error)
            self._next()
            return
        self._board = Board(tuple(each.id for each in self._kata.criteria))
        self._board.begin()
        self._run = Verification(self._verify(self._kata, self._files.source, self._files.histories))
        self.refresh_bindings()

    def _flush(self) -> None:
        run = self._run
        if run is None:
            return
        over = run.over  # asked first: what came before the end is then in the buffer
        self._board.read_all(run.drain())
        if over:
            self._run = None
            if run.trouble:
                self._complain(DeskError(run.trouble))
            self._keep(self._board.report)
            self._next()
        if self.is_attached:
            self._draw()

    def _keep(self, report: Report | None) -> None:
        kata, files, self._kata, self._files = self._kata, self._files, None, None
        if kata is None or files is None:
            return
        try:
            if report is None:
                self._desk.drop_attempt(files)
                self._left = []
            else:
                self._desk.record_attempt(kata, files, report)
                self._desk.records.note_standing(kata, report)
        except DeskError as error:
            self._complain(error)
        self._look()

    # -- showing

    def _look(self) -> None:
        try:
            self._standings = self._desk.records.standings()
        except DeskError as error:
            self._complain(error)
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        now = self._kata.slug if self._kata is not None and self._run is not None else ""
        self.query_one("#standings", Static).update(round_text(self._standings, now, self._board))

    @work
    async def action_write(self) -> None:
        from runner.tui.line_screen import LineScreen
        from runner.tui.path_screen import ask_for_file

        name = await self.app.push_screen_wait(
            LineScreen("Whose certificate is it?", "", "a name as you write it, or none")
        )
        if name is None:
            return
        question = "Write the certificate to which file? Its ending says what: .svg, .png or .html."
        file = await ask_for_file(self.app, question, "prodrill-certificate.html")
        if file is not None:
            self._write(file, name)

    def _write(self, file: Path, name: str) -> None:
        try:
            self.notify(safe_line(f"Written: {self._desk.records.write_certificate(file, name)}", 400), markup=False)
        except DeskError as error:
            self._complain(error)

    def action_back(self) -> None:
        self.dismiss(None)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)


def round_text(standings: tuple[Standing, ...], now: str, board: Board) -> Content:
    """Each kata with where it stands; `now` is the one being verified."""
    held = sum(each.state is State.HELD for each in standings)
    if held == len(standings) and held:
        head = "All of them hold. o writes the certificate."
    elif any(each.state is State.NOT_PASSED for each in standings):
        head = "A certificate is for all katas together; these have not all passed yet."
    else:
        head = f"{held} of {len(standings)} verified in this round. v goes on; c stops, and nothing is lost."
    lines = [Content.assemble((head, "bold")), Content("")]
    return Content("\n").join(lines + [_row(each, each.kata.slug == now, board) for each in standings])


def _row(standing: Standing, running: bool, board: Board) -> Content:
    title = safe_line(standing.kata.spec.title, 80)
    if running:
        stage = board.stage or (f"probing {board.probing}" if board.probing else "verifying")
        done = f"{len(board.results)} of {len(board.criteria)} judged"
        return Content.assemble(("▶ verifying      ", "bold $text-primary"), title, (f"  {stage} · {done}", "dim"))
    sign, style = STATE_SIGNS[standing.state]
    why = f"  {standing.why}" if standing.why and standing.state is not State.NOT_PASSED else ""
    return Content.assemble((f"{sign} {standing.state.value:<15}", style), title, (safe_line(why, 200), "dim"))
