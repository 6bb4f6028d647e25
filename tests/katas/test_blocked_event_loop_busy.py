"""`blocked-event-loop` on a busy machine, over histories made by hand: what a slow machine excuses and what not."""

from __future__ import annotations

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.blocked_event_loop_rounds import KEY_MS, exchange, rendering, verdict_of

probes = kata_module("blocked-event-loop")


def _stretched(history: History, spent: dict[str, float] | None, work_ms: float = 60.0) -> History:
    """Its five reports of 400 ms had work for 60; where the other 340 went, as the kernel tells."""
    history.note("work_ms", work_ms)
    history.note("spent", [spent] * 5)
    return history


@pytest.mark.parametrize(
    ("spent", "verdict"),
    [
        ({"slept_ms": 340.0, "ran_ms": 60.0}, Verdict.FAILED),
        ({"slept_ms": 0.0, "ran_ms": 600.0}, Verdict.FAILED),
        (None, Verdict.FAILED),
        ({"slept_ms": 0.0, "ran_ms": 65.0}, Verdict.PASSED),
    ],
)
def test_a_wait_grows_only_with_what_the_machine_made_of_the_work(
    spent: dict[str, float] | None, verdict: Verdict
) -> None:
    assert verdict_of(probes.they_overtake_one(_stretched(rendering(150.0), spent))) is verdict


def test_where_the_kernel_tells_nothing_the_verifiers_own_work_does() -> None:
    history = _stretched(rendering(150.0), None)
    history.note("slowdowns", [4.0])
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.PASSED


def test_a_stall_is_not_hidden_in_a_report_that_is_made_long() -> None:
    history = History()
    history.note("key_ms", KEY_MS)
    history.note("work_ms", 400.0)
    history.note("rounds", 3)
    history.note("spent", [{"slept_ms": 9600.0, "ran_ms": 400.0}] * 3)
    for number in range(3):
        began = 1.0 + 20.0 * number
        for n in range(1000):
            stall_ms = max(1.0, 390.0 - n * 10.0)
            history.add_exchange(exchange("ordinary", began + n * 0.01, stall_ms))
        history.add_exchange(exchange(f"report {number}", began, 10_000.0, status=201))
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED


@pytest.mark.parametrize("spent", [{"slept_ms": 0.0, "ran_ms": 2400.0}, {"slept_ms": 7000.0, "ran_ms": 400.0}])
def test_a_busy_machine_excuses_nothing_in_a_round_that_the_service_drew_out(spent: dict[str, float]) -> None:
    history = History()
    for name, value in {
        "key_ms": KEY_MS,
        "work_ms": 400.0,
        "rounds": 3,
        "slowdowns": [4.5],
        "spent": [spent] * 3,
    }.items():
        history.note(name, value)
    for number in range(3):
        began = 1.0 + 20.0 * number
        for n in range(1000):
            history.add_exchange(exchange("ordinary", began + n * 0.01, max(1.0, 150.0 - n * 10.0)))
        history.add_exchange(exchange(f"report {number}", began, 10_000.0, status=201))
        history.add_lag(began + 9.0, 0.5)
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED


@pytest.mark.parametrize(
    ("slept_ms", "ours", "expected"), [(0.0, 1.0, (2.0, 6.0)), (3000.0, 1.0, (2.0, 3.0)), (0.0, 4.0, (6.0, 6.0))]
)
def test_a_stretched_round_is_certainly_slowed_by_no_more_than_twice_our_own_work(
    slept_ms: float, ours: float, expected: tuple[float, float]
) -> None:
    history = History()
    history.note("slowdowns", [ours])
    history.note("spent", [{"slept_ms": slept_ms, "ran_ms": 900.0, "throttled_ms": 0.0}])
    assert probes.overtaking.slowed_by(history, 0, 6000.0, 1000.0) == expected


@pytest.mark.parametrize(("starved_ms", "verdict"), [(0.0, Verdict.FAILED), (100.0, Verdict.INCONCLUSIVE)])
def test_a_wait_that_the_service_spent_waiting_for_a_core_cannot_be_told(starved_ms: float, verdict: Verdict) -> None:
    history = _stretched(rendering(150.0), {"slept_ms": 0.0, "ran_ms": 65.0}, work_ms=380.0)
    for number in range(5):
        history.add_starved(1.5 + number, starved_ms / 1000)
    assert verdict_of(probes.they_overtake_one(history)) is verdict


def test_a_service_that_draws_a_round_out_is_not_excused_by_waiting_for_a_core() -> None:
    history = _stretched(rendering(150.0), {"slept_ms": 0.0, "ran_ms": 600.0})
    for number in range(5):
        history.add_starved(1.5 + number, 0.2)
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED
