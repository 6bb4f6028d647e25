"""The pane that explains one criterion: verdict, chart, reasons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runner.catalog.kata import Criterion
from runner.tui.board import Board
from runner.tui.evidence_chart import EvidenceChart
from runner.tui.evidence_text import criterion_text, verdict_text


class EvidencePane(VerticalScroll):
    """Shows the criterion it was last told of; draws only what changed."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._criterion = ""
        self._texts: tuple[Content, Content] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="verdict", markup=False)
        yield EvidenceChart()
        yield Static(id="criterion", markup=False)

    def show(self, criterion: Criterion, board: Board) -> None:
        width = self.scrollable_content_region.width
        texts = verdict_text(criterion, board, width), criterion_text(criterion, width)
        if texts != self._texts:
            self._texts = texts
            self.query_one("#verdict", Static).update(texts[0])
            self.query_one("#criterion", Static).update(texts[1])
        self.query_one(EvidenceChart).show(board.series_of(criterion.id))
        if criterion.id != self._criterion:
            self._criterion = criterion.id
            self.scroll_home(animate=False)
