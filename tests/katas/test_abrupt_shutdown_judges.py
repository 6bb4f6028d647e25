"""The judges of `abrupt-shutdown`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json

import pytest

from runner.probes import CallRecord, Effect, Exchange, Finding, History, Verdict
from tests.katas import kata_module
from tests.katas.abrupt_shutdown_told import (
    ORDER,
    SIGNAL_S,
    answer_to,
    cut,
    ends,
    exchange,
    history_of,
    judged,
    killed_by_us,
)

probes = kata_module("abrupt-shutdown")


# -- in-flight-complete ------------------------------------------------------------------------------------------------


def _in_flight(order: Exchange, stock: str = "a\nb\n", whole: bool = True, released_s: float = 2.4) -> Finding:
    history = history_of(held=("order held", "stock list held"))
    history.add_exchange(order)
    for name, value in {"stock": "a\nb\n", "stock_read": stock, "stock_whole": whole, "released_s": released_s}.items():
        history.note(name, value)
    return judged(probes.it_is_served_to_its_end, history)


def test_an_order_and_a_stock_list_that_come_whole_pass() -> None:
    assert _in_flight(exchange("order", ended_s=2.5)).verdict is Verdict.PASSED


def test_an_order_accepted_before_the_warehouse_has_answered_fails() -> None:
    finding = _in_flight(exchange("order", ended_s=1.5))
    assert finding.verdict is Verdict.FAILED
    assert "before the warehouse had answered" in finding.sentence


@pytest.mark.parametrize(
    ("order", "stock", "whole"),
    [
        (cut("order"), "a\nb\n", True),
        (exchange("order", status=503), "a\nb\n", True),
        (exchange("order", body=answer_to({**ORDER, "sku": "XX-0000"})), "a\nb\n", True),
        (exchange("order"), "a\n", False),
        (exchange("order"), "a\n", True),
    ],
)
def test_an_answer_cut_wrong_or_short_fails(order: Exchange, stock: str, whole: bool) -> None:
    finding = _in_flight(order, stock, whole)
    assert finding.verdict is Verdict.FAILED
    assert finding.decided_by and finding.reproduce


@pytest.mark.parametrize(("lost_s", "verdict"), [(4.6, Verdict.INCONCLUSIVE), (1.5, Verdict.FAILED)])
def test_where_we_let_go_too_late_only_an_answer_lost_early_fails(lost_s: float, verdict: Verdict) -> None:
    assert _in_flight(cut("order", ended_s=lost_s), released_s=4.5).verdict is verdict


def test_nothing_in_flight_says_nothing() -> None:
    history = history_of(held=("order held",))
    assert judged(probes.it_is_served_to_its_end, history).verdict is Verdict.INCONCLUSIVE


# -- no-half-orders ----------------------------------------------------------------------------------------------------


def _ledger(
    settled: dict[str, str], left_open: int = 0, answered: int = 4, sent_s: tuple[float, ...] = (0.9, 0.9, 1.8, 1.8)
) -> Finding:
    """Confirmations that were sent then, all of them answered at the end; let go 1.7 s into the probe."""
    return judged(probes.every_reservation_is_settled, ends(_reserved(settled, left_open, answered, sent_s), 1.9))


def _reserved(
    settled: dict[str, str], left_open: int = 0, answered: int = 4, sent_s: tuple[float, ...] = (0.9, 0.9, 1.8, 1.8)
) -> History:
    history = history_of(held=("confirmations held", "reservation held"))
    history.note("at_once", 2)
    history.note("closed_until_s", 2.9)
    for n, at_s in enumerate(sent_s, start=1):
        path = f"/reservations/r{n}/confirm"
        history.put_call(CallRecord("warehouse", n, n, "POST", path, {}, b"", at_s, answered_s=1.85))
    history.fault("orders answered", answered)
    history.note("confirmations_s", 1.7)
    history.note("open_connections", left_open)
    for key in ("r1", "r2", "r3", "r4", "r5"):
        history.add_effect("reserve", key, {"reference": f"early-{key}"})
    for key, name in settled.items():
        history.add_effect(name, key, {})
    return history


ALL_CONFIRMED = {f"r{n}": "confirm" for n in range(1, 6)}


def test_reservations_may_be_confirmed_or_released() -> None:
    assert _ledger(ALL_CONFIRMED).verdict is Verdict.PASSED
    assert _ledger({**ALL_CONFIRMED, "r3": "release", "r4": "release"}).verdict is Verdict.PASSED


def test_one_half_written_order_fails_and_is_named() -> None:
    finding = _ledger({key: name for key, name in ALL_CONFIRMED.items() if key != "r4"})
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 1)
    assert any("early-r4" in line for line in finding.decided_by)


@pytest.mark.parametrize(("ended_s", "verdict"), [(1.9, Verdict.FAILED), (5.0, Verdict.INCONCLUSIVE)])
def test_a_half_written_order_after_a_grace_that_the_machine_used_up_says_nothing(
    ended_s: float, verdict: Verdict
) -> None:
    history = ends(_reserved({"r1": "confirm"}), ended_s)
    history.add_starved(3.0, 0.5)
    assert judged(probes.every_reservation_is_settled, history).verdict is verdict


def test_a_connection_left_open_at_the_warehouse_fails() -> None:
    assert _ledger(ALL_CONFIRMED, left_open=2).verdict is Verdict.FAILED


def test_a_connection_that_may_have_been_seen_to_close_too_late_says_nothing() -> None:
    history = ends(_reserved(ALL_CONFIRMED, left_open=2), 1.9)
    history.add_lag(2.8, 0.6)
    assert judged(probes.every_reservation_is_settled, history).verdict is Verdict.INCONCLUSIVE


def test_orders_that_were_never_answered_say_nothing_about_half_written_ones() -> None:
    assert _ledger({}, answered=3).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("answered", [4, 3])
def test_more_confirmations_at_once_than_the_warehouse_allows_fail_whatever_was_tried(answered: int) -> None:
    finding = _ledger(ALL_CONFIRMED, answered=answered, sent_s=(0.9, 0.9, 1.1))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 3, 2)
    assert "under way at once" in finding.sentence


def test_a_confirmation_that_was_given_up_before_another_was_sent_is_not_under_way() -> None:
    history = history_of(held=())
    history.note("confirmations_s", 1.7)
    for n, closed_s in ((1, 1.2), (2, None), (3, 1.9), (4, None)):
        path = "/reservations" if n == 4 else f"/reservations/r{n}/confirm"
        history.put_call(CallRecord("warehouse", n, n, "POST", path, {}, b"", 1.0, closed_s=closed_s))
    assert probes.judges._under_way(history) == 2


# -- refuses-new-orders ------------------------------------------------------------------------------------------------


def _new_orders(
    *tries: Exchange,
    ready: Exchange | None = None,
    booked: str = "",
    stayed: bool = True,
    starved: tuple[float, float] = (0.0, 0.0),
) -> Finding:
    history = history_of(held=("orders held", *(("order held to the end",) if stayed else ())))
    history.note("new", {tag: {**ORDER, "reference": tag} for tag in probes.judges.NEW})
    history.add_starved(*starved)
    history.add_exchange(ready or exchange("readiness", status=503, ended_s=1.1))
    for one in tries:
        history.add_exchange(one)
    if booked:
        body = json.dumps({"reference": booked}).encode()
        history.put_call(CallRecord("warehouse", 1, 1, "POST", "/reservations", {}, body, 1.2))
    return judged(probes.none_is_accepted, history)


@pytest.mark.parametrize(
    "refusal",
    [
        exchange("new-connection", status=503, body=b"{}"),
        cut("new-connection", how="refused", outcome="fail"),
        cut("new-connection", how="reset"),
        cut("new-connection"),
    ],
)
def test_a_refusal_in_any_form_passes(refusal: Exchange) -> None:
    assert _new_orders(refusal, cut("idle-connection", outcome="fail")).verdict is Verdict.PASSED


@pytest.mark.parametrize("tag", ["new-connection", "idle-connection", "freed-connection"])
def test_a_new_order_that_is_accepted_fails(tag: str) -> None:
    assert _new_orders(exchange(tag)).verdict is Verdict.FAILED


def test_an_order_that_was_booked_and_then_lost_counts_as_accepted() -> None:
    assert _new_orders(cut("idle-connection"), booked="idle-connection").verdict is Verdict.FAILED


def test_an_order_that_is_left_without_an_answer_is_not_refused() -> None:
    assert _new_orders(cut("new-connection", how="timeout")).verdict is Verdict.FAILED


def test_an_order_that_a_starved_service_did_not_answer_says_nothing() -> None:
    hung = cut("new-connection", how="timeout")
    assert _new_orders(hung, starved=(1.4, 0.4)).verdict is Verdict.INCONCLUSIVE
    assert _new_orders(hung, exchange("idle-connection"), starved=(1.4, 0.4)).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("ready", "verdict"),
    [
        (exchange("readiness", status=200, sent_s=2.5, ended_s=2.6), Verdict.INCONCLUSIVE),
        (cut("readiness", how="timeout", ended_s=2.6), Verdict.INCONCLUSIVE),
        (exchange("readiness", status=503, sent_s=2.5, ended_s=2.6), Verdict.PASSED),
    ],
)
def test_readiness_that_a_starved_service_told_late_says_nothing(ready: Exchange, verdict: Verdict) -> None:
    refusal = exchange("new-connection", status=503)
    assert _new_orders(refusal, ready=ready, starved=(2.2, 1.0)).verdict is verdict


def test_staying_ready_fails_and_a_refused_readiness_passes() -> None:
    refusal = exchange("new-connection", status=503)
    assert _new_orders(refusal, ready=exchange("readiness", status=200, ended_s=2.6)).verdict is Verdict.FAILED
    assert _new_orders(refusal, ready=cut("readiness", how="refused", outcome="fail")).verdict is Verdict.PASSED


def test_without_an_order_to_stay_for_nothing_is_said() -> None:
    refusal = exchange("new-connection", status=503)
    assert _new_orders(refusal, stayed=False).verdict is Verdict.INCONCLUSIVE
    assert _new_orders(exchange("new-connection"), stayed=False).verdict is Verdict.FAILED


# -- bounded-exit ------------------------------------------------------------------------------------------------------


def _endless() -> History:
    history = history_of(held=())
    history.fault("requests that never end", 2)
    history.note("grace_s", 1.5)
    return history


@pytest.mark.parametrize("code", [0, 1, 137])
def test_an_exit_within_the_grace_and_two_seconds_passes_with_any_code(code: int) -> None:
    assert judged(probes.it_leaves_anyway, ends(_endless(), SIGNAL_S + 3.4, code)).verdict is Verdict.PASSED


def test_waiting_for_ever_fails() -> None:
    assert judged(probes.it_leaves_anyway, killed_by_us(_endless())).verdict is Verdict.FAILED
    assert judged(probes.it_leaves_anyway, ends(_endless(), SIGNAL_S + 4.1)).verdict is Verdict.FAILED


# -- other-signals -----------------------------------------------------------------------------------------------------


def _twice(order: Exchange, *, lost_to_the_first: bool = False, lost: bool = False, gone: bool = False) -> History:
    history = history_of(signals=("SIGINT", "SIGTERM"))
    history.note("lost_to_the_first", lost_to_the_first)
    history.note("lost_while_held", lost)
    history.note("exited_while_held", gone)
    history.note("released_s", 1.4)
    history.add_exchange(order)
    return history


@pytest.mark.parametrize(("code", "signal"), [(0, None), (130, None), (None, "SIGINT"), (None, "SIGTERM")])
def test_two_signals_that_change_nothing_pass(code: int | None, signal: str | None) -> None:
    history = ends(_twice(exchange("order")), 1.6, code, signal)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.PASSED


def test_a_second_signal_may_end_the_process_at_once_with_any_code() -> None:
    history = ends(_twice(cut("order"), lost=True, gone=True), 1.1, 1)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.PASSED


def test_an_order_lost_to_sigint_alone_fails() -> None:
    history = ends(_twice(cut("order"), lost_to_the_first=True, lost=True, gone=True), 1.1, None, "SIGINT")
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.FAILED


def test_a_drain_that_ends_as_a_crash_does_fails() -> None:
    assert judged(probes.it_drains_or_ends, ends(_twice(exchange("order")), 1.6, 1)).verdict is Verdict.FAILED


def test_a_second_signal_that_cuts_the_client_off_while_the_process_stays_fails() -> None:
    history = ends(_twice(cut("order"), lost=True), 5.0)
    history.note("released_s", 3.9)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.FAILED
    history.add_lag(3.0, 1.1)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.INCONCLUSIVE


def test_a_process_that_survives_two_signals_fails() -> None:
    history = killed_by_us(_twice(exchange("order")))
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.FAILED
    history.add_starved(6.0, 2.0)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.INCONCLUSIVE


def test_an_order_lost_after_it_was_let_go_leaves_it_open() -> None:
    history = ends(_twice(cut("order")), 1.5, 1)
    assert judged(probes.it_drains_or_ends, history).verdict is Verdict.INCONCLUSIVE


# -- orders-work -------------------------------------------------------------------------------------------------------


def _day_of_work() -> History:
    """Everything as it should be."""
    history = History()
    orders = {name: {**ORDER, "reference": name} for name in ("good-1", "good-2", "good-3", "none-left", "damaged")}
    history.note("orders", orders)
    history.note("stock", "a\n")
    for name, order in orders.items():
        if name == "none-left":
            history.add_exchange(exchange(name, status=409, body=b"{}"))
            continue
        state = "cancelled" if name == "damaged" else "confirmed"
        history.add_exchange(exchange(name, body=answer_to(order)))
        history.add_exchange(exchange(f"{name}-state", status=200, body=json.dumps({"status": state}).encode()))
        history.add_effect("reserve", f"r-{name}", order)
        history.add_effect("release" if name == "damaged" else "confirm", f"r-{name}", {})
    for tag, status, body in (
        ("readiness", 200, b""),
        ("bad", 400, b""),
        ("unknown", 404, b""),
        ("stock", 200, b"a\n"),
    ):
        history.add_exchange(exchange(tag, status=status, body=body, size=len(body)))
    return history


def test_a_service_that_does_its_work_passes() -> None:
    assert judged(probes.they_are_right, _day_of_work()).verdict is Verdict.PASSED


def test_wrong_answers_states_and_entries_fail() -> None:
    late = _day_of_work()
    late.add_exchange(exchange("good-2-state", status=200, body=b'{"status": "reserved"}'))
    assert judged(probes.they_are_right, late).verdict is Verdict.FAILED
    twice = _day_of_work()
    twice.add_effect("confirm", "r-good-1", {})
    assert judged(probes.they_are_right, twice).verdict is Verdict.FAILED
    short = _day_of_work()
    short.add_exchange(exchange("stock", status=200, body=b"", size=0))
    assert judged(probes.they_are_right, short).verdict is Verdict.FAILED
    early = _day_of_work()
    early.add_exchange(exchange("good-3", body=answer_to({**ORDER, "reference": "good-3"}, "confirmed")))
    assert judged(probes.they_are_right, early).verdict is Verdict.FAILED


def test_an_order_the_warehouse_never_saw_fails() -> None:
    history = _day_of_work()
    kept: list[Effect] = history._kept.effects
    kept[:] = [effect for effect in kept if effect.key != "r-good-3"]
    assert judged(probes.they_are_right, history).verdict is Verdict.FAILED
