"""A chart of two sides as rows of text: before as a shaded shape, after as a braille line, one scale from zero.

Shade and line tell them apart without colour.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite

from runner.record.finding import Series
from runner.reports.card.card import Overlay, peak
from runner.reports.chart import Row, axis_number
from runner.reports.paint import number, printable

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
SHADE = "░"
_LEAST_WIDTH, _LEAST_HEIGHT = 24, 6


def overlay_rows(overlay: Overlay, width: int, height: int) -> list[Row]:
    """Two rows that name it, the plot, the seconds. Kinds: `title`, `note`, `axis`, `before`, `after`, `limit`."""
    unit = f" ({overlay.unit})" if overlay.unit else ""
    head: list[Row] = [
        [(printable(f"{overlay.name}{unit} · {overlay.criterion}")[:width], "title")],
        _legend(overlay, width),
    ]
    label = max(len(axis_number(overlay.top)), 4)
    columns, rows = width - label - 1, height - 3
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return head[:height]
    shade = _shade(overlay, columns, rows)
    line = _line(overlay, columns, rows)
    limit = _limit_row(overlay, rows)
    plot: list[Row] = []
    for at in range(rows):
        axis = axis_number(overlay.top) if at == 0 else "0" if at == rows - 1 else ""
        cells = _merged(shade[at], line[at], with_limit=at == limit)
        plot.append([(f"{axis:>{label}}┤", "axis"), *_labelled(cells, overlay, at == limit)])
    span = f"{number(round(overlay.seconds, 1))} s"
    return [*head, *plot, [(f"{'':>{label}}└{span:─>{columns}}", "axis")]]


def _legend(overlay: Overlay, width: int) -> Row:
    before = peak(overlay.before) if overlay.before else "not measured"
    after = peak(overlay.after) if overlay.after else "not measured"
    said = [(f"{SHADE * 2} before: {printable(before)}   ", "before"), (f"⠒⠒ after: {printable(after)}", "after")]
    room = width
    row: Row = []
    for text, kind in said:
        row.append((text[:room], kind))
        room = max(0, room - len(text))
    return row


def _places(series: Series | None, overlay: Overlay, wide: int, high: int) -> list[tuple[int, int]]:
    """Points in dots from the left and from the top."""
    if series is None:
        return []
    first = series.points[0][0]
    return [
        (
            round((t - first) / overlay.seconds * (wide - 1)),
            min(high - 1, max(0, round((1 - max(0.0, value) / overlay.top) * (high - 1)))),
        )
        for t, value in series.points
        if isfinite(value)
    ]


def _drawn(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    dots = places[:1]
    for (x0, y0), (x1, y1) in pairwise(places):
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        dots += [(x0 + (x1 - x0) * n // steps, y0 + (y1 - y0) * n // steps) for n in range(1, steps + 1)]
    return dots


def _shade(overlay: Overlay, columns: int, rows: int) -> list[list[bool]]:
    """The cells under the highest dot of each column; a value of zero shades nothing."""
    tops = [rows] * columns
    for x, y in _drawn(_places(overlay.before, overlay, columns, rows * 4)):
        tops[x] = min(tops[x], (y + 1) // 4 if y < rows * 4 - 1 else rows)
    return [[row >= top for top in tops] for row in range(rows)]


def _line(overlay: Overlay, columns: int, rows: int) -> list[list[int]]:
    cells = [[0] * columns for _ in range(rows)]
    for x, y in _drawn(_places(overlay.after, overlay, columns * 2, rows * 4)):
        cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
    return cells


def _limit_of(overlay: Overlay) -> Series | None:
    return next((s for s in (overlay.after, overlay.before) if s is not None and s.limit is not None), None)


def _limit_row(overlay: Overlay, rows: int) -> int | None:
    found = _limit_of(overlay)
    if found is None or found.limit is None:
        return None
    return min(rows - 1, max(0, round((1 - found.limit / overlay.top) * (rows * 4 - 1)) // 4))


def _merged(shade: list[bool], line: list[int], *, with_limit: bool) -> Row:
    """One row of the plot as runs of one kind each."""
    row: Row = []
    for under, dots in zip(shade, line, strict=True):
        if dots:
            text, kind = chr(0x2800 + dots), "after"
        elif with_limit:
            text, kind = "╌", "limit"
        else:
            text, kind = (SHADE, "before") if under else (" ", "before")
        if row and row[-1][1] == kind:
            row[-1] = (row[-1][0] + text, kind)
        else:
            row.append((text, kind))
    return row


def _labelled(cells: Row, overlay: Overlay, with_limit: bool) -> Row:
    """The limit's name over the beginning of its line."""
    found = _limit_of(overlay)
    if not with_limit or found is None:
        return cells
    label = printable(f"{found.limit_label or 'limit'} {number(found.limit or 0.0)}") + " "
    whole = sum(len(text) for text, _ in cells)
    label = label[:whole]
    rest: Row = []
    skip = len(label)
    for text, kind in cells:
        rest.append((text[skip:], kind))
        skip = max(0, skip - len(text))
    return [(label, "limit"), *((text, kind) for text, kind in rest if text)]
