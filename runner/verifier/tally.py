"""Trials added up: for each variant and criterion right, wrong, inconclusive; and in sum how often a verdict is wrong.

What was inconclusive is no verdict: it is counted apart, and in no denominator of a rate of wrong verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from runner.record.finding import Verdict
from runner.verifier.rates import Rate
from runner.verifier.trial import Judged, Outcome, Trial

K = TypeVar("K")


class Counts(Struct, frozen=True):
    """How often each outcome was met."""

    right: int = 0
    false_fail: int = 0
    false_pass: int = 0
    inconclusive: int = 0
    error: int = 0
    not_judged: int = 0

    @property
    def wrong(self) -> int:
        return self.false_fail + self.false_pass

    @property
    def all_right(self) -> bool:
        return not (self.wrong or self.inconclusive or self.error)

    @property
    def inconclusive_rate(self) -> Rate:
        return Rate(self.inconclusive, self.right + self.wrong + self.inconclusive)


class Sums(Struct, frozen=True):
    """Of all trials: by service as a learner would see it, and by verdict on a single criterion."""

    runs: Counts
    verdicts: Counts
    refused_fixes: Rate
    passed_faults: Rate
    false_fails: Rate
    false_passes: Rate


def counted(outcomes: Iterable[Outcome]) -> Counts:
    seen = Counter(outcomes)
    return Counts(**{outcome.value.replace(" ", "_"): seen[outcome] for outcome in Outcome})


def sums(trials: Sequence[Trial]) -> Sums:
    """In sum; the rates are those of wrong verdicts among the ones that were given."""
    fixes = counted(trial.outcome for trial in trials if trial.kind == "accepted")
    faults = counted(trial.outcome for trial in trials if trial.kind != "accepted")
    judged = [one for trial in trials for one in trial.judged]
    should_pass = counted(one.outcome for one in judged if _right_verdict(one) is Verdict.PASSED)
    should_fail = counted(one.outcome for one in judged if _right_verdict(one) is Verdict.FAILED)
    return Sums(
        runs=counted(trial.outcome for trial in trials),
        verdicts=counted(one.outcome for one in judged),
        refused_fixes=Rate(fixes.false_fail, fixes.right + fixes.false_fail),
        passed_faults=Rate(faults.false_pass, faults.right + faults.false_pass),
        false_fails=Rate(should_pass.false_fail, should_pass.right + should_pass.false_fail),
        false_passes=Rate(should_fail.false_pass, should_fail.right + should_fail.false_pass),
    )


def _right_verdict(one: Judged) -> Verdict | None:
    """What would have been right, of a verdict that was given."""
    match one.outcome:
        case Outcome.RIGHT:
            return one.verdict
        case Outcome.FALSE_FAIL:
            return Verdict.PASSED
        case Outcome.FALSE_PASS:
            return Verdict.FAILED
    return None


def grouped(trials: Iterable[Trial], by: Callable[[Trial, Judged], K]) -> dict[K, Counts]:
    """The verdicts on criteria, counted by what `by` says of each."""
    groups: dict[K, list[Outcome]] = {}
    for trial in trials:
        for one in trial.judged:
            groups.setdefault(by(trial, one), []).append(one.outcome)
    return {key: counted(outcomes) for key, outcomes in groups.items()}


def by_variant(trials: Iterable[Trial]) -> dict[tuple[str, str, str], dict[str, Counts]]:
    """For each (kata, kind, variant) the counts of each criterion."""
    cells = grouped(trials, lambda trial, one: (trial.kata, trial.kind, trial.variant, one.criterion))
    table: dict[tuple[str, str, str], dict[str, Counts]] = {}
    for (kata, kind, variant, criterion), counts in cells.items():
        table.setdefault((kata, kind, variant), {})[criterion] = counts
    return table
