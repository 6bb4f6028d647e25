"""Criteria that were not tried, and why."""

from __future__ import annotations

from collections.abc import Sequence

from runner.catalog.kata import Criterion
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult


def not_tried(criterion: Criterion, why: str) -> CriterionResult:
    """A result that says why there is none; `why` ends a sentence."""
    finding = Finding(Verdict.BLOCKED, f"Not tried: {why}.")
    return CriterionResult(criterion.id, criterion.sentence, finding, lesson=criterion.lesson)


def needed(missing: Sequence[str]) -> str:
    """Why a criterion was not tried that needs these others."""
    return f"it needs {', '.join(missing)}, which did not pass"
