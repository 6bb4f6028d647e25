"""Proof that every check bites: broken, accepted and rejected variants, each judged as its key says.

Also runs alone: `python -m runner.verifier.prove [KATA...] [--sandbox S] [--variant NAME] [--repeat N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from msgspec import Struct

from runner.catalog.answers import Answer, load_key, materialise
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas, load_kata
from runner.clock import monotonic_s
from runner.record.events import Event, ProbeJudged, RunEnded
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.verifier.request import VerifyError, VerifyRequest
from runner.verifier.trial import Condition, Trial, expected, judged_of
from runner.verifier.verify import verify

Verify = Callable[[VerifyRequest], AsyncGenerator[Event, None]]
HALF_A_CORE = 0.5


class Cell(Struct, frozen=True):
    """One verification to make: `cpus` is what the service may use where that is less than its kata grants."""

    kata: Kata
    answer: Answer
    sandbox: str
    round: int = 1
    cpus: float | None = None


class Row(Struct, frozen=True):
    """One variant verified once: criteria that should fail, that did (`got`), and that were not judged (`trouble`)."""

    kata: str
    sandbox: str
    kind: str
    variant: str
    round: int
    expected: tuple[str, ...]
    got: tuple[str, ...]
    trouble: tuple[str, ...]
    wall_s: float
    report: Report
    cpus: float | None = None
    first_failed_s: float | None = None

    @property
    def right(self) -> bool:
        """Accepted passes everything; the others fail on exactly the criteria named."""
        whole = (
            all(r.finding.verdict is Verdict.PASSED for r in self.report.results) if self.kind == "accepted" else True
        )
        return whole and not self.trouble and set(self.got) == set(self.expected)

    @property
    def is_wrong(self) -> bool:
        """Not only unclear: a verdict is false, or there is none through a fault of ours."""
        verdicts = {r.criterion: r.finding.verdict for r in self.report.results}
        passed = any(verdicts.get(name) is Verdict.PASSED for name in self.expected)
        return passed or bool({*self.got} - {*self.expected}) or Verdict.ERROR in verdicts.values()


def cells_of(
    katas: Sequence[Kata],
    sandboxes: Sequence[str],
    *,
    answers_root: Path | None = None,
    variants: Sequence[str] = (),
    repeat: int = 1,
    quota: bool = False,
) -> list[Cell]:
    """Every variant in every sandbox, `repeat` times, the rounds one after the other.

    With `quota` each is also judged in docker where the service has half a core.
    """
    places: list[tuple[str, float | None]] = [(sandbox, None) for sandbox in sandboxes]
    if quota and "docker" in sandboxes:
        places.append(("docker", HALF_A_CORE))
    return [
        Cell(kata, answer, sandbox, round_, cpus)
        for round_ in range(1, repeat + 1)
        for kata in katas
        for sandbox, cpus in places
        for answer in _chosen(kata, answers_root, variants)
    ]


async def prove(
    cells: Sequence[Cell],
    *,
    jobs: int = 1,
    until_s: float = math.inf,
    on_row: Callable[[Cell, Row], None] = lambda cell, row: None,
    verify_by: Verify = verify,
) -> list[Row]:
    """Make these verifications, `jobs` at a time; `on_row` hears of each as it is known.

    None is begun once the clock says `until_s`, and what was not begun is not among the rows.
    """
    slots = asyncio.Semaphore(jobs)

    async def one(cell: Cell) -> Row | None:
        async with slots:
            if monotonic_s() > until_s:
                return None
            row = await _one(cell, verify_by)
        on_row(cell, row)
        return row

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(cell)) for cell in cells]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
    return [row for task in tasks if (row := task.result()) is not None]


def trial_of(cell: Cell, row: Row, stress: int) -> Trial:
    """A row as the ledger keeps it: each verdict beside the right one."""
    return Trial(
        kata=row.kata,
        condition=condition_of(cell, stress),
        kind=row.kind,
        variant=row.variant,
        round=row.round,
        seed=row.report.seed,
        wall_s=round(row.wall_s, 3),
        first_failed_s=None if row.first_failed_s is None else round(row.first_failed_s, 3),
        judged=judged_of(row.report, expected(cell.kata, cell.answer)),
    )


def condition_of(cell: Cell, stress: int) -> Condition:
    return Condition(cell.sandbox, cell.cpus is not None, stress)


def _chosen(kata: Kata, answers_root: Path | None, variants: Sequence[str]) -> list[Answer]:
    return [answer for answer in load_key(kata, answers_root).all if not variants or answer.name in variants]


async def _one(cell: Cell, verify_by: Verify) -> Row:
    kata, answer = cell.kata, cell.answer
    with tempfile.TemporaryDirectory(prefix="prodrill-prove-") as scratch:
        folder = materialise(kata, answer, Path(scratch) / "service")
        request = VerifyRequest(kata, folder, cell.sandbox, cpus=cell.cpus)
        report, first_failed_s = await _report(request, verify_by)
    verdicts = {r.criterion: r.finding.verdict for r in report.results}
    return Row(
        kata=kata.slug,
        sandbox=report.sandbox,
        kind=answer.kind,
        variant=answer.name,
        round=cell.round,
        expected=answer.fails,
        got=tuple(c for c, v in verdicts.items() if v is Verdict.FAILED),
        trouble=tuple(f"{c} {v}" for c, v in verdicts.items() if v in (Verdict.ERROR, Verdict.INCONCLUSIVE)),
        wall_s=report.wall_s,
        report=report,
        cpus=cell.cpus,
        first_failed_s=first_failed_s,
    )


async def _report(request: VerifyRequest, verify_by: Verify) -> tuple[Report, float | None]:
    """The report, and how long after the request the first criterion was known to fail."""
    began_s, first_failed_s = monotonic_s(), None
    async with contextlib.aclosing(verify_by(request)) as events:
        async for event in events:
            match event:
                case ProbeJudged(result=result) if first_failed_s is None and result.finding.verdict is Verdict.FAILED:
                    first_failed_s = monotonic_s() - began_s
                case RunEnded(report=report):
                    return report, first_failed_s
    raise VerifyError(f"the verification of {request.kata.slug} ended without a report")


def row_text(row: Row) -> str:
    """A row of the table, for people."""
    mark = "right" if row.right else "WRONG"
    got = ", ".join((*row.got, *row.trouble)) or "passes"
    wanted = "" if row.right else f"   expected: {', '.join(row.expected) or 'passes'}"
    return f"{mark}  {row.kata:20} {row.sandbox:8} {row.kind:9} {row.variant:28} {row.wall_s:5.1f} s  {got}{wanted}"


def main() -> None:
    """Prove from the command line; exit code 1 where a row is wrong."""
    parser = argparse.ArgumentParser(prog="prove")
    parser.add_argument("katas", nargs="*")
    parser.add_argument("--sandbox", action="append")
    parser.add_argument("--variant", action="append", default=[])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--explain", action="store_true")
    given = parser.parse_args()
    katas = [load_kata(slug) for slug in given.katas] or all_katas()

    def show(cell: Cell, row: Row) -> None:
        print(row_text(row), flush=True)
        if given.explain or not row.right:
            _explain(row)

    cells = cells_of(katas, given.sandbox or ["process"], variants=given.variant, repeat=given.repeat)
    rows = asyncio.run(prove(cells, jobs=given.jobs, on_row=show))
    sys.exit(0 if rows and all(row.right for row in rows) else 1)


def _explain(row: Row) -> None:
    for result in row.report.results:
        finding, took = result.finding, f"{result.wall_s:.1f} s, {result.rounds} rounds"
        print(f"      {result.criterion}: {finding.verdict} ({took}) {finding.sentence}")
        print(f"        value {finding.value} limit {finding.limit} {finding.unit} seed {row.report.seed}")
        for event in finding.decided_by:
            print(f"        - {event}")


if __name__ == "__main__":
    main()
