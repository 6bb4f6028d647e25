"""One verification of an answer whose verdicts are known beforehand: what each criterion should be, and what it was.

A criterion that waits for one that should fail has no right verdict; neither has one whose needs were judged wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from runner.catalog.answers import Answer
from runner.catalog.kata import Kata
from runner.record.finding import Measure, Verdict, combine
from runner.record.happened import Watched
from runner.record.report import CriterionResult, Report


class Outcome(StrEnum):
    """A verdict beside the right one."""

    RIGHT = "right"
    FALSE_FAIL = "false fail"
    FALSE_PASS = "false pass"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    NOT_JUDGED = "not judged"

    @property
    def is_wrong(self) -> bool:
        return self in (Outcome.FALSE_FAIL, Outcome.FALSE_PASS)


class Condition(Struct, frozen=True, order=True):
    """Under what a service was judged: `quota` says that it had half a core, `stress` how many loops ran beside it."""

    sandbox: str
    quota: bool = False
    stress: int = 0

    @property
    def text(self) -> str:
        half = ", half a core" if self.quota else ""
        return f"{self.sandbox}{half}, {self.stress} loops"


class Judged(Struct, frozen=True):
    """One criterion of one trial. What is told of it is kept where it was not right, or not judged at once."""

    criterion: str
    outcome: Outcome
    verdict: Verdict
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    also: tuple[Measure, ...] = ()
    rounds: int = 1
    wall_s: float = 0.0
    watched: Watched | None = None
    sentence: str = ""
    decided_by: tuple[str, ...] = ()


class Trial(Struct, frozen=True):
    """One answer, verified once. `first_failed_s` is when the first criterion was known to fail, from the start on."""

    kata: str
    condition: Condition
    kind: str
    variant: str
    round: int
    seed: int
    wall_s: float
    first_failed_s: float | None
    judged: tuple[Judged, ...]

    @property
    def outcome(self) -> Outcome:
        """The service as a whole: whether an accepted fix was refused, or another one let through."""
        verdict = combine(one.verdict for one in self.judged)
        return beside(Verdict.PASSED if self.kind == "accepted" else Verdict.FAILED, verdict)


def expected(kata: Kata, answer: Answer) -> dict[str, Verdict]:
    """What each criterion should come to."""
    right: dict[str, Verdict] = {}
    for criterion in kata.criteria:
        waits = any(right.get(need, Verdict.BLOCKED) is not Verdict.PASSED for need in criterion.needs)
        fails = criterion.id in answer.fails
        right[criterion.id] = Verdict.BLOCKED if waits else Verdict.FAILED if fails else Verdict.PASSED
    return right


def beside(right: Verdict, verdict: Verdict) -> Outcome:
    """What a verdict is where another one, or the same, would be right."""
    match verdict:
        case Verdict.ERROR:
            return Outcome.ERROR
        case Verdict.INCONCLUSIVE:
            return Outcome.INCONCLUSIVE
        case Verdict.BLOCKED:
            return Outcome.NOT_JUDGED
    if right is Verdict.BLOCKED:
        return Outcome.NOT_JUDGED
    if verdict is right:
        return Outcome.RIGHT
    return Outcome.FALSE_FAIL if verdict is Verdict.FAILED else Outcome.FALSE_PASS


def judged_of(report: Report, right: dict[str, Verdict]) -> tuple[Judged, ...]:
    """Each criterion of a report beside its right verdict."""
    return tuple(_judged(result, right[result.criterion]) for result in report.results)


def _judged(result: CriterionResult, right: Verdict) -> Judged:
    finding = result.finding
    outcome = beside(right, finding.verdict)
    is_plain = outcome in (Outcome.RIGHT, Outcome.NOT_JUDGED) and result.rounds == 1
    return Judged(
        result.criterion,
        outcome,
        finding.verdict,
        finding.value,
        finding.limit,
        finding.unit,
        finding.also if finding.verdict is Verdict.PASSED else (),
        result.rounds,
        round(result.wall_s, 3),
        _rounded(result.watched),
        "" if is_plain else finding.sentence,
        () if is_plain else finding.decided_by,
    )


def _rounded(watched: Watched | None) -> Watched | None:
    if watched is None:
        return None
    return Watched(
        round(watched.drove_s, 3), round(watched.late_s, 3), round(watched.queued_s, 3), round(watched.crowd, 1)
    )


def surprises(trials: Iterable[Trial]) -> list[tuple[Trial, Judged]]:
    """Every criterion whose verdict was wrong, or our own fault."""
    return [
        (trial, one) for trial in trials for one in trial.judged if one.outcome.is_wrong or one.outcome is Outcome.ERROR
    ]
