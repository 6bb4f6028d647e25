"""A second batch of reports before the first is done in `blocked-event-loop`, over histories made by hand."""

from __future__ import annotations

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.blocked_event_loop_rounds import KEY_MS, blocked, exchange, rendering, verdict_of

probes = kata_module("blocked-event-loop")
overflow = kata_module("blocked-event-loop", "overflow")


def _tried(history: History, waits_ms: list[float], report_ms: float, status: int = 201) -> History:
    """Each try at a second of its own: two requests of the counter, one after the other, and sixteen reports."""
    history.note("overflows", len(waits_ms))
    for number, wait_ms in enumerate(waits_ms):
        at_s = 20.0 + 2 * number
        for n in range(2):
            history.add_exchange(exchange(f"meanwhile {number}", at_s + n * wait_ms / 1000, wait_ms))
        for _ in range(16):
            history.add_exchange(exchange(f"batches {number}", at_s, report_ms, status=status))
    return history


def test_a_counter_that_overtakes_both_batches_passes() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [5.0], 300.0))) is Verdict.PASSED


def test_one_try_of_three_in_which_it_overtakes_is_enough() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [500.0, 500.0, 5.0], 300.0))) is Verdict.PASSED


def test_a_second_batch_that_is_always_answered_before_the_counter_fails() -> None:
    finding = probes.they_overtake_many(_tried(rendering(3.0), [900.0, 700.0, 800.0], 600.0))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (pytest.approx(700.0), KEY_MS)
    assert len(finding.decided_by) == 3


def test_reports_that_are_refused_overtake_nobody() -> None:
    history = _tried(rendering(3.0), [900.0], 5.0, status=503)
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.PASSED


def test_a_wait_of_less_than_a_key_leaves_it_open() -> None:
    history = _tried(rendering(3.0), [900.0, 150.0, 900.0], 100.0)
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("is_late", [True, False])
def test_a_wait_that_the_machine_made_leaves_it_open(is_late: bool) -> None:
    history = _tried(rendering(3.0), [900.0, 900.0, 900.0], 600.0)
    (history.add_lag if is_late else history.add_starved)(22.8, 0.79)
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.INCONCLUSIVE


def test_where_no_second_batch_was_sent_it_is_open() -> None:
    assert verdict_of(probes.they_overtake_many(rendering(3.0))) is Verdict.INCONCLUSIVE


def test_rounds_that_were_held_up_fail_whatever_the_batches_say() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(blocked(rendering(1.0), 405.0), [5.0], 300.0))) is Verdict.FAILED
