"""Several seeds instead of one: the verifications of a full judgement, told as one stream with one report.

A screen tries one seed, for the edit loop. What is to count is tried with several; for each criterion a definite
failure with any of them dominates, and what could not be said with one of them taints a pass.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from msgspec import structs

from runner.record.events import Event, RunEnded
from runner.record.finding import Verdict, combine
from runner.record.report import CriterionResult, Report
from runner.verifier.request import VerifyRequest

FULL_SEEDS = 3
_SEEDS = 2**63
Verify = Callable[[VerifyRequest], AsyncGenerator[Event, None]]


async def verify_seeds(request: VerifyRequest, first: int, verify_by: Verify) -> AsyncGenerator[Event, None]:
    """The events of `request.seeds` runs from the seed `first` on, and at the end one report of all.

    A run in which nothing passed is the last one: the others would find the same.
    """
    reports: list[Report] = []
    with tempfile.TemporaryDirectory(prefix="prodrill-full-") as scratch:
        for number in range(request.seeds):
            histories = Path(scratch) / str(number)
            histories.mkdir()
            once = structs.replace(
                request, seeds=1, seed=(first + number) % _SEEDS, histories=histories if request.histories else None
            )
            async with contextlib.aclosing(verify_by(once)) as events:
                async for event in events:
                    if isinstance(event, RunEnded):
                        reports.append(event.report)
                    else:
                        yield event
            if all(each.finding.verdict is not Verdict.PASSED for each in reports[-1].results):
                break
        report = combined(reports)
        if request.histories is not None:
            _keep(report, reports, Path(scratch), request.histories)
    yield RunEnded(report.wall_s, report)


def combined(reports: Sequence[Report]) -> Report:
    """One report of several runs of the same service: for each criterion the result that decides."""
    first = reports[0]
    seen = [[(report.seed, result) for report in reports for result in report.results if result.criterion == name]
            for name in (each.criterion for each in first.results)]  # fmt: skip
    return structs.replace(
        first,
        wall_s=sum(report.wall_s for report in reports),
        results=tuple(map(_decisive, seen)),
        notices=tuple(dict.fromkeys(notice for report in reports for notice in report.notices)),
        seeds=tuple(report.seed for report in reports),
    )


def _decisive(results: Sequence[tuple[int, CriterionResult]]) -> CriterionResult:
    verdict = combine(result.finding.verdict for _, result in results)
    seed, result = next((seed, each) for seed, each in results if each.finding.verdict is verdict)
    return structs.replace(
        result,
        seed=seed,
        rounds=sum(each.rounds for _, each in results),
        wall_s=sum(each.wall_s for _, each in results),
        window_s=sum(each.window_s for _, each in results),
        starts=sum(each.starts for _, each in results),
    )


def _keep(report: Report, reports: Sequence[Report], scratch: Path, into: Path) -> None:
    """The histories that decided."""
    folders = {each.seed: scratch / str(number) for number, each in enumerate(reports)}
    for result in report.results:
        if result.seed is None:
            continue
        kept = folders[result.seed] / f"{result.criterion}.json"
        if kept.exists():
            shutil.copy(kept, into / kept.name)
