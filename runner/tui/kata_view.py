"""The panes of the workbench and where they are: side by side where there is room, one at a time where there is not."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from runner.catalog.kata import Kata
from runner.record.finding import Verdict
from runner.tui.board import Board
from runner.tui.criteria_list import CriteriaList
from runner.tui.evidence_pane import EvidencePane
from runner.tui.files_pane import FilesPane
from runner.tui.hand_pane import HandPane
from runner.tui.log_pane import LogPane
from runner.tui.pane_bar import PaneBar
from runner.tui.reader import Reader
from runner.tui.vitals_view import VitalsView
from runner.tui.workbench import Bench

WIDE = 100
OUTCOMES = (Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE)
PANES = {"incident": "1 Incident", "evidence": "2 Evidence", "log": "3 Log", "files": "4 Files"}
BY_HAND = {"hand": "5 By hand"}


class KataView(Container):
    """Draws a `Bench`; knows which pane is shown."""

    def __init__(self, kata: Kata) -> None:
        super().__init__(id="bench")
        self._kata = kata
        self._led_to = ""

    def compose(self) -> ComposeResult:
        yield CriteriaList(self._kata.criteria)
        with Vertical(id="story"):
            yield PaneBar(PANES)
            with ContentSwitcher(initial="incident"):
                yield Reader(id="incident")
                yield EvidencePane(id="evidence")
                yield FilesPane(id="files")
                yield HandPane(id="hand")
        yield VitalsView()
        yield LogPane(id="log")

    @property
    def criteria(self) -> CriteriaList:
        return self.query_one(CriteriaList)

    @property
    def log_pane(self) -> LogPane:
        return self.query_one(LogPane)

    @property
    def evidence(self) -> EvidencePane:
        return self.query_one(EvidencePane)

    @property
    def incident(self) -> Reader:
        return self.query_one("#incident", Reader)

    @property
    def files(self) -> FilesPane:
        return self.query_one(FilesPane)

    @property
    def shown(self) -> str:
        """The pane in the middle: `incident`, `evidence`, `log`, `files` or `hand`."""
        return self.query_one(PaneBar).shown

    @property
    def is_wide(self) -> bool:
        return self.screen.size.width >= WIDE

    @property
    def shows_log(self) -> bool:
        return self.is_wide or self.shown == "log"

    # -- which pane

    def lay_out(self) -> None:
        """Where there is room for it the log is always there, and so is no pane to switch to."""
        bar = self.query_one(PaneBar)
        names = PANES | (BY_HAND if "hand" in bar.panes else {})
        bar.panes = {pane: name for pane, name in names.items() if pane != "log" or not self.is_wide}
        if bar.shown not in bar.panes:
            self.show_pane("evidence")

    def offer_by_hand(self, offered: bool) -> None:
        """The pane of a service run by hand is there once it was run."""
        bar = self.query_one(PaneBar)
        if offered != ("hand" in bar.panes):
            names = {pane: name for pane, name in bar.panes.items() if pane != "hand"}
            bar.panes = names | (BY_HAND if offered else {})
            if not offered and bar.shown == "hand":
                self.show_pane("evidence")

    def show_pane(self, pane: str) -> None:
        """In a narrow terminal the log takes the place of the other panes; in a wide one it gets the keys."""
        if pane == "log" and self.is_wide:
            self.log_pane.view.focus()
            return
        self.query_one(PaneBar).shown = pane
        self.screen.set_class(pane == "log", "-log")
        self.screen.set_class(pane == "files", "-files")
        if pane != "log":
            self.query_one(ContentSwitcher).current = pane
        self._hand_keys_over(pane)

    def _hand_keys_over(self, pane: str) -> None:
        """A list of files is moved through at once; back at the criteria with the other panes."""
        if pane == "files":
            self.query_one("FileList").focus()
        elif not self.criteria.has_focus:
            self.criteria.focus()

    def page(self, step: int) -> None:
        """Scroll the pane that is shown by a page."""
        shown = self.shown
        places: dict[str, Widget] = {"log": self.log_pane.view, "files": self.files.view}
        pane = places.get(shown) or self.query_one(f"#{shown}")
        pane.scroll_page_down(animate=False) if step > 0 else pane.scroll_page_up(animate=False)

    # -- the cursor

    def begin_leading(self) -> None:
        """From here the cursor moves along with the run, until the learner moves it."""
        self._led_to = self.criteria.chosen

    def lead(self, criterion: str) -> None:
        """Move the cursor, unless the learner moved it."""
        if self.criteria.chosen == self._led_to and criterion != self._led_to:
            self._led_to = criterion
            self.criteria.choose(criterion)

    def lead_to_outcome(self, board: Board) -> None:
        """To the first criterion that wants looking at, the gravest first."""
        for verdict in OUTCOMES:
            for criterion, result in board.results.items():
                if result.finding.verdict is verdict and criterion in board.criteria:
                    self.lead(criterion)
                    return

    # -- drawing

    def draw(self, bench: Bench, copy: Path | None) -> None:
        """What the bench has come to, in every pane that is seen."""
        board, criteria = bench.board, self.criteria
        if board.probing:
            self.lead(board.probing)
        criteria.show(board)
        self.offer_by_hand(board.by_hand)
        if self.shown == "hand":
            self.query_one(HandPane).show(self._kata, board)
        if self.shown == "evidence":
            self.evidence.show(self._kata.criterion(criteria.chosen), board)
        if self.shown == "files" and copy is not None and not bench.is_running:
            self.files.show(copy, self._kata.spec.service.entry)
        self.query_one(VitalsView).show(board, self._kata.spec.limits.memory_mb)
        if self.shows_log:
            self.log_pane.show(board.log)
