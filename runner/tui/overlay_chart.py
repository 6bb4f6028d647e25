"""The chart of both sides of a card: before shaded, after as a line, on one scale."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from runner.reports.card.card import Overlay
from runner.reports.chart import Row
from runner.reports.overlay import overlay_rows


class OverlayChart(Widget):
    """Draws one `Overlay` by `render_line`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"overlay--{kind}" for kind in ("axis", "before", "after", "limit", "title")
    }
    DEFAULT_CSS = """
    OverlayChart {
        height: 11;
        & > .overlay--axis { color: $text-muted; }
        & > .overlay--before { color: $text-warning; }
        & > .overlay--after { color: $text-primary; }
        & > .overlay--limit { color: $text-accent; }
        & > .overlay--title { text-style: bold; }
    }
    """

    def __init__(self, overlay: Overlay) -> None:
        super().__init__()
        self._overlay = overlay
        self._rows: list[Row] = []
        self._drawn_in = Size()

    def notify_style_update(self) -> None:
        self._rows = []
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if not self._rows or self._drawn_in != self.size:
            self._rows, self._drawn_in = overlay_rows(self._overlay, width, height), self.size
        ground = self.rich_style
        if y >= len(self._rows):
            return Strip.blank(width, ground)
        segments = [Segment(text, self.get_component_rich_style(f"overlay--{kind}")) for text, kind in self._rows[y]]
        return Strip(segments).adjust_cell_length(width, ground)
