"""The pane that explains one criterion: verdict, chart, reasons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runner.catalog.kata import Criterion
from runner.record.finding import Series
from runner.tui.board import Board
from runner.tui.evidence_chart import EvidenceChart
from runner.tui.evidence_text import criterion_text, verdict_text
from runner.tui.series_picker import SeriesPicker


class EvidencePane(VerticalScroll):
    """Shows the criterion it was last told of; draws only what changed."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._criterion = ""
        self._picker = SeriesPicker()
        self._series: tuple[Series, ...] = ()
        self._note = "-"
        self._texts: tuple[Content, Content] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="verdict", markup=False)
        yield Static(id="series", markup=False)
        yield EvidenceChart()
        yield Static(id="criterion", markup=False)

    def show(self, criterion: Criterion, board: Board) -> None:
        width = self.scrollable_content_region.width
        texts = verdict_text(criterion, board, width), criterion_text(criterion, width)
        if texts != self._texts:
            self._texts = texts
            self.query_one("#verdict", Static).update(texts[0])
            self.query_one("#criterion", Static).update(texts[1])
        if criterion.id != self._criterion:
            self._criterion = criterion.id
            self._picker.first()
            self.scroll_home(animate=False)
        self._series = board.series_of(criterion.id)
        self._draw_chart()

    @property
    def has_choice(self) -> bool:
        """There is more than one chart to look at."""
        return self._picker.count(self._series) > 1

    def show_next_series(self) -> None:
        self._picker.next()
        self._draw_chart()

    def _draw_chart(self) -> None:
        self.query_one(EvidenceChart).show(self._picker.picked(self._series))
        note, text = self.query_one("#series", Static), self._picker.note(self._series)
        if text != self._note:
            self._note = text
            note.update(text)
