"""Verdicts, and the evidence behind them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """What one criterion, or a whole run, came to."""

    PASSED = "passed"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAILED = "failed"


MOST_POINTS = 200
_WEIGHT = {verdict: weight for weight, verdict in enumerate(Verdict)}


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of several together: a definite failure dominates, an unknown taints a pass (Jepsen's rule).

    Nothing judged at all is an error: an empty run proves nothing.
    """
    return max(verdicts, key=_WEIGHT.__getitem__, default=Verdict.ERROR)


class Series(Struct, frozen=True):
    """A measured quantity over the seconds of a probe; `limit` draws as a labelled line."""

    name: str
    unit: str
    points: tuple[tuple[float, float], ...]
    limit: float | None = None
    limit_label: str = ""


def thinned(points: list[tuple[float, float]], most: int = MOST_POINTS) -> tuple[tuple[float, float], ...]:
    """At most `most` of the points in their order, each the highest of those it stands for."""
    step = -(-len(points) // most)
    groups = (points[first : first + step] for first in range(0, len(points), step or 1))
    return tuple((round(t_s, 3), value) for t_s, value in (max(group, key=lambda point: point[1]) for group in groups))


class Measure(Struct, frozen=True):
    """A number beside its limit."""

    value: float
    limit: float
    unit: str


class Finding(Struct, frozen=True):
    """A verdict with what makes it believable.

    `sentence` is for the learner and says what was seen, in the past tense; `decided_by` holds the three to six
    events that decided it; `reproduce` is a shell line that shows the same by hand. Where a pass rests on more than
    one measure, `also` holds the others.
    """

    verdict: Verdict
    sentence: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    decided_by: tuple[str, ...] = ()
    reproduce: str = ""
    series: tuple[Series, ...] = ()
    also: tuple[Measure, ...] = ()
