"""The judge of `exits-when-drained` in `abrupt-shutdown`: gone soon, if need be at the second try, by a clean exit."""

from __future__ import annotations

import pytest

from runner.catalog.kata import Limits
from runner.probes import History, Verdict
from runner.probes.verdict import find_out
from runner.record.history import SignalSent
from tests.katas import kata_module
from tests.katas.abrupt_shutdown_told import cut, ends, exchange, history_of, judged, killed_by_us

probes = kata_module("abrupt-shutdown")


def _drained() -> History:
    history = history_of()
    history.fault("idle connections", 4)
    history.note("left_s", 0.4)
    history.note("drained_s", 1.5)
    history.add_exchange(exchange("order"))
    return history


@pytest.mark.parametrize(("code", "signal"), [(0, None), (None, "SIGTERM"), (143, None)])
def test_a_prompt_exit_by_zero_or_by_the_signal_passes(code: int | None, signal: str | None) -> None:
    assert judged(probes.it_is_gone_soon, ends(_drained(), 1.6, code, signal)).verdict is Verdict.PASSED


def test_an_exit_with_another_code_fails() -> None:
    assert judged(probes.it_is_gone_soon, ends(_drained(), 1.6, code=1)).verdict is Verdict.FAILED


def test_an_exit_at_the_end_of_the_grace_fails() -> None:
    finding = judged(probes.it_is_gone_soon, ends(_drained(), 5.0))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 3.5, 2.0)
    assert "two clients gone" in finding.sentence and "left within an order" in finding.decided_by[0]


def test_a_pass_without_clients_that_left_half_way_says_nothing() -> None:
    history = ends(_drained(), 1.6)
    history.fault("stock list left half-way", 0)
    outcome = find_out("exits-when-drained", probes.it_is_gone_soon, history, Limits())
    assert outcome.finding.verdict is Verdict.INCONCLUSIVE


def test_the_kill_that_ends_every_probe_is_no_exit() -> None:
    finding = judged(probes.it_is_gone_soon, killed_by_us(_drained()))
    assert finding.verdict is Verdict.FAILED
    assert "still ran" in finding.sentence


def test_an_order_cut_off_by_a_grace_that_the_machine_used_up_says_nothing() -> None:
    history = history_of()
    history.fault("idle connections", 4)
    history.note("left_s", 0.4)
    history.note("drained_s", 5.0)
    history.add_exchange(cut("order", ended_s=5.0))
    assert judged(probes.it_is_gone_soon, ends(history, 5.1)).verdict is Verdict.INCONCLUSIVE


def test_an_order_cut_off_within_the_grace_fails() -> None:
    history = _drained()
    history.add_exchange(cut("order"))
    assert judged(probes.it_is_gone_soon, ends(history, 1.6)).verdict is Verdict.FAILED


def test_a_late_exit_on_a_busy_machine_says_nothing() -> None:
    history = ends(_drained(), 5.0)
    history.add_lag(3.0, 1.4)
    assert judged(probes.it_is_gone_soon, history).verdict is Verdict.INCONCLUSIVE


def _once_more(first: History) -> History:
    """Started again after a first time that was late, told to stop again, and drained at 11.5 s."""
    first.note("late_before_s", 2.5)
    first.fault("order held", 1)
    first.fault("idle connections", 4)
    first.note("signal", len(first.signals))
    first.note("exit", len(first.exits))
    first.signals.append(SignalSent("SIGTERM", 11.0))
    first.note("drained_s", 11.5)
    return first


@pytest.mark.parametrize("left_late", [True, False])
def test_a_process_that_is_late_once_and_gone_soon_the_next_time_passes(left_late: bool) -> None:
    first = ends(_drained(), 4.1) if left_late else killed_by_us(_drained())
    finding = judged(probes.it_is_gone_soon, ends(_once_more(first), 11.6))
    assert (finding.verdict, finding.value) == (Verdict.PASSED, 0.1)
    assert "the first time it took 2.5 s" in finding.decided_by[0]


def test_a_process_that_is_late_twice_fails() -> None:
    finding = judged(probes.it_is_gone_soon, ends(_once_more(ends(_drained(), 4.1)), 13.6))
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 2.1)
    assert finding.sentence.endswith("twice.")


def test_the_exit_that_counts_is_the_last_one_of_its_own() -> None:
    crashed = ends(_once_more(ends(_drained(), 4.1)), 11.6, code=1)
    assert judged(probes.it_is_gone_soon, crashed).verdict is Verdict.FAILED


def test_a_second_time_without_an_order_to_stay_for_says_nothing() -> None:
    history = ends(_once_more(ends(_drained(), 4.1)), 11.6)
    history.fault("idle connections", -4)
    assert judged(probes.it_is_gone_soon, history).verdict is Verdict.INCONCLUSIVE
