"""A block being tried: how it stands, a live chart of each series, and what it printed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runner.reports.chart import common_top
from runner.tui.evidence_chart import EvidenceChart
from runner.tui.safe import safe_line
from runner.tui.try_board import TryBoard

MAX_CHARTS = 3


class TryPane(VerticalScroll):
    """Hidden until `show` is first called; scrolls by itself once it has the focus."""

    DEFAULT_CSS = """
    TryPane {
        display: none;
        height: 1fr;
        padding: 0 1;
        background: $surface;
        border-top: solid $primary;
        scrollbar-size-vertical: 1;
        &.-open { display: block; }
        & > #try-head { height: 1; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #try-output { height: auto; }
        & > EvidenceChart { height: 7; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="try-head", markup=False)
        for _ in range(MAX_CHARTS):
            yield EvidenceChart()
        yield Static(id="try-output", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def show(self, board: TryBoard) -> None:
        """Draw the state of a try."""
        self.add_class("-open")
        self.query_one("#try-head", Static).update(safe_line(board.head, 300))
        series = board.series[:MAX_CHARTS]
        tops = common_top(series)
        for chart, each in zip(self.query(EvidenceChart), [*series, *[None] * MAX_CHARTS], strict=False):
            chart.show((each,) if each else (), tops[each.unit] if each else 0.0)
        self.query_one("#try-output", Static).update(_output(board))

    def close(self) -> None:
        self.remove_class("-open")


def _output(board: TryBoard) -> Content:
    """Notices, lines in order, and the closing words; stderr apart by its colour."""
    lines = [Content.styled(notice, "$text-warning") for notice in board.notices]
    lines += [Content.styled(text, "$text-error" if stream == "stderr" else "") for stream, text in board.lines]
    lines += [Content.styled(safe_line(text, 600), "$text-warning") for text in board.closing]
    if not lines and board.ended is None:
        lines = [Content.styled("nothing printed yet", "dim")]
    return Content("\n").join(lines)
