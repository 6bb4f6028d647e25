"""Which of several series a chart draws: what has a limit comes first, `s` goes on to the next."""

from __future__ import annotations

from collections.abc import Sequence

from runner.record.finding import Series
from runner.tui.safe import safe_line


class SeriesPicker:
    """Holds the choice while the series themselves grow."""

    def __init__(self) -> None:
        self._index = 0

    def first(self) -> None:
        self._index = 0

    def next(self) -> None:
        self._index += 1

    def count(self, series: Sequence[Series]) -> int:
        """How many there are to choose from."""
        return len(_in_order(series))

    def picked(self, series: Sequence[Series]) -> tuple[Series, ...]:
        """The one chosen, alone; nothing where there is nothing to draw."""
        there = _in_order(series)
        return (there[self._index % len(there)],) if there else ()

    def note(self, series: Sequence[Series]) -> str:
        """`chart 1 of 2 · s: replies`; empty where there is no choice."""
        there = _in_order(series)
        if len(there) < 2:
            return ""
        index = self._index % len(there)
        return f"chart {index + 1} of {len(there)} · s: {safe_line(there[(index + 1) % len(there)].name, 60)}"


def _in_order(series: Sequence[Series]) -> list[Series]:
    return sorted((each for each in series if each.points), key=lambda each: each.limit is None)
