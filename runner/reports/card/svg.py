"""A card as one SVG picture, 1200 wide and as high as it has to be; colours of one theme, nothing from outside."""

from __future__ import annotations

from msgspec import Struct

from runner.record.finding import Finding
from runner.reports.card.card import Card, Line, Side, foot_lines, measured
from runner.reports.card.chart_svg import chart
from runner.reports.card.look import Theme, svg_style
from runner.reports.card.shapes import box, line, mark, text, wrapped

WIDTH = 1200.0
_MARGIN = 48.0
_INNER = WIDTH - 2 * _MARGIN
_GAP = 20.0
_TITLE_WIDTH = _INNER - 230
_CHART_WIDTH, _CHART_HEIGHT = (_INNER - _GAP) / 2, 270.0
_BARS_AT = _MARGIN + 690.0
_BARS_WIDTH = 160.0


class _Block(Struct, frozen=True):
    """Elements, and how much height they took."""

    parts: list[str]
    height: float


def render(card: Card, theme: Theme = "light") -> str:
    """The whole picture."""
    parts: list[str] = []
    y = _MARGIN
    for make in (_head, _criteria, _charts, _alert, _foot):
        block = make(card, y)
        parts += block.parts
        y += block.height
    height = y + _MARGIN - 16
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img">',
            f"<style>\n{svg_style(theme)}</style>",
            box(0, 0, WIDTH, height, "ground"),
            *parts,
            "</svg>\n",
        ]
    )


def _head(card: Card, y: float) -> _Block:
    size = next((size for size in (34, 30, 26) if len(wrapped(card.title, _TITLE_WIDTH, size, 9)) == 1), 22)
    title = wrapped(card.title, _TITLE_WIDTH, size, 1)[0]
    parts = [
        text(_MARGIN, y + 10, "PRODRILL  ·  BEFORE AND AFTER", size=13, kind="quiet strong"),
        text(_MARGIN, y + 52, title, size=size, kind="strong"),
        text(_MARGIN, y + 78, card.kata, size=15, kind="quiet"),
        text(
            WIDTH - _MARGIN, y + 52, f"{card.before.tally} → {card.after.tally}", size=30, kind="strong", anchor="end"
        ),
        text(WIDTH - _MARGIN, y + 78, "criteria passed", size=15, kind="quiet", anchor="end"),
    ]
    parts += _side(card.before, "before", _MARGIN, y + 112) + _side(card.after, "after", _MARGIN, y + 140)
    return _Block(parts, 188)


def _side(side: Side, name: str, x: float, y: float) -> list[str]:
    return [
        line(x, y - 5, x + 40, y - 5, name),
        text(x + 52, y, f"{name}: {side.title}", size=15, kind="strong"),
        text(x + 330, y, side.facts, size=13, kind="quiet"),
    ]


def _criteria(card: Card, y: float) -> _Block:
    parts = [
        text(_MARGIN, y - 8, "before", size=12, kind="quiet"),
        text(_MARGIN + 104, y - 8, "after", size=12, kind="quiet"),
    ]
    at = y
    for each in card.lines:
        row = _row(each, at)
        parts += row.parts
        at += row.height
    parts.append(line(_MARGIN, at, WIDTH - _MARGIN, at, "rule"))
    return _Block(parts, at - y + 28)


def _row(each: Line, y: float) -> _Block:
    sentence = wrapped(each.sentence, 430, 13, 2)
    parts = [line(_MARGIN, y, WIDTH - _MARGIN, y, "rule")]
    for column, finding in ((0.0, each.before), (104.0, each.after)):
        parts += _verdict(finding, _MARGIN + column, y + 20)
    parts.append(text(_MARGIN + 220, y + 25, each.criterion, size=15, kind="strong"))
    parts += [text(_MARGIN + 220, y + 44 + 17 * n, said, size=13, kind="quiet") for n, said in enumerate(sentence)]
    parts += _bars(each, y)
    return _Block(parts, 54 + 17 * len(sentence))


def _verdict(finding: Finding | None, x: float, y: float) -> list[str]:
    if finding is None:
        return [text(x, y + 5, "not judged", size=13, kind="quiet")]
    return [mark(finding.verdict, x, y - 6), text(x + 18, y + 5, finding.verdict.value, size=13)]


def _bars(each: Line, y: float) -> list[str]:
    """Both values on one scale from zero, each beside its own limit."""
    sides = (("before", each.before, y + 24), ("after", each.after, y + 46))
    numbers = [n for _, f, _ in sides if f is not None and f.value is not None for n in (f.value, f.limit or 0.0)]
    top = max(numbers, default=0.0) * 1.02
    parts: list[str] = []
    for side, finding, at in sides:
        parts.append(text(_BARS_AT - 10, at + 1, side, size=12, kind="quiet", anchor="end"))
        parts.append(text(_BARS_AT + _BARS_WIDTH + 14, at + 1, measured(finding), size=12))
        if finding is not None and finding.value is not None and top > 0:
            parts.append(box(_BARS_AT, at - 9, max(1.5, finding.value / top * _BARS_WIDTH), 10, f"bar-{side}", 2))
            if finding.limit is not None:
                tick = _BARS_AT + finding.limit / top * _BARS_WIDTH
                parts.append(line(tick, at - 12, tick, at + 4, "tick"))
    return parts


def _charts(card: Card, y: float) -> _Block:
    parts: list[str] = []
    for number, overlay in enumerate(card.charts):
        row, column = divmod(number, 2)
        at_x = _MARGIN + column * (_CHART_WIDTH + _GAP)
        parts.append(chart(overlay, at_x, y + row * (_CHART_HEIGHT + _GAP), _CHART_WIDTH, _CHART_HEIGHT))
    rows = -(-len(card.charts) // 2)
    return _Block(parts, rows * (_CHART_HEIGHT + _GAP) + 8)


def _alert(card: Card, y: float) -> _Block:
    if not card.alert:
        return _Block([], 0)
    lines = wrapped(card.alert, _INNER - 48, 15, 4)
    height = 52.0 + 22 * len(lines)
    parts = [box(_MARGIN, y, _INNER, height, "panel", 8)]
    parts.append(text(_MARGIN + 24, y + 32, "Alert on", size=13, kind="quiet strong"))
    parts += [text(_MARGIN + 24, y + 56 + 22 * n, said, size=15) for n, said in enumerate(lines)]
    return _Block(parts, height + 28)


def _foot(card: Card, y: float) -> _Block:
    lines = [said for each in foot_lines(card) for said in wrapped(each, _INNER, 12, 3)]
    parts = [text(_MARGIN, y + 12 + 18 * n, said, size=12, kind="quiet") for n, said in enumerate(lines)]
    return _Block(parts, 18.0 * len(lines))
