"""Makers of findings, and the few statistics judges share. All pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from runner.record.finding import Finding, Verdict
from runner.record.history import History

VERY_LATE_S = 1.0
"""A single lateness of the verifier from which times say nothing."""


def passed(sentence: str, **evidence: Any) -> Finding:
    """The criterion holds; `evidence` are the fields of Finding."""
    return _finding(Verdict.PASSED, sentence, evidence)


def failed(sentence: str, **evidence: Any) -> Finding:
    """The criterion does not hold: say what was seen and what a learner can act on."""
    return _finding(Verdict.FAILED, sentence, evidence)


def inconclusive(sentence: str, **evidence: Any) -> Finding:
    """It cannot be said: the machine was busy, or the fault did not bite. The probe is repeated."""
    return _finding(Verdict.INCONCLUSIVE, sentence, evidence)


def at_least(limit: float, value: float, *, unit: str, yes: str, no: str, **evidence: Any) -> Finding:
    """Passed where `value` is `limit` or more."""
    return _bound(operator.ge, limit, value, unit, yes, no, evidence)


def at_most(limit: float, value: float, *, unit: str, yes: str, no: str, **evidence: Any) -> Finding:
    """Passed where `value` is `limit` or less."""
    return _bound(operator.le, limit, value, unit, yes, no, evidence)


def _bound(
    holds: Callable[[float, float], bool],
    limit: float,
    value: float,
    unit: str,
    yes: str,
    no: str,
    evidence: dict[str, Any],
) -> Finding:
    make = passed if holds(value, limit) else failed
    return make(yes if holds(value, limit) else no, value=value, limit=limit, unit=unit, **evidence)


def may_be_our_lateness(history: History, from_s: float, to_s: float, limit_s: float) -> bool:
    """Whether something that took from one moment to the other may have been over its limit for a busy machine alone.

    So it may where all that we were late by, and all that the service waited for a core, would make the difference.
    And where we were once late by a second or more: from such a machine times say nothing.
    """
    net_s = history.net_s(from_s, to_s) - history.starved_s(from_s, to_s)
    return net_s <= limit_s or history.lag_s(from_s, to_s) > VERY_LATE_S


def held_up_s(history: History, from_s: float, to_s: float) -> float:
    """How late we were, and how long the service waited for a core, between two moments: all in all, at most."""
    return history.late_s(from_s, to_s) + history.starved_s(from_s, to_s)


def _finding(verdict: Verdict, sentence: str, evidence: dict[str, Any]) -> Finding:
    for name in ("decided_by", "series", "also"):
        if name in evidence:
            evidence[name] = tuple(evidence[name])
    return Finding(verdict=verdict, sentence=sentence, **evidence)


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's rank correlation (tau-a) of two sequences of equal length: 1 same order, -1 reversed, 0 unrelated."""
    n = len(first)
    if n < 2:
        return 0.0
    score = 0
    for i in range(n):
        for j in range(i + 1, n):
            product = (first[i] - first[j]) * (second[i] - second[j])
            score += (product > 0) - (product < 0)
    return score / (n * (n - 1) / 2)
