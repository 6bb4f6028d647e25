"""The report of one verification: every output format is made from it."""

from __future__ import annotations

from msgspec import Struct

from runner.record.finding import Finding, Verdict, combine

EXIT_CODES = {
    Verdict.PASSED: 0,
    Verdict.FAILED: 1,
    Verdict.BLOCKED: 3,
    Verdict.INCONCLUSIVE: 3,
    Verdict.ERROR: 3,
}


class CriterionResult(Struct, frozen=True):
    """One criterion's verdict. `wall_s` is all the time its probe took; `window_s` what the probe declared it needs.

    `lesson` is the page that explains the criterion, `name#page`; empty where its kata names none.
    """

    criterion: str
    sentence: str
    finding: Finding
    rounds: int = 1
    wall_s: float = 0.0
    window_s: float = 0.0
    starts: int = 0
    lesson: str = ""


class Report(Struct, frozen=True):
    """All verdicts of one verification, with what is needed to repeat it."""

    kata: str
    sandbox: str
    sealed: bool
    seed: int
    started_at: str
    wall_s: float
    results: tuple[CriterionResult, ...]
    versions: dict[str, str]
    notices: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The results together, by the rule of `combine`."""
        return combine(result.finding.verdict for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 our fault or not to be said."""
        return EXIT_CODES[self.verdict]
