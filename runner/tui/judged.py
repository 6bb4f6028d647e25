"""Gathers what the page of one verdict says, of the run at the bench or of the newest attempt."""

from __future__ import annotations

from runner.catalog.kata import Kata
from runner.record.finding import Verdict
from runner.record.report import CriterionResult
from runner.tui.desk import Desk
from runner.tui.moment import lines_kept, lines_live, moment_of
from runner.tui.verdict_screen import Judged
from runner.tui.workbench import Bench


def judged_of(desk: Desk, kata: Kata, bench: Bench, criterion: str) -> Judged | None:
    """None where the criterion has no verdict yet. Raises `DeskError` where the attempt cannot be read."""
    board = bench.board
    result = board.results.get(criterion)
    if result is None:
        return None
    lines = lines_kept(desk.logged(kata, criterion)) if board.recalled else lines_live(board, criterion)
    return Judged(
        kata.criterion(criterion),
        result,
        moment_of(result.finding, lines),
        _rerun(bench, kata, result),
        bench.neighbours.told.get(criterion, ()),
    )


def _rerun(bench: Bench, kata: Kata, result: CriterionResult) -> str:
    if result.finding.verdict in (Verdict.BLOCKED, Verdict.ERROR):
        return ""
    report, seed = bench.board.report, bench.board.seed
    if report is not None:
        return report.rerun(result)
    return f"prodrill verify {kata.slug} --only {result.criterion} --seed {seed}" if seed is not None else ""
