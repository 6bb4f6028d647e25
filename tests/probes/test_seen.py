"""The series that come of themselves: from a history, and the same while it is recorded."""

from __future__ import annotations

import pytest

from runner.catalog.kata import Limits
from runner.probes.seen import ANSWERS, SeenLive, calls_at, seen
from runner.probes.verdict import find_out
from runner.record.finding import MOST_POINTS, Finding, Series, Verdict
from runner.record.happened import CallRecord, Exchange, Sampled
from runner.record.history import History


def _exchange(ended_s: float | None, intended_s: float = 0.0) -> Exchange:
    outcome = "ok" if ended_s is not None else "unknown"
    return Exchange("", 1, "GET", "/", intended_s, intended_s, outcome, status=200, ended_s=ended_s)


def _call(n: int, at_s: float, link: str = "payments") -> CallRecord:
    return CallRecord(link, n, 1, "POST", "/", {}, b"", at_s)


def test_a_history_shows_samples_answers_and_calls_with_their_bounds() -> None:
    history = History()
    history.sample("charges", 2, "charges", 1)
    history.bound(ANSWERS, 1200)
    for ended_s in (0.5, 0.3, None):
        history.add_exchange(_exchange(ended_s))
    for n in (1, 2):
        history.put_call(_call(n, n / 10))
    history.put_call(_call(2, 0.2))
    sampled, answers, calls = seen(history)
    assert (sampled.name, sampled.limit, len(sampled.points)) == ("charges", 1, 1)
    assert answers == Series(ANSWERS, "ms", ((0.3, 300.0), (0.5, 500.0)), 1200)
    assert calls == Series(calls_at("payments"), "calls", ((0.1, 1.0), (0.2, 2.0)))
    assert seen(History.from_bytes(history.to_bytes())) == (sampled, answers, calls)
    assert seen(History()) == ()


def test_many_answers_are_thinned_and_the_slowest_stays() -> None:
    history = History()
    for n in range(5000):
        history.add_exchange(_exchange(n + (0.9 if n == 777 else 0.1), n))
    answers = seen(history)[0]
    assert len(answers.points) <= MOST_POINTS and max(value for _, value in answers.points) == pytest.approx(900)


def test_a_judge_that_brings_no_evidence_gets_this_and_one_that_does_keeps_its_own() -> None:
    history = History()
    history.add_exchange(_exchange(0.5))
    own = (Series("resident", "MiB", ((0.0, 1.0),)),)
    bare = find_out("c", lambda _: Finding(Verdict.PASSED, "s"), history, Limits()).finding
    full = find_out("c", lambda _: Finding(Verdict.PASSED, "s", series=own), history, Limits()).finding
    assert bare.series == seen(history) and full.series == own


def test_live_points_come_every_fifty_milliseconds_but_for_a_higher_one() -> None:
    told: list[Sampled] = []
    live = SeenLive(told.append, lambda: {ANSWERS: 100.0})
    history = History(on_seen=live.take)
    for intended_s, ended_s in ((0.0, 0.01), (0.0, 0.02), (0.019, 0.021), (0.05, 0.075), (0.9, None)):
        history.add_exchange(_exchange(ended_s, intended_s))
    assert [(each.series, each.t_s, round(each.value), each.limit) for each in told] == [
        (ANSWERS, 0.01, 10, 100.0), (ANSWERS, 0.02, 20, 100.0), (ANSWERS, 0.075, 25, 100.0),
    ]  # fmt: skip
    told.clear()
    for n in range(1, 8):
        history.put_call(_call(n, n / 50))
        history.put_call(_call(n, n / 50))
    assert [(each.series, each.value, each.limit) for each in told] == [
        (calls_at("payments"), 1.0, None), (calls_at("payments"), 4.0, None), (calls_at("payments"), 7.0, None),
    ]  # fmt: skip
