"""The report of one verification: every output format is made from it."""

from __future__ import annotations

from msgspec import Struct

from runner.record.finding import Finding, Series, Verdict, combine
from runner.record.happened import Watched

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
    `seed` is that of the run which decided, where there were several.
    `watched` is how the verifier itself fared in the round that decided; None where none was driven.
    `vitals` is how the service said it felt meanwhile: shown beside the evidence, never judged by.
    """

    criterion: str
    sentence: str
    finding: Finding
    rounds: int = 1
    wall_s: float = 0.0
    window_s: float = 0.0
    starts: int = 0
    lesson: str = ""
    seed: int | None = None
    vitals: tuple[Series, ...] = ()
    watched: Watched | None = None


class Report(Struct, frozen=True):
    """All verdicts of one verification, with what is needed to repeat it.

    `target` is what was verified, as `prodrill verify` takes it; `seeds` are all that were run, where several were.
    """

    kata: str
    sandbox: str
    sealed: bool
    seed: int
    started_at: str
    wall_s: float
    results: tuple[CriterionResult, ...]
    versions: dict[str, str]
    notices: tuple[str, ...] = ()
    target: str = ""
    seeds: tuple[int, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The results together, by the rule of `combine`."""
        return combine(result.finding.verdict for result in self.results)

    def rerun(self, result: CriterionResult) -> str:
        """The command that runs the probe of this criterion again, with the same inputs in the same order."""
        seed = self.seed if result.seed is None else result.seed
        return f"prodrill verify {self.target or self.kata} --only {result.criterion} --seed {seed}"

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 our fault or not to be said."""
        return EXIT_CODES[self.verdict]
