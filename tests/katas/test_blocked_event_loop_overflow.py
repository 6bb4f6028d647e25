"""A second batch of reports before the first is done in `blocked-event-loop`, over histories made by hand."""

from __future__ import annotations

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.blocked_event_loop_rounds import blocked, exchange, rendering, verdict_of

probes = kata_module("blocked-event-loop")
OPEN = Verdict.INCONCLUSIVE


def _tried(
    history: History, waits_ms: list[float], report_ms: float, status: int = 201, done: int = 16, asked_s: float = 0.05
) -> History:
    """Each try at a second of its own: two requests of the counter, one after the other, and sixteen reports.

    `done` of them take `report_ms`, the others longer than anybody waits.
    """
    history.note("overflows", len(waits_ms))
    for number, wait_ms in enumerate(waits_ms):
        at_s = 20.0 + 2 * number
        for n in range(2):
            history.add_exchange(exchange(f"meanwhile {number}", at_s + asked_s + n * wait_ms / 1000, wait_ms))
        for n in range(16):
            took_ms = report_ms if n < done else 5000.0
            history.add_exchange(exchange(f"batches {number}", at_s, took_ms, status=status))
    return history


def test_a_counter_that_overtakes_both_batches_passes() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [5.0], 300.0))) is Verdict.PASSED


def test_one_try_of_three_in_which_it_overtakes_is_enough() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [500.0, 500.0, 5.0], 300.0))) is Verdict.PASSED


def test_a_second_batch_that_is_always_answered_before_the_counter_fails() -> None:
    finding = probes.they_overtake_many(_tried(rendering(3.0), [900.0, 700.0, 800.0], 600.0))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (16, 0)
    assert len(finding.decided_by) == 3


def test_a_few_reports_before_the_counter_fail_only_where_it_waited_for_longer_than_a_key() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [150.0] * 3, 100.0, done=4))) is OPEN
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [350.0] * 3, 100.0, done=4))) is Verdict.FAILED


def test_reports_that_are_refused_overtake_nobody() -> None:
    history = _tried(rendering(3.0), [900.0], 5.0, status=503)
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.PASSED


@pytest.mark.parametrize("is_late", [True, False])
def test_a_wait_that_the_machine_made_leaves_it_open(is_late: bool) -> None:
    history = _tried(rendering(3.0), [900.0, 900.0, 900.0], 600.0, done=4)
    for at_s in (20.8, 22.8):
        (history.add_lag if is_late else history.add_starved)(at_s, 0.79)
    assert verdict_of(probes.they_overtake_many(history)) is OPEN


def test_a_busy_machine_does_not_let_a_batch_overtake_the_counter() -> None:
    history = _tried(rendering(3.0), [900.0, 900.0, 900.0], 600.0)
    for at_s in (20.8, 22.8, 24.8):
        history.add_starved(at_s, 0.79)
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.FAILED


def test_a_verifier_that_asked_long_after_the_reports_leaves_it_open() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [900.0] * 3, 600.0, asked_s=0.2))) is OPEN


def test_a_counter_that_asked_with_the_reports_has_not_overtaken_them() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(rendering(3.0), [5.0] * 3, 300.0, asked_s=0.001))) is OPEN


def test_where_no_second_batch_was_sent_it_is_open() -> None:
    assert verdict_of(probes.they_overtake_many(rendering(3.0))) is OPEN


def test_rounds_that_were_held_up_fail_whatever_the_batches_say() -> None:
    assert verdict_of(probes.they_overtake_many(_tried(blocked(rendering(1.0), 405.0), [5.0], 300.0))) is Verdict.FAILED
