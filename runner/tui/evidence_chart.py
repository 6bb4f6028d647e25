"""The chart of what a probe measures, with its limit as a labelled line."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from runner.record.finding import Series
from runner.reports.chart import Row, chart_rows


class EvidenceChart(Widget):
    """Draws one `Series` by `render_line`; costs a few milliseconds a redraw, so a few redraws a second."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chart--axis", "chart--line", "chart--limit", "chart--title"}
    DEFAULT_CSS = """
    EvidenceChart {
        height: 9;
        display: none;
        &.-drawn { display: block; }
        & > .chart--axis { color: $text-muted; }
        & > .chart--line { color: $primary; }
        & > .chart--limit { color: $text-warning; }
        & > .chart--title { text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._series: Series | None = None
        self._top = 0.0
        self._rows: list[Row] = []
        self._drawn_in = Size()

    def show(self, series: tuple[Series, ...], top: float = 0.0) -> None:
        """Draw the series that has a limit, else the first; nothing where there is none. Its scale reaches to `top`."""
        wanted = next((s for s in series if s.limit is not None and s.points), None)
        wanted = wanted or next((s for s in series if s.points), None)
        if (wanted, top) == (self._series, self._top):
            return
        self._series, self._top = wanted, top
        self.set_class(wanted is not None, "-drawn")
        self._rows = []
        self.refresh()

    def notify_style_update(self) -> None:
        self._rows = []
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._series is not None and (not self._rows or self._drawn_in != self.size):
            self._rows, self._drawn_in = chart_rows(self._series, width, height, self._top), self.size
        ground = self.rich_style
        if y >= len(self._rows):
            return Strip.blank(width, ground)
        segments = [Segment(text, self.get_component_rich_style(f"chart--{kind}")) for text, kind in self._rows[y]]
        return Strip(segments).adjust_cell_length(width, ground)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 9
