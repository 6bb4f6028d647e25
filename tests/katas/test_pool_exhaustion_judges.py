"""The judges of `pool-exhaustion`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from msgspec import structs

from runner.probes import History, Verdict
from runner.record.history import Exited
from tests.katas import kata_module
from tests.katas.pool_exhaustion_told import ABORTED, ACTIVE, IDLE, OPEN, Told, full, presale

probes = kata_module("pool-exhaustion")
told = kata_module("pool-exhaustion", "evidence")
scene = kata_module("pool-exhaustion", "theatre")


# -- bookings-work ----------------------------------------------------------------------------------------------------


def _evening(
    tickets: int = 1,
    sold: int = 1,
    rivals: tuple[int, int] = (201, 409),
    returns: tuple[int, int] = (204, 404),
    **changes: Any,
) -> History:
    body = {"id": 7, "seats": ["A1"]}
    evening = Told(
        answers={"one seat": {"status": 201, "body": {"seats": ["A1"]}}},
        should_be_sold={"12": 1},
        sold=[{"id": 12, "tickets": tickets, "sold": sold}],
    )
    evening.sent("one seat", **{"status": 201, "body": json.dumps(body).encode(), **changes})
    for status in rivals:
        error = b'{"error": "seat_taken"}' if status == 409 else b"{}"
        evening.sent("rivals", status, body=error)
    for status in returns:
        evening.sent("given back twice", status, body=b'{"error": "no_such_booking"}' if status == 404 else b"")
    return evening.fault("left while she waited").history


@pytest.mark.parametrize("returns", [(204, 404), (404, 204), (204, 204)])
def test_bookings_as_agreed_pass(returns: tuple[int, int]) -> None:
    assert probes.bookings_are_right(_evening(returns=returns)).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "history",
    [
        _evening(tickets=0),
        _evening(sold=2),
        _evening(rivals=(201, 201)),
        _evening(returns=(404, 404)),
        _evening(returns=(204, 500)),
        _evening(status=200),
        _evening(body=b'{"seats": ["A2"]}'),
        _evening(body=b"<html>"),
        _evening(outcome="unknown", how="reset", status=None),
    ],
    ids=[
        "no ticket",
        "wrong count",
        "sold twice",
        "not given back",
        "a wrong refusal",
        "wrong status",
        "other seat",
        "no JSON",
        "no answer",
    ],
)
def test_a_booking_that_is_not_as_agreed_fails(history: History) -> None:
    assert probes.bookings_are_right(history).verdict is Verdict.FAILED


def test_a_customer_who_was_never_seen_to_wait_proves_nothing() -> None:
    history = _evening()
    history.faults.clear()
    assert probes.bookings_are_right(history).verdict is Verdict.INCONCLUSIVE


# -- connections-come-back --------------------------------------------------------------------------------------------


def _storm(together: int = 5, good: int | None = 201, refused: int | None = 409, **others: int | None) -> Told:
    storm = Told(kinds=["seat taken", scene.LEFT], together=together)
    storm.sent(f"seat taken{scene.REFUSED}", refused, 5).sent("good", good, 5)
    storm.sent("bystander", others.get("bystander", 201)).sent("same show", others.get("same", 201), 3)
    return storm.sessions("after", IDLE, OPEN).fault(scene.LEFT, bit=4)


def test_five_of_five_at_once_after_the_storm_pass() -> None:
    finding = probes.every_connection_works(_storm().history)
    assert (finding.verdict, finding.value) == (Verdict.PASSED, 5)


@pytest.mark.parametrize(
    ("storm", "word"),
    [
        (_storm(together=4), "4 of 5"),
        (_storm(good=503), "0 were answered 201"),
        (_storm(refused=500), "answered otherwise"),
        (_storm(refused=None), "no answer"),
        (_storm(bystander=None), "customers who had left"),
        (_storm(same=503), "still held them"),
    ],
    ids=["one missing", "none served", "refusals fail", "refusals hang", "behind a statement", "show locked"],
)
def test_a_connection_that_did_not_come_back_as_it_was_fails(storm: Told, word: str) -> None:
    finding = probes.every_connection_works(storm.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


@pytest.mark.parametrize("storm", [_storm(together=4), _storm(refused=None), _storm(same=None)])
def test_on_a_busy_machine_what_was_not_seen_says_nothing(storm: Told) -> None:
    assert probes.every_connection_works(storm.busy().history).verdict is Verdict.INCONCLUSIVE


def test_customers_who_never_waited_prove_nothing() -> None:
    storm = _storm().history
    storm.faults.clear()
    assert probes.every_connection_works(storm).verdict is Verdict.INCONCLUSIVE


# -- nothing-left-open ------------------------------------------------------------------------------------------------


def _rest(*looks: tuple[str, ...], refused: int = 409, before: int = 201) -> History:
    rest = Told().sent("before", before).sent(f"seat taken{scene.REFUSED}", refused, 2)
    for states in looks:
        rest.sessions("rest", *states)
    return rest.history


def test_sessions_that_are_idle_in_the_end_pass() -> None:
    assert probes.nothing_is_open(_rest((OPEN, IDLE), (IDLE, IDLE))).verdict is Verdict.PASSED


@pytest.mark.parametrize("state", [OPEN, ABORTED, ACTIVE])
def test_one_session_inside_a_transaction_fails(state: str) -> None:
    finding = probes.nothing_is_open(_rest((IDLE, state)))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 1, 0)


def test_a_transaction_that_a_busy_machine_did_not_let_end_says_nothing() -> None:
    history = _rest((OPEN,), (OPEN,))
    kept = history._kept
    kept.censuses = [structs.replace(census, at_s=1.0 + 2.5 * n) for n, census in enumerate(kept.censuses)]
    assert probes.nothing_is_open(history).verdict is Verdict.FAILED
    history.add_starved(3.2, 1.3)
    assert probes.nothing_is_open(history).verdict is Verdict.INCONCLUSIVE


def test_a_session_that_never_ran_a_statement_is_no_transaction() -> None:
    rest = Told().sent("before", 201).sent("x", 409).sessions("rest", OPEN, age_s=None)
    assert probes.nothing_is_open(rest.history).verdict is Verdict.PASSED


def test_a_storm_without_refusals_proves_nothing() -> None:
    assert probes.nothing_is_open(_rest((IDLE,), refused=500)).verdict is Verdict.INCONCLUSIVE
    assert probes.nothing_is_open(_rest((IDLE,), before=500)).verdict is Verdict.INCONCLUSIVE


# -- outlives-a-restart -----------------------------------------------------------------------------------------------


def _restart(
    away: int | None = 503, under_way: int | None = 503, again: int = 201, together: int = 4, before: int = 4
) -> Told:
    restart = Told(before=before, together=together).fault("bookings under way", bit=4)
    restart.history.add_act("postgres", "kill")
    restart.sent("under way", under_way, 2).sent("away", away, 2)
    restart.history.add_act("postgres", "start")
    restart.sent("again", again, sent_s=restart.history.now())
    return restart.sent("good", 201, 4)


def test_a_service_that_waits_for_its_database_passes() -> None:
    assert probes.so_does_the_service(_restart().history).verdict is Verdict.PASSED


def test_more_connections_than_its_share_for_a_look_or_two_are_no_excess() -> None:
    restart = _restart().sessions("ended", *[IDLE] * 6).sessions("ended", *[IDLE] * 6).sessions("ended", *[IDLE] * 4)
    assert probes.so_does_the_service(restart.history).verdict is Verdict.PASSED


def test_a_booking_that_was_made_as_the_database_went_may_be_answered_so() -> None:
    def left(status: int, made: list[int]) -> History:
        restart = _restart()
        restart.history.note("made as it went", made)
        return restart.sent("under way", status, body=b'{"id": 7}').history

    assert probes.so_does_the_service(left(201, [6, 7])).verdict is Verdict.PASSED
    finding = probes.so_does_the_service(left(201, [6]))
    assert finding.verdict is Verdict.FAILED and "(under way) got 201" in finding.sentence
    assert probes.so_does_the_service(left(200, [7])).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("restart", "word"),
    [
        (_restart(away=500), "away"),
        (_restart(away=None), "no answer"),
        (_restart(under_way=None), "under way"),
        (_restart(again=503), "was back"),
        (_restart(together=2), "2 of 4"),
        (
            _restart().sessions("ended", *[IDLE] * 6).sessions("ended", *[IDLE] * 5).sessions("ended", *[IDLE] * 6),
            "had 5",
        ),
    ],
    ids=["500 while away", "hangs while away", "lost under way", "not back", "half a pool", "more than its share"],
)
def test_a_service_that_does_not_come_back_whole_fails(restart: Told, word: str) -> None:
    finding = probes.so_does_the_service(restart.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


def test_a_process_that_ended_fails_and_its_last_words_are_told() -> None:
    restart = _restart()
    restart.history.add_line("stderr", "      throw er; // Unhandled 'error' event")
    restart.history.add_line("stderr", "error: terminating connection due to administrator command")
    restart.history.add_exit(Exited(1, None, restart.history.now()))
    finding = probes.so_does_the_service(restart.history)
    assert finding.verdict is Verdict.FAILED and "nobody listened" in finding.sentence
    assert any("administrator command" in event for event in finding.decided_by)


def test_one_outage_that_bit_is_enough_for_answers_that_no_busy_machine_gives() -> None:
    def once(**answers: Any) -> Told:
        restart = _restart(**answers)
        restart.history.faults["bookings under way"] = 2
        return restart

    assert probes.so_does_the_service(once(away=500).history).verdict is Verdict.FAILED
    assert probes.so_does_the_service(once(away=None).history).verdict is Verdict.INCONCLUSIVE
    assert probes.so_does_the_service(once().history).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("restart", [_restart(away=None), _restart(again=503)], ids=["away", "not back"])
def test_what_a_busy_machine_kept_the_service_from_says_nothing(restart: Told) -> None:
    restart.history._kept.exchanges = [
        structs.replace(each, until_s=each.sent_s + 8.0, ended_s=each.sent_s + 8.0 if each.ok else None)
        if each.tag in ("away", "again")
        else each
        for each in restart.history.exchanges()
    ]
    assert probes.so_does_the_service(restart.history).verdict is Verdict.FAILED
    restart.history.add_lag(6.0, 4.5)
    assert probes.so_does_the_service(restart.history).verdict is Verdict.INCONCLUSIVE


def test_connections_that_were_not_in_use_before_prove_nothing() -> None:
    assert probes.so_does_the_service(_restart(before=1).history).verdict is Verdict.INCONCLUSIVE
    assert probes.so_does_the_service(_restart(together=2).busy().history).verdict is Verdict.INCONCLUSIVE


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_the_lines_to_reproduce_are_shell_and_say_what_they_lack() -> None:
    findings = [
        probes.bookings_are_right(_evening(status=200)),
        probes.every_connection_works(_storm(together=4).history),
        probes.it_keeps_to_its_share(presale(20, 20, 20).history),
        probes.the_rest_is_told(full(status=500).history),
        probes.nothing_is_open(_rest((OPEN,))),
        probes.so_does_the_service(_restart(away=500).history),
    ]
    for finding in findings:
        assert subprocess.run(["sh", "-n", "-c", finding.reproduce], check=False).returncode == 0
        bare = subprocess.run(["sh", "-c", finding.reproduce], env={}, capture_output=True, text=True, check=False)
        assert bare.returncode != 0 and "prodrill run" in bare.stderr
