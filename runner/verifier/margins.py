"""How far each criterion's measures stay from their limits, on both sides: what drifts is seen before it flakes.

Of the services that passed the one nearest to the limit, of those that failed likewise. Counts that may not be off by
one have no edge to drift towards, and come last; what is measured in time, bytes or shares comes first, thinnest first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from runner.record.finding import Measure, Verdict
from runner.verifier.trial import Judged, Outcome, Trial

_MEASURED = ("ms", "s", "MiB", "share", "of", "times", "bits")


class Nearest(Struct, frozen=True):
    """The measure nearest to the limit on one side, and whose it was."""

    value: float
    limit: float
    variant: str
    condition: str
    seed: int

    @property
    def distance(self) -> float:
        """How far it is: 1 for a factor of e, 0.1 for about a tenth; for a limit of 0, how many."""
        if self.value <= 0 or self.limit <= 0:
            return abs(self.value - self.limit)
        return abs(math.log(self.value / self.limit))

    @property
    def text(self) -> str:
        times = f"{self.value / self.limit:.2f} of it" if self.limit else f"{self.value:g}"
        return f"{self.value:.4g} ({times}; {self.variant}, {self.condition}, seed {self.seed})"


class Margin(Struct, frozen=True):
    """One measure of one criterion, with the nearest on either side of its limit that was seen."""

    kata: str
    criterion: str
    unit: str
    limit: float
    passed: Nearest | None
    failed: Nearest | None

    @property
    def is_measured(self) -> bool:
        """Whether it is a quantity rather than a count."""
        return self.unit.split(" ")[0] in _MEASURED

    @property
    def thickness(self) -> float:
        """The smaller distance of the two; infinite where neither side was seen."""
        return min((side.distance for side in (self.passed, self.failed) if side is not None), default=math.inf)


def margins(trials: Iterable[Trial]) -> list[Margin]:
    """The margins of all criteria: quantities before counts, the thinnest first."""
    sides: dict[tuple[str, str, str], dict[Verdict, Nearest]] = {}
    for trial in trials:
        for one in trial.judged:
            for measure in _measures(one) if one.outcome is Outcome.RIGHT else ():
                _keep(sides.setdefault((trial.kata, one.criterion, measure.unit), {}), trial, one.verdict, measure)
    found = [_margin(key, nearest) for key, nearest in sides.items()]
    return sorted(found, key=lambda m: (not m.is_measured, m.thickness, m.kata, m.criterion))


def _measures(one: Judged) -> list[Measure]:
    """What was measured: what decided, and what a pass rests on as well."""
    decided = [] if one.value is None or one.limit is None else [Measure(one.value, one.limit, one.unit)]
    return [*decided, *one.also]


def _keep(nearest: dict[Verdict, Nearest], trial: Trial, verdict: Verdict, measure: Measure) -> None:
    seen = Nearest(measure.value, measure.limit, trial.variant, trial.condition.text, trial.seed)
    if verdict not in nearest or seen.distance < nearest[verdict].distance:
        nearest[verdict] = seen


def _margin(key: tuple[str, str, str], nearest: dict[Verdict, Nearest]) -> Margin:
    kata, criterion, unit = key
    limit = next(iter(nearest.values())).limit
    return Margin(kata, criterion, unit, limit, nearest.get(Verdict.PASSED), nearest.get(Verdict.FAILED))
