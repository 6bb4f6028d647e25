"""One chart of a card as SVG: both sides on one scale from zero, each limit as a labelled line, seconds below."""

from __future__ import annotations

from math import isfinite, log10

from msgspec import Struct

from runner.record.finding import Series
from runner.reports.card.card import Overlay, peak
from runner.reports.card.shapes import box, line, text, wrapped
from runner.reports.paint import number

_LEFT, _RIGHT, _ABOVE, _BELOW = 62.0, 18.0, 76.0, 34.0
_MOST_MARKS = 40
_ROOM_FOR_A_LABEL = 20.0


class _Plot(Struct, frozen=True):
    """Where the plot is, and what its edges stand for."""

    x: float
    y: float
    width: float
    height: float
    seconds: float
    top: float

    def place(self, t_s: float, value: float) -> tuple[float, float]:
        return self.x + t_s / self.seconds * self.width, self.y + (1 - min(value, self.top) / self.top) * self.height


def chart(overlay: Overlay, x: float, y: float, width: float, height: float) -> str:
    """The chart in a panel whose corner is at `x`, `y`."""
    top = nice_top(overlay.top)
    plot = _Plot(x + _LEFT, y + _ABOVE, width - _LEFT - _RIGHT, height - _ABOVE - _BELOW, overlay.seconds, top)
    parts = [box(x, y, width, height, "panel", 8), *_head(overlay, x, y, width), *_axes(plot)]
    parts += _limits(overlay, plot)
    parts += [_curve(name, series, plot) for name, series in overlay.sides]
    return "\n".join(parts)


def nice_top(value: float) -> float:
    """A round number a little above `value`: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** int(log10(value) - (1 if value < 1 else 0))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next((step * power for step in steps if step * power >= value * 1.04), 12.0 * power)


def _head(overlay: Overlay, x: float, y: float, width: float) -> list[str]:
    unit = f" ({overlay.unit})" if overlay.unit else ""
    name = wrapped(f"{overlay.name}{unit}", width - 32, 15, 1)[0]
    parts = [
        text(x + 16, y + 25, name, size=15, kind="strong"),
        text(x + 16, y + 43, overlay.criterion, size=12, kind="quiet"),
    ]
    at = x + 16
    for side, series in (("before", overlay.before), ("after", overlay.after)):
        said = f"{side}: {peak(series) if series else 'not measured'}"
        parts.append(line(at, y + 59, at + 26, y + 59, side))
        parts.append(text(at + 34, y + 63, said, size=12))
        at += 60 + len(said) * 12 * 0.62
    return parts


def _axes(plot: _Plot) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        at = plot.y + (1 - share) * plot.height
        parts.append(line(plot.x, at, plot.x + plot.width, at, "rule"))
        parts.append(text(plot.x - 8, at + 4, number(plot.top * share), size=11, kind="quiet", anchor="end"))
    below = plot.y + plot.height + 18
    parts.append(text(plot.x, below, "0 s", size=11, kind="quiet"))
    parts.append(
        text(plot.x + plot.width, below, f"{number(round(plot.seconds, 1))} s", size=11, kind="quiet", anchor="end")
    )
    return parts


def _limits(overlay: Overlay, plot: _Plot) -> list[str]:
    """The limit of the fix, and that of the broken service where it was another: limits follow the machine's speed."""
    now, then = (None if s is None else s.limit for s in (overlay.after, overlay.before))
    labelled = next(
        (s.limit_label for s in (overlay.after, overlay.before) if s is not None and s.limit_label), "limit"
    )
    parts: list[str] = []
    if now is not None:
        parts += _limit(f"{labelled} {number(now)}", now, plot, "limit", above=then is None or now >= then)
    if then is not None and (now is None or abs(now - then) > 0.01 * max(now, then)):
        said = f"{labelled} before {number(then)}"
        kind, above = ("limit-then", then > now) if now is not None else ("limit", True)
        parts += _limit(said, then, plot, kind, above=above, at_left=now is not None)
    return parts


def _limit(said: str, value: float, plot: _Plot, kind: str, *, above: bool, at_left: bool = False) -> list[str]:
    """Two limits have their labels at different ends: they may lie close together."""
    _, at = plot.place(0, value)
    room_above, room_below = at - plot.y > _ROOM_FOR_A_LABEL, plot.y + plot.height - at > _ROOM_FOR_A_LABEL
    above = not room_below or (above and room_above)
    x, anchor = (plot.x + 4, "start") if at_left else (plot.x + plot.width - 4, "end")
    label = text(x, at - 5 if above else at + 14, said, size=12, kind="of-limit", anchor=anchor)
    return [line(plot.x, at, plot.x + plot.width, at, kind), label]


def _curve(side: str, series: Series, plot: _Plot) -> str:
    first = series.points[0][0]
    places = [plot.place(t - first, max(0.0, value)) for t, value in series.points if isfinite(value)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    drawn = f'<polyline points="{path}" class="{side}"/>' if len(places) > 1 else ""
    marks = places if len(places) <= _MOST_MARKS else []
    return drawn + "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" class="dot-{side}"/>' for x, y in marks)
