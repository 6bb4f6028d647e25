"""The moment that decided a criterion, as its chart tells it, and what the service printed around it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from msgspec import Struct

from runner.record.finding import Finding, Series
from runner.record.happened import Logged
from runner.tui.board import Board
from runner.tui.log_line import LogLine
from runner.tui.safe import safe_line

AROUND_S = 1.0
MOST_LINES = 14


class Moment(Struct, frozen=True):
    """`at_s` is seconds since the probe began, None where no chart tells; `lines` are what was printed around it.

    `was_quiet`: nothing was, and `lines` are the last before it.
    """

    at_s: float | None
    lines: tuple[LogLine, ...]
    was_quiet: bool = False

    @property
    def told(self) -> str:
        """What the lines are, as a heading."""
        if self.at_s is None:
            return "The last lines of the service in this probe"
        if self.was_quiet:
            return f"It printed nothing around second {self.at_s:.1f}, furthest from the limit; before that"
        return f"What the service printed around second {self.at_s:.1f}, furthest from the limit"


def moment_of(finding: Finding, lines: Sequence[LogLine]) -> Moment:
    """The lines around the deciding second, nearest first to be kept; the last lines where none is known."""
    at_s = deciding_s(finding)
    if at_s is None or not lines:
        return Moment(None, tuple(lines[-MOST_LINES:]))
    nearest = sorted(lines, key=lambda line: abs(line.at_s - at_s))[:MOST_LINES]
    around = [line for line in nearest if abs(line.at_s - at_s) <= AROUND_S]
    if not around:  # quiet then: what was said last before it
        return Moment(at_s, tuple([line for line in lines if line.at_s <= at_s][-3:]), was_quiet=True)
    return Moment(at_s, tuple(sorted(around, key=lambda line: line.at_s)))


def deciding_s(finding: Finding) -> float | None:
    """When the series with a limit was furthest on the wrong side of it."""
    series = limited(finding.series)
    points = [(t, value) for t, value in series.points if isfinite(value)] if series is not None else []
    if series is None or series.limit is None or not points:
        return None
    limit = series.limit
    wants_more = finding.value is not None and finding.limit is not None and finding.value < finding.limit
    below, above = min(points, key=_value), max(points, key=_value)
    if wants_more and below[1] < limit and above[1] <= limit:
        return below[0]
    return above[0] if above[1] > limit else None


def limited(series: Sequence[Series]) -> Series | None:
    """The first that has a limit."""
    return next((each for each in series if each.limit is not None and each.points), None)


def _value(point: tuple[float, float]) -> float:
    return point[1]


def lines_live(board: Board, criterion: str) -> tuple[LogLine, ...]:
    """What was printed in the criterion's probe, on the probe's clock."""
    began_s = board.probe_began.get(criterion, 0.0)
    return tuple(
        LogLine(max(0.0, line.at_s - began_s), line.stream, line.text, line.replica)
        for line in board.probe_lines.get(criterion, ())
    )


def lines_kept(logged: Sequence[Logged]) -> tuple[LogLine, ...]:
    """The same of a kept history."""
    return tuple(LogLine(each.at_s, each.stream, safe_line(each.text), each.replica) for each in logged)
