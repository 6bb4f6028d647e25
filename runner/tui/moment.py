"""The moment that decided a criterion, as its chart tells it, and what the service printed around it."""

from __future__ import annotations

import re
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
_NAMED = re.compile(r"\bat (\d+(?:\.\d+)?) s\b")


class Moment(Struct, frozen=True):
    """`at_s` are seconds since the probe began, none where nothing tells; `lines` are what was printed around them.

    `was_quiet`: nothing was, and `lines` are the last before it.
    """

    at_s: tuple[float, ...]
    lines: tuple[LogLine, ...]
    was_quiet: bool = False

    @property
    def told(self) -> str:
        """What the lines are, as a heading."""
        if not self.at_s:
            return "The last lines of the service in this probe"
        when = ", ".join(f"{at_s:.1f}" for at_s in self.at_s)
        when = f"second {when}" if len(self.at_s) == 1 else f"seconds {when}"
        if self.was_quiet:
            return f"The service printed nothing around {when}; before that"
        return f"What the service printed around {when}"


def moment_of(finding: Finding, lines: Sequence[LogLine]) -> Moment:
    """The lines around the deciding seconds, the nearest first to be kept; the last lines where none is known."""
    moments = deciding_s(finding)
    if not moments or not lines:
        return Moment((), tuple(lines[-MOST_LINES:]))

    def away_s(line: LogLine) -> float:
        return min(abs(line.at_s - at_s) for at_s in moments)

    around = [line for line in sorted(lines, key=away_s)[:MOST_LINES] if away_s(line) <= AROUND_S]
    if not around:
        before = [line for line in lines if line.at_s <= moments[0]]
        return Moment(moments, tuple(before[-3:]), was_quiet=True)
    return Moment(moments, tuple(sorted(around, key=_at_s)))


def deciding_s(finding: Finding) -> tuple[float, ...]:
    """The seconds that the deciding events name; else when the series with a limit was furthest on its wrong side."""
    named = [float(found) for event in finding.decided_by for found in _NAMED.findall(event)]
    return tuple(sorted(set(named))) or _worst_s(finding)


def _worst_s(finding: Finding) -> tuple[float, ...]:
    series = limited(finding.series)
    points = [(t, value) for t, value in series.points if isfinite(value)] if series is not None else []
    if series is None or series.limit is None or not points:
        return ()
    limit = series.limit
    wants_more = finding.value is not None and finding.limit is not None and finding.value < finding.limit
    below, above = min(points, key=_value), max(points, key=_value)
    if wants_more and below[1] < limit and above[1] <= limit:
        return (below[0],)
    return (above[0],) if above[1] > limit else ()


def limited(series: Sequence[Series]) -> Series | None:
    """The first that has a limit."""
    return next((each for each in series if each.limit is not None and each.points), None)


def _at_s(line: LogLine) -> float:
    return line.at_s


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
