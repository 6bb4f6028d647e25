"""Records in memory: attempts to list and compare, and a note of every change that was asked for."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.kata import Kata
from runner.learner.certification import Standing, State
from runner.learner.store import Attempt
from runner.record.finding import Finding, Series, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.card.card import Card, Side, make_card
from runner.tui.desk import DeskError
from runner.tui.records import AcceptedAnswer

CODE = "--- a/server.js\n+++ b/server.js\n@@ -1 +1 @@\n-const turns = 1;\n+const turns = 2;\n"


def a_report(kata: Kata, verdict: Verdict, peak: float, seed: int = 7) -> Report:
    """Every criterion with this verdict, and a wait that has this peak."""
    waits = Series("wait of requests", "ms", ((0.0, 1.0), (1.0, peak), (2.0, 1.0)), 59.0, "limit")
    finding = Finding(verdict, "They waited.", peak, 59.0, "ms", series=(waits,))
    results = tuple(CriterionResult(each.id, each.sentence, finding) for each in kata.criteria)
    return Report(kata.slug, "process", False, seed, "2026-01-02T03:04:05Z", 6.5, results, {"node": "24"})


class FakeRecords:
    """Attempts 1 (failed) and 2 (passed); `done` lists what was changed, in order."""

    def __init__(self, kata: Kata) -> None:
        self.kata = kata
        self.reports = {1: a_report(kata, Verdict.FAILED, 304.0), 2: a_report(kata, Verdict.PASSED, 8.0, 8)}
        self.done: list[str] = []
        self.undoable = False
        self.may_change = True
        self.trouble = ""
        self.noted: list[str] = []
        self.states = {kata.slug: State.TO_VERIFY}

    def attempts(self, kata: Kata) -> tuple[Attempt, ...]:
        return tuple(
            Attempt(n, kata.slug, report.started_at, report.verdict, "process", report.seed, True,
                    len(report.results) if report.verdict is Verdict.PASSED else 0, len(report.results), str(n))
            for n, report in self.reports.items()
        )  # fmt: skip

    def report(self, attempt: int) -> Report:
        return self.reports[attempt]

    def card(self, kata: Kata, attempt: int | None = None, against: int | None = None) -> Card:
        if self.trouble:
            raise DeskError(self.trouble)
        before, after = against or 1, attempt or 2
        sides = [
            Side(self.reports[n], title, f"attempt {n}")
            for n, title in ((before, "the broken service"), (after, "your fix"))
        ]
        return make_card(kata.spec.title, sides[0], sides[1], "Event-loop delay, its maximum.")

    def write_card(self, card: Card, file: Path) -> Path:
        self._did(f"card {file.name}")
        return file

    def code_between(self, first: int, second: int) -> str:
        return CODE

    def answers(self, kata: Kata) -> tuple[AcceptedAnswer, ...]:
        return (
            AcceptedAnswer("threads", "Two worker threads", "by hand", "The main thread passes messages.", CODE),
            AcceptedAnswer("piscina", "A pool from Piscina", "npm package", "Kept by others.", CODE.replace("2", "3")),
        )

    def restore(self, kata: Kata, attempt: int) -> str:
        self.undoable = True
        return self._did(f"restore {attempt}")

    def can_undo(self, kata: Kata) -> bool:
        return self.undoable

    def undo(self, kata: Kata) -> str:
        self.undoable = False
        return self._did("undo")

    def changed(self) -> tuple[str, ...]:
        return () if "reset all" in self.done[-1:] else (self.kata.slug,)

    def reset_all(self) -> str:
        return self._did("reset all")

    def undo_reset_all(self) -> str:
        return self._did("undo all")

    def export_progress(self, file: Path) -> str:
        return self._did(f"export {file.name}")

    def import_progress(self, file: Path) -> str:
        return self._did(f"import {file.name}")

    def standings(self) -> tuple[Standing, ...]:
        return (Standing(self.kata, self.states[self.kata.slug]),)

    def note_standing(self, kata: Kata, report: Report) -> None:
        self.noted.append(kata.slug)
        self.states[kata.slug] = State.HELD if report.verdict is Verdict.PASSED else State.REFUSED

    def begin_round_afresh(self) -> None:
        self.states[self.kata.slug] = State.TO_VERIFY
        self._did("afresh")

    def write_certificate(self, file: Path, name: str) -> Path:
        self._did(f"certificate {file.name} for {name}")
        return file

    def _did(self, what: str) -> str:
        if self.trouble:
            raise DeskError(self.trouble)
        self.done.append(what)
        return f"done: {what}"
