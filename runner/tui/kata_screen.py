"""The workbench of one kata: its incident, its criteria with live verdicts, its files, the service's log and vitals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import OptionList, Static

from runner.catalog.kata import Kata
from runner.learner.saves import changed, saved
from runner.record.finding import Verdict
from runner.tui.board import Board
from runner.tui.copy_actions import reset_copy, show_hint
from runner.tui.desk import Desk, DeskError
from runner.tui.hand_text import curl_line
from runner.tui.judged import judged_of
from runner.tui.kata_actions import Moment, pane_action_acts, run_action_acts
from runner.tui.kata_status import status_text
from runner.tui.kata_view import WIDE, KataView
from runner.tui.key_bar import KeyBar
from runner.tui.messages import DebriefRequested, HistoryRequested, LessonRequested, NextRequested
from runner.tui.pane_bar import PaneBar
from runner.tui.past import Past
from runner.tui.read_only import is_off, titled
from runner.tui.safe import safe_line
from runner.tui.verdict_screen import VerdictScreen, Wish
from runner.tui.verification import Verify
from runner.tui.workbench import Bench, Ended

FLUSH_S = 1 / 4
FULL = 150


class KataScreen(Screen[None]):
    HELP = (
        "The workbench. Read the incident, edit your copy (`e`), verify it (`v`). Each criterion gets a verdict: "
        "✓ passed, ✗ failed, – blocked by another, ? the machine was too busy, ! our fault. "
        "Move over the criteria with the arrows: pane 2 gives the reason, enter all of it on a page of its own, `h` a "
        "hint for that criterion. `r` starts your copy to be poked by hand, `w` verifies at every save."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify", tooltip="judge your copy against every criterion", id="kata.verify"),
        Binding("c", "cancel", "Cancel", tooltip="end the run, leave nothing running", id="kata.cancel"),
        Binding("r", "run", "Run", tooltip="start your copy, or start it anew, to poke it by hand", id="kata.run"),
        Binding("w", "watch", "Watch", tooltip="verify now and at every save; again: no more", id="kata.watch"),
        Binding("e", "edit", "Edit", tooltip="open your copy in your editor", id="kata.edit"),
        Binding("E", "edit_here", "Edit here", show=False, tooltip="edit in this terminal", id="kata.edit_here"),
        Binding("y", "copy", "Copy curl", tooltip="copy a line that asks the running service", id="kata.copy"),
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
        Binding(
            "x",
            "reset",
            "Reset",
            show=False,
            tooltip="put the broken service back (asks; keeps a copy)",
            id="kata.reset",
        ),
        Binding("n", "next", "Next", tooltip="open what comes next in the course", id="kata.next"),
        Binding("s", "series", "Chart", tooltip="the next thing that was measured", id="kata.series"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="narrow the log", id="kata.filter"),
        Binding("p", "pause", "Pause log", tooltip="hold the log still, or go on", id="kata.pause"),
        Binding("escape", "cancel", "Cancel", show=False, id="kata.cancel_by_escape"),
        Binding("escape", "back", "Back", tooltip="back to the map", id="kata.back"),
        Binding("1", "show('incident')", "Incident", show=False, tooltip="what was seen", id="kata.pane_incident"),
        Binding("2", "show('evidence')", "Evidence", show=False, tooltip="the reasons", id="kata.pane_evidence"),
        Binding("3", "show('log')", "Log", show=False, tooltip="what the service prints", id="kata.pane_log"),
        Binding("4", "show('files')", "Files", show=False, tooltip="your copy, to read", id="kata.pane_files"),
        Binding("5", "show('hand')", "By hand", show=False, tooltip="how to poke it", id="kata.pane_hand"),
        Binding("less_than_sign", "shift(-1)", "Left", tooltip="wide code: to the left", id="kata.left"),
        Binding("greater_than_sign", "shift(1)", "Right", tooltip="wide code: to the right", id="kata.right"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="kata.page_down"),
        Binding("pageup,b", "page(-1)", "Page up", show=False, id="kata.page_up"),
    ]
    CSS_PATH = "kata_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (FULL, "-full")]  # noqa: RUF012  the base declares no ClassVar

    def __init__(self, desk: Desk, kata: Kata, verify: Verify) -> None:
        super().__init__()
        self._desk = desk
        self._kata = kata
        self._bench = Bench(desk, kata, verify)
        self._timer: Timer | None = None
        self._copy: Path | None = None
        self._last_file: Path | None = None
        self._solved = False
        self._past = Past(desk, kata)
        self._sandbox = ""
        self._status = Content()
        self._watching = False

    @property
    def board(self) -> Board:
        return self._bench.board

    @property
    def view(self) -> KataView:
        return self.query_one(KataView)

    def compose(self) -> ComposeResult:
        title = titled(self._desk, f"{self._kata.spec.title}  ·  {self._kata.slug}")
        yield Static(Content(safe_line(title, 200)), classes="title", markup=False)
        yield Static(id="status", markup=False)
        yield KataView(self._kata)
        yield KeyBar()

    # -- arriving and leaving

    async def on_mount(self) -> None:
        self.view.criteria.focus()
        self.view.criteria.highlighted = 0
        self._timer = self.set_interval(FLUSH_S, self._flush, pause=True)
        self.action_show("incident")
        incident = ""
        try:
            incident = self._desk.incident(self._kata)
            self._take_up()
        except DeskError as error:
            self._complain(error)
        where = f"\n\n---\n\nYour copy: `{self._copy}`\n" if self._copy else ""
        await self.view.incident.show(incident + where)
        self.call_after_refresh(self._draw)
        self.run_worker(self._ask_for_sandbox, thread=True)

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
        self._watch_no_more()
        self._tell_end(await self._bench.cancel())

    async def on_unmount(self) -> None:
        await self._bench.cancel()

    def on_resize(self) -> None:
        self.view.lay_out()
        self.refresh_bindings()
        self.call_after_refresh(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if is_off(self._desk, action):
            return False
        moment = Moment(self._bench, self._copy is not None, self._watching, self._solved, self._past)
        if (acts := run_action_acts(action, moment, self._kata)) is not None:
            return acts
        return pane_action_acts(action, parameters, self.view, self.board) if self.is_mounted else True

    def action_back(self) -> None:
        self.dismiss(None)

    def action_next(self) -> None:
        self.post_message(NextRequested())

    def action_lesson(self) -> None:
        """The page that explains the criterion under the cursor, if that failed; else the kata's lesson."""
        criterion = self._kata.criterion(self.view.criteria.chosen)
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

    # -- running

    def action_verify(self) -> None:
        self._begin(self._bench.verify, "evidence")

    @work(exclusive=True, group="run")
    async def action_run(self) -> None:
        """By hand; anew, with what was saved meanwhile, where it runs already."""
        self._tell_end(await self._bench.cancel())
        if self._begin(self._bench.run_by_hand, "hand"):
            self.view.offer_by_hand(True)
            self.action_show("hand")

    def _begin(self, begin: Callable[[], None], pane: str) -> bool:
        try:
            begin()
        except DeskError as error:
            self._complain(error)
            return False
        self.view.begin_leading()
        if pane == "evidence":
            self.action_show(pane)
        if self._timer is not None:
            self._timer.resume()
        self._draw()
        self.refresh_bindings()
        return True

    def action_watch(self) -> None:
        """On: verify now and at every save. Off: the run under way goes on to its end."""
        if self._watching:
            self._watch_no_more()
        elif self._copy is not None:
            self._watching = True
            self.run_worker(self._watch(self._copy), exclusive=True, group="watch")
        self.refresh_bindings()
        self._draw()

    def _watch_no_more(self) -> None:
        self._watching = False
        self.workers.cancel_group(self, "watch")

    async def _watch(self, copy: Path) -> None:
        """A save ends the run under way and begins the next one. What cannot be judged may be after the next."""
        seen = saved(copy)
        while True:
            self._tell_end(await self._bench.cancel())
            self._begin(self._bench.verify, "evidence")
            seen = await changed(copy, seen)

    def action_cancel(self) -> None:
        self._watch_no_more()
        self._bench.cancel_soon()
        self._draw()
        self.refresh_bindings()

    def _flush(self) -> None:
        """Take in what arrived since the last time, and draw it once."""
        by_hand_before = bool(self.board.url)
        self._tell_end(self._bench.take())
        if self.is_attached:
            if by_hand_before != bool(self.board.url):
                self.refresh_bindings()
            with self.app.batch_update():
                self._draw()

    def _tell_end(self, ended: Ended | None) -> None:
        if ended is None:
            return
        if self._timer is not None:
            self._timer.pause()
        for trouble in ended.trouble:
            self.notify(trouble, title="the run had trouble", severity="error", timeout=12, markup=False)
        if ended.report is not None and ended.report.verdict is Verdict.PASSED:
            self._solved = True
        if not ended.by_hand:
            self.view.lead_to_outcome(self.board)
        self._look_back()
        self.refresh_bindings()

    # -- showing

    def _draw(self) -> None:
        if not self.is_attached:
            return
        self.view.draw(self._bench, self._copy)
        status = status_text(self.board, self._bench.run, self._sandbox, self._copy, watching=self._watching)
        if status != self._status:
            self._status = status
            self.query_one("#status", Static).update(status, layout=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self.is_attached:
            self.call_after_refresh(self._draw)
            self.call_after_refresh(self.refresh_bindings)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a criterion: its verdict on a page of its own, or what there is so far."""
        self.action_show("evidence")
        self._open_verdict(self.view.criteria.chosen)

    def _open_verdict(self, criterion: str) -> None:
        try:
            judged = judged_of(self._desk, self._kata, self._bench, criterion)
        except DeskError as error:
            self._complain(error)
            return
        if judged is not None:
            self.app.push_screen(VerdictScreen(judged, not self._bench.is_running), self._follow)

    def _follow(self, wish: Wish) -> None:
        match wish:
            case "verify":
                self.action_verify()
            case "lesson":
                self.action_lesson()
            case "hint":
                self.action_hint()

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        self.action_show(event.pane)

    def action_show(self, pane: str) -> None:
        self.view.show_pane(pane)
        self.refresh_bindings()
        self.call_after_refresh(self._draw)

    def action_page(self, step: int) -> None:
        self.view.page(step)

    def action_shift(self, way: int) -> None:
        self.view.incident.action_shift(way)

    def action_series(self) -> None:
        self.view.evidence.show_next_series()

    def action_filter(self) -> None:
        self.view.log_pane.ask_for_filter()

    def action_pause(self) -> None:
        self.view.log_pane.pause()

    def action_copy(self) -> None:
        line = curl_line(self._kata, self.board)
        self.app.copy_to_clipboard(line)
        self.notify(safe_line(line, 300), title="copied", markup=False)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)

    # -- the learner's copy

    def action_hint(self) -> None:
        show_hint(self, self._desk, self._kata, self.view.criteria.chosen)

    @work
    async def action_reset(self) -> None:
        await reset_copy(self, self._desk, self._kata, self._copy)
        self._look_back()

    @work(exclusive=True, group="edit")
    async def action_edit(self) -> None:
        await self._edit(here=False)

    @work(exclusive=True, group="edit")
    async def action_edit_here(self) -> None:
        await self._edit(here=True)

    async def _edit(self, *, here: bool) -> None:
        from runner.tui.edit_copy import Editable, edit_copy

        if self._copy is not None:
            chosen = self.view.files.chosen if self.view.shown == "files" else None
            copy = Editable(self._desk, self._kata, self._copy, chosen, self._last_file)
            self._last_file = await edit_copy(self, copy, here=here)
            self._draw()
