"""A measured series as rows of text: braille dots for what was measured, a labelled line for the limit.

Pure, so that what a chart says can be tested without a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from msgspec import Struct

from runner.record.finding import Series
from runner.reports.paint import number, printable

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
Row = list[tuple[str, str]]
"""Runs of (text, kind); kind is `axis`, `line`, `limit` or `title`."""


class Scale(Struct, frozen=True):
    """Seconds and values to dots; `rows` of dots count from the top."""

    from_s: float
    to_s: float
    top: float
    columns: int
    rows: int

    def x(self, t_s: float) -> int:
        share = (t_s - self.from_s) / (self.to_s - self.from_s)
        return min(self.columns - 1, max(0, round(share * (self.columns - 1))))

    def y(self, value: float) -> int:
        return min(self.rows - 1, max(0, round((1 - value / self.top) * (self.rows - 1))))


def common_top(series: Sequence[Series]) -> dict[str, float]:
    """The highest value of each unit, so that charts of one unit, one below the other, can be compared."""
    tops: dict[str, float] = {}
    for each in series:
        values = [value for _, value in each.points if isfinite(value)]
        tops[each.unit] = max([tops.get(each.unit, 0.0), *values])
    return tops


def chart_rows(series: Series, width: int, height: int, top: float = 0.0) -> list[Row]:
    """`series` drawn in `width` cells and `height` rows: a title, the plot, and the seconds it spans.

    The scale reaches to what is highest on it, and to `top` at least.
    """
    points = [(t, max(0.0, value)) for t, value in series.points if isfinite(value)]
    title = _title(series)
    if not points or width < 24 or height < 4:
        return [[(title[:width], "title")]]
    scale = _scale(points, series.limit, width, height - 2, top)
    label_width = max(len(axis_number(scale.top)), 4)
    scale = _scale(points, series.limit, width - label_width - 1, height - 2, top)
    cells = _draw(points, scale)
    limit_row = None if series.limit is None else scale.y(series.limit) // 4
    rows: list[Row] = [[(title[:width], "title")]]
    for index, row in enumerate(cells):
        label = axis_number(scale.top) if index == 0 else "0" if index == len(cells) - 1 else ""
        rows.append([(f"{label:>{label_width}}┤", "axis"), *_cells(row, index == limit_row, series)])
    seconds = scale.to_s - scale.from_s
    span = f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    rows.append([(f"{'':>{label_width}}└{span:─>{width - label_width - 1}}", "axis")])
    return rows


def chart_text(series: Series, width: int, height: int, top: float = 0.0) -> str:
    """The chart as plain lines."""
    return "\n".join("".join(text for text, _ in row).rstrip() for row in chart_rows(series, width, height, top))


def series_sentence(series: Series) -> str:
    """What the chart shows, in words: how much was measured over which time, from where to where, and its limit."""
    name = printable(f"{series.name}{f' in {series.unit}' if series.unit else ''}")
    points = [(t, value) for t, value in series.points if isfinite(value)]
    if not points:
        return f"{name}: nothing was measured."
    values = [value for _, value in points]
    limit = "" if series.limit is None else f", {series.limit_label or 'limit'} {axis_number(series.limit)}"
    return (
        f"{name}: {len(points)} values in {points[-1][0] - points[0][0]:.1f} s, from {axis_number(min(values))} to "
        f"{axis_number(max(values))}, the last {axis_number(values[-1])}{printable(limit)}."
    )


def axis_number(value: float) -> str:
    """At most seven characters."""
    if value >= 1e6:
        return f"{value:.3g}"
    return f"{value:,.0f}" if value >= 100 else number(value)


def _title(series: Series) -> str:
    unit = f" ({series.unit})" if series.unit else ""
    last = f"  last {axis_number(series.points[-1][1])}" if series.points else "  nothing measured yet"
    return printable(f"{series.name}{unit}{last}"[:200])


def _scale(
    points: Sequence[tuple[float, float]], limit: float | None, width: int, height: int, at_least: float
) -> Scale:
    """The limit is on the chart as well, unless what was measured is so small that it would be a flat line."""
    highest = max(at_least, *(value for _, value in points))
    top = max(highest, (limit or 0.0) * 1.15) or 1.0
    first, last = points[0][0], max(points[-1][0], points[0][0] + 1.0)
    return Scale(first, last, top, width * 2, height * 4)


def _draw(points: Sequence[tuple[float, float]], scale: Scale) -> list[list[int]]:
    cells = [[0] * (scale.columns // 2) for _ in range(scale.rows // 4)]

    def dot(x: int, y: int) -> None:
        cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    places = [(scale.x(t), scale.y(value)) for t, value in points]
    dot(*places[0])
    for (x0, y0), (x1, y1) in pairwise(places):
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(1, steps + 1):
            dot(x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps)
    return cells


def _cells(row: list[int], with_limit: bool, series: Series) -> Row:
    if not with_limit:
        return [("".join(chr(0x2800 + cell) if cell else " " for cell in row), "line")]
    label = f" {series.limit_label or 'limit'} {axis_number(series.limit or 0.0)} "[: len(row)]
    label = printable(label) + " "
    drawn: Row = [(label[: len(row)], "limit")]
    for cell in row[len(label) :]:
        drawn.append((chr(0x2800 + cell), "line") if cell else ("╌", "limit"))
    return drawn
