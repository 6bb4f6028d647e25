"""An attempt as a row of a list, and as the page beside it."""

from __future__ import annotations

from textual.content import Content

from runner.learner.store import Attempt
from runner.record.finding import Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.card.card import measured, when
from runner.tui.safe import safe_line
from runner.tui.words import VERDICT_GLYPHS, VERDICT_STYLES


def attempt_row(attempt: Attempt, marked: bool) -> Content:
    """`● 12  2026-11-21 20:43  ✓ passed  5/5`; the dot is the mark."""
    verdict = attempt.verdict
    part = "" if attempt.whole else "  in part"
    return Content.assemble(
        ("● " if marked else "  ", "bold $text-accent"),
        f"{attempt.id:>4}  {when(attempt.started_at)}  ",
        (f"{VERDICT_GLYPHS[verdict]} {verdict.value:<12}", VERDICT_STYLES[verdict]),
        f"{attempt.passed}/{attempt.judged}",
        (part, "dim"),
    )


def attempt_text(attempt: Attempt, report: Report) -> Content:
    """What it was verified with, then every criterion with its number."""
    whole = "every criterion" if attempt.whole else "only some criteria"
    facts = " · ".join(
        [f"{when(attempt.started_at)} UTC", whole, f"{report.sandbox} sandbox", f"seed {report.seed}",
         f"{report.wall_s:.1f} s"]
    )  # fmt: skip
    lines = [
        Content.assemble((f"Attempt {attempt.id}", "bold")),
        Content.assemble((safe_line(facts, 300), "dim")),
        Content(""),
    ]
    for result in report.results:
        lines += _criterion(result)
    return Content("\n").join(lines)


def _criterion(result: CriterionResult) -> list[Content]:
    verdict = result.finding.verdict
    head = Content.assemble(
        (f"{VERDICT_GLYPHS[verdict]} {verdict.value}", VERDICT_STYLES[verdict]),
        (f"  {safe_line(result.criterion, 80)}", "bold"),
    )
    number = Content(f"  {safe_line(measured(result.finding), 200)}")
    if verdict is Verdict.PASSED:
        return [head, number]
    return [head, number, Content.assemble((f"  {safe_line(result.finding.sentence, 400)}", "dim"))]
