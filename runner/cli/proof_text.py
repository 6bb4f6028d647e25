"""What a proof found, as lines for a terminal: a row for each verification, sums, and margins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from runner.reports.paint import Paint

if TYPE_CHECKING:
    from runner.verifier.margins import Margin
    from runner.verifier.prove import Row
    from runner.verifier.tally import Counts
    from runner.verifier.trial import Trial


def row_text(row: Row, paint: Paint) -> str:
    """One row of the table."""
    word = paint.style("right", "green") if row.right else paint.style("WRONG", "red", "bold")
    got = ", ".join((*(f"fails {name}" for name in row.got), *row.trouble)) or "passes"
    half = "  half a core" if row.cpus is not None else ""
    return f"{word}  {row.wall_s:4.1f} s  {row.sandbox:<7}{half}  {row.kata}  {answer_text(row)}  {got}"


def answer_text(row: Row) -> str:
    return row.variant if row.kind == row.variant else f"{row.kind}/{row.variant}"


def why_wrong(row: Row) -> list[str]:
    """What was expected instead, and how to see it again; nothing for a row that is right."""
    if row.right:
        return []
    lines = [
        f"       expected: {', '.join(f'fails {name}' for name in row.expected) or 'passes'}; seed {row.report.seed}"
    ]
    surprising = {*row.got} ^ {*row.expected} | {trouble.split(" ")[0] for trouble in row.trouble}
    lines += [
        f"       {result.criterion}: {result.finding.verdict.value}: {result.finding.sentence}"
        for result in row.report.results
        if result.criterion in surprising
    ]
    return lines


def sums_text(trials: Sequence[Trial]) -> Iterator[str]:
    """How often verdicts were right, wrong and inconclusive, and between which bounds that lies."""
    from runner.verifier.tally import sums

    all_of = sums(trials)
    yield f"{len(trials)} runs: {counts_text(all_of.runs)}"
    yield f"verdicts on criteria: {counts_text(all_of.verdicts)}"
    yield f"  accepted fixes refused       {all_of.refused_fixes.text}"
    yield f"  faulty services passed       {all_of.passed_faults.text}"
    yield f"  criteria failed wrongly      {all_of.false_fails.text}"
    yield f"  criteria passed wrongly      {all_of.false_passes.text}"
    yield f"  inconclusive                 {all_of.verdicts.inconclusive_rate.text}"


def counts_text(counts: Counts) -> str:
    told = [f"{counts.right} right", f"{counts.wrong} wrong", f"{counts.inconclusive} inconclusive"]
    return ", ".join(told + ([f"{counts.error} errors"] if counts.error else []))


def unclear_text(trials: Sequence[Trial]) -> Iterator[str]:
    """Each variant and criterion that was not right every time."""
    from runner.verifier.tally import by_variant

    for (kata, kind, variant), criteria in sorted(by_variant(trials).items()):
        name = variant if kind == variant else f"{kind}/{variant}"
        for criterion, counts in criteria.items():
            if not counts.all_right:
                yield f"  {kata}  {name}  {criterion}: {counts_text(counts)}"


def margins_text(found: Sequence[Margin]) -> Iterator[str]:
    """Each measure with the nearest that passed and the nearest that failed."""
    for margin in found:
        yield f"  {margin.kata}  {margin.criterion}: limit {margin.limit:.4g} {margin.unit}"
        yield f"      nearest that passed  {margin.passed.text if margin.passed else 'none seen'}"
        yield f"      nearest that failed  {margin.failed.text if margin.failed else 'none seen'}"
