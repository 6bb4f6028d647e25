"""The workbench of one kata: its incident, its criteria with live verdicts, the service's log, vitals, reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Footer, OptionList, Static

from runner.catalog.kata import Kata
from runner.record.events import Event
from runner.record.finding import Verdict
from runner.tui.board import Board
from runner.tui.criteria_list import CriteriaList
from runner.tui.desk import AttemptFiles, Desk, DeskError
from runner.tui.evidence_pane import EvidencePane
from runner.tui.kata_status import status_text
from runner.tui.log_pane import LogPane
from runner.tui.messages import DebriefRequested, HistoryRequested, LessonRequested, NextRequested
from runner.tui.pane_bar import PaneBar
from runner.tui.past import Past
from runner.tui.reader import Reader
from runner.tui.safe import safe_line
from runner.tui.verification import Verification, Verify
from runner.tui.vitals_line import VitalsLine

FLUSH_S = 1 / 5
WIDE = 100
PANES = {"incident": "Incident", "evidence": "Evidence", "log": "Log"}


class KataScreen(Screen[None]):
    HELP = (
        "The workbench. Read the incident, edit your copy (`e`), verify it (`v`). Each criterion gets a verdict: "
        "✓ passed, ✗ failed, – blocked by another, ? the machine was too busy, ! our fault. "
        "Move over the criteria with the arrows: pane 2 gives the reason, `h` a hint for that criterion."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify", tooltip="judge your copy against every criterion", id="kata.verify"),
        Binding("c", "cancel", "Cancel", tooltip="end the run, leave nothing running", id="kata.cancel"),
        Binding("e", "edit", "Edit", tooltip="open your copy in your editor", id="kata.edit"),
        Binding("h", "hint", "Hint", tooltip="a hint for the criterion under the cursor", id="kata.hint"),
        Binding(
            "d", "debrief", "Debrief", tooltip="what broke, before and after, the accepted answers", id="kata.debrief"
        ),
        Binding(
            "l",
            "lesson",
            "Lesson",
            tooltip="the lesson behind this kata; at a failed criterion, the page that explains it",
            id="kata.lesson",
        ),
        Binding("a", "history", "Past", tooltip="your attempts: compare two, restore one", id="kata.history"),
        Binding("u", "undo", "Undo", tooltip="undo the last reset, restore or import", id="kata.undo"),
        Binding("x", "reset", "Reset", tooltip="put the broken service back (asks; keeps a copy)", id="kata.reset"),
        Binding("n", "next", "Next", tooltip="open what comes next in the course", id="kata.next"),
        Binding("escape", "cancel", "Cancel", show=False, id="kata.cancel_by_escape"),
        Binding("escape", "back", "Back", tooltip="back to the map", id="kata.back"),
        Binding("1", "show('incident')", "Incident", show=False, id="kata.pane_incident"),
        Binding("2", "show('evidence')", "Evidence", show=False, id="kata.pane_evidence"),
        Binding("3", "show('log')", "Log", show=False, id="kata.pane_log"),
        Binding("less_than_sign", "shift(-1)", "Left", tooltip="wide code: to the left", id="kata.left"),
        Binding("greater_than_sign", "shift(1)", "Right", tooltip="wide code: to the right", id="kata.right"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="kata.page_down"),
        Binding("pageup,b", "page(-1)", "Page up", show=False, id="kata.page_up"),
    ]
    CSS_PATH = "kata_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  the base declares no ClassVar

    def __init__(self, desk: Desk, kata: Kata, verify: Verify) -> None:
        super().__init__()
        self._desk = desk
        self._kata = kata
        self._verify = verify
        self.board = Board(tuple(criterion.id for criterion in kata.criteria))
        self._run: Verification[Event] | None = None
        self._files: AttemptFiles | None = None
        self._timer: Timer | None = None
        self._copy: Path | None = None
        self._last_file: Path | None = None
        self._solved = False
        self._past = Past(desk, kata)
        self._led_to = ""
        self._sandbox = ""
        self._status = Content()

    def compose(self) -> ComposeResult:
        title = f"{self._kata.spec.title}  ·  {self._kata.slug}"
        yield Static(Content(safe_line(title, 200)), classes="title", markup=False)
        yield Static(id="status", markup=False)
        with Vertical(id="bench"):
            yield CriteriaList(self._kata.criteria)
            with Vertical(id="story"):
                yield PaneBar(PANES)
                with ContentSwitcher(initial="incident"):
                    yield Reader(id="incident")
                    yield EvidencePane(id="evidence")
            yield VitalsLine()
            yield LogPane(id="log")
        yield Footer(show_command_palette=False)

    # -- arriving and leaving

    async def on_mount(self) -> None:
        self.query_one(CriteriaList).focus()
        self.query_one(CriteriaList).highlighted = 0
        self._timer = self.set_interval(FLUSH_S, self._flush, pause=True)
        self.action_show("incident")
        incident = self._incident()
        try:
            self._take_up()
        except DeskError as error:
            self._complain(error)
        where = f"\n\n---\n\nYour copy: `{self._copy}`\n" if self._copy else ""
        await self.query_one("#incident", Reader).show(incident + where)
        self.call_after_refresh(self._draw)
        self.run_worker(self._ask_for_sandbox, thread=True)

    def _incident(self) -> str:
        try:
            return self._desk.incident(self._kata)
        except DeskError as error:
            self._complain(error)
            return ""

    def _take_up(self) -> None:
        """Begin where the learner left: the copy, made now if there is none, and the last attempt's verdicts."""
        self._solved = self._desk.solved(self._kata)
        report = self._desk.last_report(self._kata)
        if report is not None:
            self.board.recall(report)
        self._copy = self._desk.start(self._kata)

    def _ask_for_sandbox(self) -> None:
        self._sandbox = self._desk.sandbox_line()
        self.app.call_from_thread(self._draw)

    async def stop(self) -> None:
        """End the run under way, wait until nothing of it is left, and record it if it had ended by itself."""
        if self._run is not None:
            await self._run.cancel()
            self._flush()

    async def on_unmount(self) -> None:
        if self._run is not None:
            await self._run.cancel()

    def on_resize(self) -> None:
        """Where there is room for it the log is always there, and so is no pane to switch to."""
        bar = self.query_one(PaneBar)
        bar.panes = {pane: name for pane, name in PANES.items() if pane != "log" or not self._is_wide}
        if bar.shown not in bar.panes:
            self.action_show("evidence")
        self.call_after_refresh(self._draw)

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= WIDE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        running = self._run is not None
        match action:
            case "cancel":
                return running
            case "verify" | "reset":
                return not running and self._copy is not None
            case "edit":
                return self._copy is not None
            case "history":
                return self._past.has_attempts and not running
            case "undo":
                return not running and self._past.can_undo
            case "back":
                return not running
            case "shift":
                return self.query_one(PaneBar).shown == "incident" and self.query_one("#incident", Reader).is_wide
            case "debrief" | "next":
                return self._solved and not running
        return True

    def action_back(self) -> None:
        self.dismiss(None)

    def action_next(self) -> None:
        self.post_message(NextRequested())

    def action_lesson(self) -> None:
        """The page that explains the criterion under the cursor, if that failed; else the kata's lesson."""
        criterion = self._kata.criterion(self.query_one(CriteriaList).chosen)
        result = self.board.results.get(criterion.id)
        failed = result is not None and result.finding.verdict is Verdict.FAILED
        link = criterion.lesson if failed and criterion.lesson else self._kata.spec.lesson
        self.post_message(LessonRequested.by_link(link))

    def action_history(self) -> None:
        self.post_message(HistoryRequested(self._kata.slug))

    def action_undo(self) -> None:
        self._say(self._past.undo)

    def on_screen_resume(self) -> None:
        self._look_back()

    def _look_back(self) -> None:
        try:
            self._past.look()
        except DeskError as error:
            self._complain(error)
        self.refresh_bindings()

    def _say(self, change: Callable[[], str]) -> None:
        """Do something to the copy, and tell what came of it."""
        try:
            self.notify(safe_line(change(), 400), markup=False)
        except DeskError as error:
            self._complain(error)
        self._look_back()

    def action_debrief(self) -> None:
        self.post_message(DebriefRequested(self._kata.slug))

    # -- verifying

    def action_verify(self) -> None:
        try:
            self._files = self._desk.begin_attempt(self._kata)
        except DeskError as error:
            self._complain(error)
            return
        self.board.begin()
        self.query_one(LogPane).clear()
        self._led_to = self.query_one(CriteriaList).chosen
        self._run = Verification(self._verify(self._kata, self._files.source, self._files.histories))
        self.action_show("evidence")
        self._draw()
        if self._timer is not None:
            self._timer.resume()
        self.refresh_bindings()

    def action_cancel(self) -> None:
        if self._run is not None:
            self._run.cancel_soon()
            self._draw()

    def _flush(self) -> None:
        """Take in what arrived since the last time, and draw it once."""
        run = self._run
        if run is None:
            return
        over = run.over  # asked first: what came before the end is then in the buffer
        self.board.read_all(run.drain())
        if over:
            self._finish(run)
        if self.is_attached:
            with self.app.batch_update():
                self._draw()

    def _finish(self, run: Verification[Event]) -> None:
        self._run = None
        self.board.end()
        if self._timer is not None:
            self._timer.pause()
        if run.trouble:
            self.notify(safe_line(run.trouble, 600), title="the verifier had trouble", severity="error", markup=False)
        self._keep_record()
        self._lead_to_outcome()
        self.refresh_bindings()

    def _keep_record(self) -> None:
        files, report = self._files, self.board.report
        self._files = None
        if files is None:
            return
        try:
            if report is None:
                self._desk.drop_attempt(files)
            else:
                self._desk.record_attempt(self._kata, files, report)
        except DeskError as error:
            self._complain(error)
        self._solved = self._solved or (report is not None and report.verdict is Verdict.PASSED)
        self._look_back()

    # -- showing

    def _draw(self) -> None:
        criteria = self.query_one(CriteriaList)
        if self.board.probing:
            self._lead(self.board.probing)
        criteria.show(self.board)
        self.query_one(EvidencePane).show(self._kata.criterion(criteria.chosen), self.board)
        self.query_one(VitalsLine).show(self.board, self._kata.spec.limits.memory_mb)
        self.query_one(LogPane).show(self.board)
        status = status_text(self.board, self._run, self._sandbox, self._copy)
        if status != self._status:
            self._status = status
            self.query_one("#status", Static).update(status, layout=False)

    def _lead(self, criterion: str) -> None:
        """Move the cursor along with the run, unless the learner moved it."""
        criteria = self.query_one(CriteriaList)
        if criteria.chosen == self._led_to and criterion != self._led_to:
            self._led_to = criterion
            criteria.choose(criterion)

    def _lead_to_outcome(self) -> None:
        for verdict in (Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE):
            for criterion, result in self.board.results.items():
                if result.finding.verdict is verdict and criterion in self.board.criteria:
                    self._lead(criterion)
                    return

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self.is_attached:
            self.call_after_refresh(self._draw)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_show("evidence")

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        self.action_show(event.pane)

    def action_show(self, pane: str) -> None:
        """In a narrow terminal the log takes the place of the other panes; in a wide one it gets the keys."""
        if pane == "log" and self._is_wide:
            self.query_one(LogPane).focus()
            return
        self.query_one(PaneBar).shown = pane
        self.refresh_bindings()
        self.set_class(pane == "log", "-log")
        if pane != "log":
            self.query_one(ContentSwitcher).current = pane

    def action_page(self, step: int) -> None:
        pane = self.query_one(f"#{self.query_one(PaneBar).shown}")
        pane.scroll_page_down(animate=False) if step > 0 else pane.scroll_page_up(animate=False)

    def action_shift(self, way: int) -> None:
        self.query_one("#incident", Reader).action_shift(way)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)

    # -- the learner's copy

    def action_hint(self) -> None:
        from runner.tui.hint_text import hint_markdown
        from runner.tui.text_screen import TextScreen

        criterion = self._kata.criterion(self.query_one(CriteriaList).chosen)
        try:
            hints = self._desk.hints(self._kata, criterion.id)
        except DeskError as error:
            self._complain(error)
            return
        self.app.push_screen(TextScreen(f"hint: {criterion.id}", hint_markdown(criterion, hints), opened_by="h"))

    @work
    async def action_reset(self) -> None:
        from runner.tui.ask_screen import AskScreen

        question = f"Put the broken service back?\n\nYour files in {self._copy} are kept as a copy first."
        if not await self.app.push_screen_wait(AskScreen(question)):
            return
        self._say(lambda: self._desk.reset(self._kata))

    @work(exclusive=True, group="edit")
    async def action_edit(self) -> None:
        from runner.tui.edit_copy import edit_copy

        if self._copy is not None:
            self._last_file = await edit_copy(self, self._copy, self._kata.spec.service.entry, self._last_file)
