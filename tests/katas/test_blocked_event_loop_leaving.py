"""Callers that leave `blocked-event-loop` before their reports are answered, over histories made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.blocked_event_loop_rounds import exchange, verdict_of

probes = kata_module("blocked-event-loop")
leaving = kata_module("blocked-event-loop", "leaving")

STUCK: dict[str, Any] = {"outcome": "unknown", "how": "timeout", "status": None, "ended_s": None}


def _left(stayed: dict[str, Any], left: int = 5, took_ms: float = 500.0) -> History:
    history = History()
    history.note("work_ms", 60.0)
    history.fault("left", left)
    for _ in range(8):
        history.add_exchange(exchange("report", 1.0, took_ms, status=201))
    history.add_exchange(exchange("crowd", 2.0, 80.0, status=201))
    history.add_exchange(exchange("stayed", 2.1, 80.0, **{"status": 201, **stayed}))
    return history


def test_whoever_stays_and_is_answered_passes() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_left({}))) is Verdict.PASSED


def test_whoever_stays_and_is_never_answered_fails() -> None:
    finding = probes.each_has_its_own_answer(_left(STUCK))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (1, 0)


@pytest.mark.parametrize("is_late", [True, False])
def test_a_machine_that_ran_nobody_leaves_it_open_who_would_have_been_answered(is_late: bool) -> None:
    history = _left(STUCK)
    for at_s in range(3, 9):
        if is_late:
            history.add_lag(at_s, 0.8)
        else:
            history.add_starved(at_s, 0.8)
    assert verdict_of(probes.each_has_its_own_answer(history)) is Verdict.INCONCLUSIVE


def test_whoever_stays_and_is_refused_fails() -> None:
    history = _left({"status": 503})
    history.note(leaving.WRONG, ["report “x” was answered 503 where 201 was due"])
    finding = probes.each_has_its_own_answer(history)
    assert finding.verdict is Verdict.FAILED
    assert "503" in finding.sentence


def test_where_nobody_could_leave_it_is_open_what_leaving_costs() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_left({}, left=0))) is Verdict.INCONCLUSIVE


def test_eight_that_took_too_long_fail_although_nobody_could_leave() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_left({}, left=0, took_ms=3000.0))) is Verdict.FAILED
