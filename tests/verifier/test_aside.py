"""Two children's events told as one stream: whole probes, only what counts, one report; and both ended with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

import pytest

from runner.catalog.kata import Criterion
from runner.record.events import (
    Event,
    LineLogged,
    NoticeGiven,
    ProbeJudged,
    ProbeResumed,
    ProbeStarted,
    RunEnded,
    RunStarted,
    ServiceReady,
    ServiceStopped,
    VitalsSampled,
)
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.verifier.aside import side_by_side

P, F, BLOCKED, ERROR = Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED, Verdict.ERROR
FIRST, SLOW, LAST = (
    Criterion("first", "s", "m", "l", "w"),
    Criterion("slow", "s", "m", "l", "w", needs=("first",), aside=True),
    Criterion("last", "s", "m", "l", "w"),
)
ALL = (FIRST, SLOW, LAST)


def _result(name: str, verdict: Verdict) -> CriterionResult:
    return CriterionResult(name, "s", Finding(verdict, f"{name} {verdict}"))


def _probe(name: str, verdict: Verdict = P) -> list[Event]:
    return [ProbeStarted(1.0, name), LineLogged(1.0, "stdout", name), ProbeJudged(2.0, _result(name, verdict))]


def _ended(wall_s: float, *results: CriterionResult) -> RunEnded:
    return RunEnded(wall_s, Report("k", "process", False, 7, "now", wall_s, results, {}))


def _started(*criteria: str) -> RunStarted:
    return RunStarted(0.0, "k", "process", False, 7, criteria)


class Script:
    """A child that says what it is told to; at an `asyncio.Event` it waits until that is set."""

    def __init__(self, events: Sequence[Event | asyncio.Event]) -> None:
        self._events = events
        self.closed = self.was_through = self.cleaned = False

    async def run(self) -> AsyncGenerator[Event, None]:
        try:
            for event in self._events:
                if isinstance(event, asyncio.Event):
                    await event.wait()
                else:
                    yield event
                    await asyncio.sleep(0)
            self.was_through = True
        finally:
            self.closed = True
            await asyncio.sleep(0.05)  # a child removes what it started
            self.cleaned = True


async def _told(main: Script, aside: Script) -> list[Event]:
    async with asyncio.timeout(5), contextlib.aclosing(_both(main, aside)) as events:
        return [event async for event in events]


def _both(main: Script, aside: Script) -> AsyncGenerator[Event, None]:
    return side_by_side(ALL, main.run(), aside.run(), asyncio.Event())


def _names(events: Sequence[Event]) -> list[str]:
    """The stream in short: what was started, printed, judged."""
    return [
        event.text if isinstance(event, LineLogged)
        else f"+{event.criterion}" if isinstance(event, ProbeStarted)
        else f">{event.criterion} {event.round}" if isinstance(event, ProbeResumed)
        else f"={event.result.criterion} {event.result.finding.verdict}" if isinstance(event, ProbeJudged)
        else type(event).__name__
        for event in events
    ]  # fmt: skip


STARTED = _started("first", "last")
MAIN_END = _ended(4.0, _result("first", P), _result("last", P))
ASIDE_END = _ended(6.0, _result("slow", P))


async def _told_once_aside_is_through(main: Sequence[Event], after: int, aside: Sequence[Event]) -> list[Event]:
    """Everything told where the stream aside is through when `after` events of main are."""
    go_on = asyncio.Event()
    beside = Script([*aside, ASIDE_END])

    async def release() -> None:
        while not beside.closed:
            await asyncio.sleep(0.01)
        go_on.set()

    _, told = await asyncio.gather(release(), _told(Script([*main[:after], go_on, *main[after:]]), beside))
    return told


def test_a_probe_aside_is_told_whole_between_two_others_and_the_report_has_their_order() -> None:
    main = [STARTED, *_probe("first"), *_probe("last"), MAIN_END]
    aside = [_started("slow"), NoticeGiven(0.0, "again"), *_probe("slow")]
    told = asyncio.run(_told_once_aside_is_through(main, 4, aside))
    assert _names(told) == [
        "RunStarted", "+first", "first", "=first passed", "+last", "last", "=last passed",
        "+slow", "slow", "=slow passed", "RunEnded",
    ]  # fmt: skip
    started, ended = told[0], told[-1]
    assert isinstance(started, RunStarted) and started.criteria == ("first", "slow", "last")
    assert isinstance(ended, RunEnded) and ended.report.wall_s == 6.0
    assert [result.criterion for result in ended.report.results] == ["first", "slow", "last"]
    assert ended.report.verdict is P


def test_what_is_through_before_another_probe_begins_is_told_before_it() -> None:
    main = [STARTED, *_probe("first"), *_probe("last"), MAIN_END]
    assert _names(asyncio.run(_told_once_aside_is_through(main, 3, _probe("slow")))) == [
        "RunStarted", "+first", "first", "=first passed", "+slow", "slow", "=slow passed",
        "+last", "last", "=last passed", "RunEnded",
    ]  # fmt: skip


def test_once_the_others_are_through_it_is_told_as_it_happens_vitals_too() -> None:
    async def scenario() -> list[Event]:
        main_is_through, seen = asyncio.Event(), []
        vitals = VitalsSampled(1.0, 1.0, 0.1, 1, 1, 1, 0.1)
        aside = Script([vitals, ProbeStarted(1.0, "slow"), main_is_through, vitals, *_probe("slow")[1:], ASIDE_END])
        main = Script([STARTED, *_probe("first"), *_probe("last"), MAIN_END])
        async with asyncio.timeout(5), contextlib.aclosing(_both(main, aside)) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, ProbeStarted) and event.criterion == "slow":
                    main_is_through.set()
        return seen

    told = _names(asyncio.run(scenario()))
    assert told[-5:] == ["+slow", "VitalsSampled", "slow", "=slow passed", "RunEnded"]
    assert told.count("VitalsSampled") == 1


def test_one_that_failed_is_told_at_once_and_what_it_came_between_goes_on() -> None:
    main = [STARTED, *_probe("first"), ProbeStarted(3.0, "last", 2), *_probe("last")[1:], MAIN_END]
    aside = [*_probe("slow", F)[:2], ServiceStopped(1.5, None, "SIGKILL"), _probe("slow", F)[2]]
    assert _names(asyncio.run(_told_once_aside_is_through(main, 5, aside))) == [
        "RunStarted", "+first", "first", "=first passed", "+last", "+slow", "slow", "=slow failed", ">last 2",
        "last", "=last passed", "RunEnded",
    ]  # fmt: skip


def test_one_that_failed_waits_for_what_it_needs() -> None:
    main = [STARTED, *_probe("first"), *_probe("last"), MAIN_END]
    assert _names(asyncio.run(_told_once_aside_is_through(main, 2, _probe("slow", F)))) == [
        "RunStarted", "+first", "first", "=first passed", "+slow", "slow", "=slow failed", "+last", "last",
        "=last passed", "RunEnded",
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", [F, Verdict.INCONCLUSIVE, ERROR])
def test_where_what_it_needs_did_not_pass_nothing_of_it_is_told_and_it_is_ended(verdict: Verdict) -> None:
    async def scenario() -> tuple[list[Event], Script]:
        aside = Script([*_probe("slow", F), asyncio.Event()])
        main = Script([STARTED, *_probe("first", verdict), *_probe("last"), _ended(4.0, _result("first", verdict))])
        return await _told(main, aside), aside

    told, aside = asyncio.run(scenario())
    assert aside.closed and not aside.was_through
    assert aside.cleaned, "told twice to end, and cut off while it cleaned up"
    assert "+slow" not in _names(told) and "=slow blocked" in _names(told)
    ended = told[-1]
    assert isinstance(ended, RunEnded)
    assert [each.finding.verdict for each in ended.report.results] == [verdict, BLOCKED, P]
    assert "needs first, which did not pass" in ended.report.results[1].finding.sentence


def test_a_stream_that_ends_without_a_word_is_an_error_and_never_a_pass() -> None:
    async def scenario() -> list[Event]:
        return await _told(
            Script([STARTED, *_probe("first"), *_probe("last"), MAIN_END]), Script([ProbeStarted(1.0, "slow")])
        )

    ended = asyncio.run(scenario())[-1]
    assert isinstance(ended, RunEnded)
    assert ended.report.verdict is ERROR and ended.report.results[1].finding.verdict is ERROR


def test_what_could_not_be_opened_aside_says_so_in_the_report() -> None:
    trouble = CriterionResult("slow", "s", Finding(ERROR, "The network is full."))

    async def scenario() -> list[Event]:
        return await _told(
            Script([STARTED, *_probe("first"), *_probe("last"), MAIN_END]), Script([_ended(0.0, trouble)])
        )

    ended = asyncio.run(scenario())[-1]
    assert isinstance(ended, RunEnded) and ended.report.results[1].finding.sentence == "The network is full."


def test_a_main_stream_without_an_end_gives_none_and_does_not_wait_for_the_other() -> None:
    aside = Script([asyncio.Event()])

    async def scenario() -> list[Event]:
        return await _told(Script([STARTED, *_probe("first")]), aside)

    assert not any(isinstance(event, RunEnded) for event in asyncio.run(scenario()))
    assert aside.closed


def test_closing_it_closes_both() -> None:
    main, aside = Script([STARTED, *_probe("first"), asyncio.Event()]), Script([*_probe("slow"), asyncio.Event()])

    async def scenario() -> None:
        async with contextlib.aclosing(_both(main, aside)) as events:
            async for event in events:
                if isinstance(event, ProbeJudged):
                    await asyncio.sleep(0.05)
                    break

    asyncio.run(scenario())
    assert main.cleaned and aside.cleaned and not main.was_through


def test_a_fault_of_ours_in_either_is_raised() -> None:
    async def broken() -> AsyncGenerator[Event, None]:
        yield ProbeStarted(1.0, "slow")
        raise OSError("no more descriptors")

    async def scenario() -> None:
        main = Script([STARTED, *_probe("first"), *_probe("last"), MAIN_END])
        async for _ in side_by_side(ALL, main.run(), broken(), asyncio.Event()):
            pass

    with pytest.raises(OSError, match="no more descriptors"):
        asyncio.run(scenario())


@pytest.mark.parametrize(
    ("sandbox", "ports", "before_the_end"),
    [("process", (), True), ("process", (9000,), False), ("docker", (9000,), True)],
)
def test_it_begins_when_the_service_was_seen_to_start_but_not_where_two_would_meet_at_a_port(
    sandbox: str, ports: tuple[int, ...], before_the_end: bool
) -> None:
    async def scenario() -> list[bool]:
        begin, seen = asyncio.Event(), []
        started = RunStarted(0.0, "k", sandbox, False, 7, ("first", "last"))
        main = Script([started, ServiceReady(0.5, "", ports), *_probe("first"), *_probe("last"), MAIN_END])
        aside = Script([begin, *_probe("slow"), ASIDE_END])
        async with asyncio.timeout(5), contextlib.aclosing(side_by_side(ALL, main.run(), aside.run(), begin)) as events:
            async for event in events:
                seen.append((event, begin.is_set()))
        judged = [set_ for event, set_ in seen if isinstance(event, ProbeJudged) and event.result.criterion == "last"]
        assert isinstance(seen[-1][0], RunEnded) and seen[-1][0].report.verdict is P
        return judged

    assert asyncio.run(scenario()) == [before_the_end]


@pytest.mark.parametrize("opens", [True, False])
def test_the_child_aside_is_started_once_the_other_is_open_or_will_never_be(opens: bool) -> None:
    async def scenario() -> tuple[bool, bool]:
        opening = asyncio.Event()
        main = Script([opening, *([STARTED] if opens else []), *_probe("first"), MAIN_END])
        was_started = asyncio.Event()

        async def aside() -> AsyncGenerator[Event, None]:
            was_started.set()
            for event in (*_probe("slow"), ASIDE_END):
                yield event

        async with (
            asyncio.timeout(5),
            contextlib.aclosing(side_by_side(ALL, main.run(), aside(), asyncio.Event())) as events,
        ):
            telling = asyncio.ensure_future(_all_of(events))
            await asyncio.sleep(0.05)
            before = was_started.is_set()
            opening.set()
            await telling
        return before, was_started.is_set()

    assert asyncio.run(scenario()) == (False, True)


async def _all_of(events: AsyncGenerator[Event, None]) -> list[Event]:
    return [event async for event in events]
