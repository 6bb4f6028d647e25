"""What a round comes to, over histories made by hand: whose fault what is, and what a pass needs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runner.catalog.kata import Limits
from runner.clock import monotonic_s
from runner.probes import Exchange, History, failed, inconclusive, may_be_our_lateness, passed
from runner.probes.verdict import Judge, find_out
from runner.probes.watch import LagWatch
from runner.record.finding import Finding, Verdict, combine
from runner.record.history import Exited, Offered, Trouble


def _ok(history: History) -> Finding:
    return passed("All is well.")


def _history() -> History:
    history = History()
    history.add_exchange(Exchange("a", 1, "GET", "/", 0.0, 0.0, "ok", status=200, ended_s=0.1))
    return history


def _found(history: History, judge: Judge | None = _ok) -> Finding:
    return find_out("c", judge, History.from_bytes(history.to_bytes()), Limits()).finding


def test_a_pass_whose_faults_bit_is_a_pass() -> None:
    history = _history()
    history.fault("held", 0)
    history.fault("held", 2)
    assert _found(history).verdict is Verdict.PASSED


def test_a_pass_whose_fault_was_never_seen_to_bite_is_none_and_names_it() -> None:
    history = _history()
    history.fault("the kill landed in flight", 0)
    finding = _found(history)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "the kill landed in flight" in finding.sentence


def test_a_failure_needs_no_fault_to_have_bitten() -> None:
    history = _history()
    history.fault("held", 0)
    assert _found(history, lambda _: failed("Charged twice.")).verdict is Verdict.FAILED


def test_a_pass_in_which_nothing_was_answered_is_none() -> None:
    history = History()
    history.add_exchange(Exchange("a", 1, "GET", "/", 0.0, 0.0, "unknown", how="timeout"))
    assert _found(history).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("sent", "took_s", "verdict"), [
    (100, 1.01, Verdict.PASSED),
    (100, 2.4, Verdict.PASSED),
    (90, 1.0, Verdict.INCONCLUSIVE),
    (100, 4.0, Verdict.INCONCLUSIVE),
])  # fmt: skip
def test_a_pass_under_a_load_that_was_not_offered_is_none(sent: int, took_s: float, verdict: Verdict) -> None:
    history = _history()
    history.add_offered(Offered("crowd", 0.0, 100, 1.0, sent, took_s))
    assert _found(history).verdict is verdict


def test_a_judge_that_throws_is_our_fault_and_never_a_pass() -> None:
    def throws(history: History) -> Finding:
        return passed(history.notes["missing"])

    finding = _found(_history(), throws)
    assert finding.verdict is Verdict.ERROR and "KeyError" in finding.sentence and "not your fault" in finding.sentence


def test_a_probe_without_a_judge_or_with_a_broken_script_is_our_fault() -> None:
    assert _found(_history(), None).verdict is Verdict.ERROR
    history = _history()
    history.note("script_error", "ZeroDivisionError")
    assert _found(history).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("trouble", "verdict", "never_started"),
    [
        (Trouble("service", "It never listened."), Verdict.FAILED, True),
        (Trouble("sandbox", "no engine"), Verdict.ERROR, True),
        (Trouble("lost", "The database went away."), Verdict.ERROR, False),
        (Trouble("refused", "reset"), Verdict.FAILED, False),
        (Trouble("refused", "timeout"), Verdict.FAILED, False),
        (Trouble("schema", "The tables are gone."), Verdict.FAILED, False),
        (Trouble("ours", "KeyError: 'x' (probes.py:12)"), Verdict.ERROR, False),
    ],
)
def test_a_drive_that_broke_is_blamed_on_whose_fault_it_was(
    trouble: Trouble, verdict: Verdict, never_started: bool
) -> None:
    history = _history()
    history.set_trouble(trouble)
    outcome = find_out("c", _ok, History.from_bytes(history.to_bytes()), Limits())
    assert (outcome.finding.verdict, outcome.never_started) == (verdict, never_started)


def test_no_connection_in_time_says_nothing_where_the_verifier_was_late_itself() -> None:
    history = _history()
    history.set_trouble(Trouble("refused", "timeout"))
    history.add_lag(2.5, 2.0)
    assert _found(history).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("others", "verdict"), [(15.5, Verdict.FAILED), (17.0, Verdict.INCONCLUSIVE)])
def test_what_was_seen_on_a_machine_that_let_nobody_run_does_not_count(others: float, verdict: Verdict) -> None:
    history = _history()
    for n, share in enumerate((0.1, 1.0, 1.0)):
        history.add_crowd(n * 0.1, others * share)
    assert _found(history, lambda _: failed("It was slow.")).verdict is verdict
    passes = _found(history)
    assert passes.verdict is (Verdict.PASSED if verdict is Verdict.FAILED else verdict)
    assert ("wanted each of its cores" in passes.sentence) is (verdict is Verdict.INCONCLUSIVE)
    history.set_trouble(Trouble("service", "It was too slow."))
    outcome = find_out("c", _ok, history, Limits())
    assert outcome.never_started and outcome.finding.verdict is verdict


def test_a_service_that_crowds_the_machine_until_it_is_ended_fails() -> None:
    history = _history()
    history.add_crowd(0.1, 30.0)
    history.add_exit(Exited(None, "SIGKILL", 0.2, "processes"))
    finding = _found(history)
    assert finding.verdict is Verdict.FAILED and "more processes than it may" in finding.sentence


@pytest.mark.parametrize("limit", ["memory", "output", "disk"])
def test_who_meets_another_limit_on_a_crowded_machine_may_have_been_driven_to_it(limit: str) -> None:
    history = _history()
    history.add_crowd(0.1, 30.0)
    history.add_exit(Exited(None, "SIGKILL", 0.2, limit))
    assert _found(history).verdict is Verdict.INCONCLUSIVE


def test_a_start_that_the_machine_held_up_says_nothing_of_the_service() -> None:
    history = History()
    history.set_trouble(Trouble("busy", "The machine was too busy to start it."))
    outcome = find_out("c", _ok, history, Limits())
    assert outcome.never_started and outcome.finding.verdict is Verdict.INCONCLUSIVE


def test_a_service_that_died_unasked_fails_whatever_broke_after_it() -> None:
    history = _history()
    history.add_exit(Exited(9, None, 1.5))
    assert _found(history).verdict is Verdict.FAILED
    history.set_trouble(Trouble("ours", "ConnectionError"))
    finding = _found(history)
    assert finding.verdict is Verdict.FAILED and "code 9" in finding.sentence


def test_what_cannot_be_said_tells_how_busy_the_machine_was() -> None:
    history = _history()
    for at_s in (1.0, 2.0, 3.0):
        history.add_lag(at_s, 0.5)
        history.add_queued(at_s, 0.4)
    sentence = _found(history, lambda _: inconclusive("It cannot be said.")).sentence
    assert sentence == "It cannot be said. The verifier itself was late by 1.5 s in all, and waited 1.2 s for a core."
    assert "late" not in _found(history).sentence


def test_lateness_counts_within_its_window_only() -> None:
    history = History()
    history.add_lag(2.0, 1.0)
    history.add_lag(5.0, 0.5)
    assert history.late_s() == pytest.approx(1.5)
    assert history.late_s(1.5, 1.75) == pytest.approx(0.25)
    assert history.late_s(2.0, 4.5) == 0.0
    assert history.late_s(0.0, 4.6) == pytest.approx(1.1)


def test_a_definite_failure_dominates_and_an_unknown_taints_a_pass() -> None:
    order = [Verdict.PASSED, Verdict.BLOCKED, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAILED]
    for low, verdict in enumerate(order):
        for other in order[low:]:
            assert combine([verdict, other]) is combine([other, verdict]) is other
    assert combine([]) is Verdict.ERROR


def test_what_the_service_waited_for_a_core_counts_where_it_falls_into_the_time_asked_for() -> None:
    history = History()
    history.add_starved(1.0, 0.1)
    history.add_starved(2.0, 0.3)
    assert history.starved_s() == pytest.approx(0.4)
    assert history.starved_s(1.0, 1.8) == pytest.approx(0.3)
    assert history.starved_s(1.9, 3.0) == pytest.approx(0.1)
    assert history.starved_s(2.0, 3.0) == 0.0


@pytest.mark.parametrize(("starved_s", "late_s", "may_be"), [(0, 0, False), (0.3, 0, False), (0.3, 0.3, True)])
def test_a_busy_machine_may_be_why_only_where_it_makes_the_difference(
    starved_s: float, late_s: float, may_be: bool
) -> None:
    history = History()
    history.add_starved(1.2, starved_s)
    history.add_lag(1.4, late_s)
    assert may_be_our_lateness(history, 0.5, 2.0, limit_s=1.0) is may_be


def _watched(work: float, schedstat: Path) -> History:
    async def run() -> History:
        history = History()
        watch = LagWatch(history, schedstat)
        watch.start()
        await asyncio.sleep(0.02)
        until = monotonic_s() + work
        while monotonic_s() < until:
            schedstat.write_text(f"1 {int(monotonic_s() * 1e9)} 3")
        await asyncio.sleep(0.02)
        await watch.stop()
        return history

    return asyncio.run(run())


def test_a_loop_that_was_held_up_is_seen_and_so_is_the_time_it_waited_for_a_core(tmp_path: Path) -> None:
    file = tmp_path / "schedstat"
    file.write_text(f"1 {int(monotonic_s() * 1e9)} 3")
    history = _watched(0.2, file)
    assert 0.18 < history.late_s() < 2.0
    assert 0.18 < history.queued_s() < 2.0


def test_a_kernel_that_does_not_tell_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    history = History()

    async def run() -> None:
        watch = LagWatch(history, tmp_path / "none")
        watch.start()
        await asyncio.sleep(0.03)
        await watch.stop()

    asyncio.run(run())
    assert history.queued_s() == 0.0
