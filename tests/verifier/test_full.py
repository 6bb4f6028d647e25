"""Several seeds told as one run: what decides, what is kept, and when it stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec import structs

from runner.catalog.kata import Kata, KataSpec
from runner.record.events import Event, NoticeGiven, RunEnded
from runner.record.finding import Verdict
from runner.verifier.full import verify_seeds
from runner.verifier.request import VerifyRequest
from tests.cli.fake_engine import report_saying

P, F, UNCLEAR, BLOCKED = Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.BLOCKED
KATA = Kata("slow-sum", Path(), KataSpec("", "", (), 1, 1, ()))


class FakeVerify:
    """Says one pair of verdicts after the other, and writes the histories it is asked for."""

    def __init__(self, *verdicts: tuple[Verdict, Verdict]) -> None:
        self._verdicts = verdicts
        self.seeds: list[int] = []
        self.closed = 0

    async def __call__(self, request: VerifyRequest) -> AsyncGenerator[Event, None]:
        assert request.seed is not None and request.seeds == 1
        right, quick = self._verdicts[len(self.seeds)]
        self.seeds.append(request.seed)
        try:
            yield NoticeGiven(0.0, f"seed {request.seed}")
            if request.histories is not None:
                for name in ("answers-right", "stays-quick"):
                    (request.histories / f"{name}.json").write_text(str(request.seed))
            yield RunEnded(1.0, report_saying(right, quick, seed=request.seed))
        finally:
            self.closed += 1


def _run(fake: FakeVerify, seeds: int = 3, histories: Path | None = None, first: int = 40) -> list[Event]:
    async def collect() -> list[Event]:
        request = VerifyRequest(KATA, Path(), seeds=seeds, histories=histories)
        return [event async for event in verify_seeds(request, first, fake)]

    return asyncio.run(collect())


def test_one_failure_with_any_seed_dominates_and_its_seed_is_named(tmp_path: Path) -> None:
    fake = FakeVerify((P, P), (P, F), (P, UNCLEAR))
    events = _run(fake, histories=tmp_path)
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    report = ended.report
    assert fake.seeds == [40, 41, 42] and report.seeds == (40, 41, 42)
    assert [(each.finding.verdict, each.seed) for each in report.results] == [(P, 40), (F, 41)]
    assert report.verdict is F and report.wall_s == 4.5
    assert report.rerun(report.results[1]) == "prodrill verify slow-sum --only stays-quick --seed 41"
    assert (tmp_path / "stays-quick.json").read_text() == "41"
    assert (tmp_path / "answers-right.json").read_text() == "40"
    assert sum(isinstance(event, RunEnded) for event in events) == 1


def test_what_could_not_be_said_with_one_seed_taints_a_pass() -> None:
    ended = _run(FakeVerify((P, P), (P, UNCLEAR), (P, P)))[-1]
    assert isinstance(ended, RunEnded) and ended.report.verdict is UNCLEAR


def test_where_nothing_passed_the_other_seeds_are_spared() -> None:
    fake = FakeVerify((F, BLOCKED))
    ended = _run(fake)[-1]
    assert isinstance(ended, RunEnded) and ended.report.seeds == (40,)


def test_the_largest_seed_is_followed_by_the_smallest() -> None:
    fake = FakeVerify((P, P), (P, P))
    _run(fake, seeds=2, first=2**63 - 1)
    assert fake.seeds == [2**63 - 1, 0]


def test_closing_the_stream_ends_the_run_under_way() -> None:
    fake = FakeVerify((P, P), (P, P))

    async def leave() -> None:
        request = VerifyRequest(KATA, Path(), seeds=2)
        async with contextlib.aclosing(verify_seeds(structs.replace(request), 1, fake)) as events:
            await anext(events)

    asyncio.run(leave())
    assert fake.closed == 1 and fake.seeds == [1]
