"""The judges of `sticky-sessions`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

from typing import Any

import pytest

from runner.probes import Exchange, Finding, Verdict
from tests.katas import kata_module
from tests.katas.sticky_sessions_told import ADA, OTHER, REPLICAS, Told, verdict_of

probes = kata_module("sticky-sessions")
browser = kata_module("sticky-sessions", "browser")
away = kata_module("sticky-sessions", "away")
judges = kata_module("sticky-sessions", "judges")


# -- the browser ------------------------------------------------------------------------------------------------------


def _answer(line: str) -> Exchange:
    date = "Fri, 13 Feb 2026 02:13:00 GMT"
    headers = {"set-cookie": line, "date": date}
    return Exchange(
        tag="", n=1, method="POST", path="/", intended_s=0, sent_s=0, outcome="ok", status=200, headers=headers
    )


@pytest.mark.parametrize(
    ("line", "life_s"),
    [
        ("sid=a; Path=/", float("inf")),
        ("sid=a; Max-Age=2; Expires=Fri, 13 Feb 2026 03:00:00 GMT", 2),
        ("sid=a; expires=Fri, 13 Feb 2026 02:13:02 GMT", 2),
        ("sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("sid=a; Max-Age=soon", float("inf")),
    ],
)
def test_a_cookie_lives_as_long_as_a_browser_keeps_it(line: str, life_s: float | None) -> None:
    cookie = browser.cookie_of(_answer(line))
    assert cookie is not None
    life = cookie.life_s("Fri, 13 Feb 2026 02:13:00 GMT")
    assert life == life_s if life_s is not None else life < 0
    assert browser.given_id(_answer(line)) == ("a" if life_s is not None else "")


def test_another_cookie_is_not_the_sessions() -> None:
    assert browser.cookie_of(_answer("theme=dark; Path=/")) is None
    assert browser.cookie_of(_answer("theme=dark; Path=/\nsid=b; Path=/")).value == "b"


# -- members-area-works -----------------------------------------------------------------------------------------------


def _ordinary(**other: Any) -> Told:
    told = Told(members={"first": _known(ADA), "second": _known(OTHER)}, visits={"first": {"v": 1}, "second": {"v": 2}})
    for tag, status in judges.STATUSES.items():
        who = ADA if tag.endswith("first") else OTHER
        body: Any = told.history.notes["visits"].get(tag.split()[-1]) if tag.startswith("visits") else who
        told.answer(tag, **{"status": status, "body": body, **other.get(tag.replace(" ", "_"), {})})
    return told


def _known(member: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in member.items() if name != "signedInAt"}


def test_a_members_area_that_answers_as_agreed_passes() -> None:
    assert verdict_of(probes.it_works, _ordinary()) is Verdict.PASSED


@pytest.mark.parametrize(
    "other",
    [
        {"wrong_password": {"status": 200}},
        {"after_sign-out": {"status": 200}},
        {"me_first": {"body": OTHER}},
        {"me_first": {"body": {**ADA, "signedInAt": "now"}}},
        {"sign-in_first": {"body": {**ADA, "signedInAt": ""}}},
        {"visits_second": {"body": {"v": 1}}},
        {"me_second": {"status": None}},
    ],
    ids=["wrong password", "after sign-out", "another's", "another time", "no time", "another's visits", "no answer"],
)
def test_a_members_area_that_does_not_fails(other: dict[str, Any]) -> None:
    assert verdict_of(probes.it_works, _ordinary(**other)) is Verdict.FAILED


# -- known-everywhere, outlives-its-replica ---------------------------------------------------------------------------


def _asked_elsewhere(**strange: Any) -> Told:
    told = Told()
    for maker in REPLICAS:
        told.signs_in(f"made {maker}", replica=maker)
    for maker in REPLICAS:
        for one in REPLICAS:
            told.answer(f"asked {maker}", replica=one)
    told.answer("asked replica-1", **strange)
    return told


def test_a_session_known_at_every_replica_passes() -> None:
    assert verdict_of(probes.all_know_it, _asked_elsewhere()) is Verdict.PASSED


@pytest.mark.parametrize("strange", [{"status": 401}, {"body": OTHER}, {"status": None}, {"body": []}])
def test_one_replica_that_does_not_know_it_fails(strange: dict[str, Any]) -> None:
    assert verdict_of(probes.all_know_it, _asked_elsewhere(**strange)) is Verdict.FAILED


def test_a_load_balancer_that_found_nobody_ready_on_a_busy_machine_says_nothing() -> None:
    told = _asked_elsewhere(status=None, how="refused", replica="")
    assert verdict_of(probes.all_know_it, told) is Verdict.FAILED
    told.history.add_starved(1.0, 0.6)
    assert verdict_of(probes.all_know_it, told) is Verdict.INCONCLUSIVE


def _survivors(killed: int = 1, replaced: int = 2, together: int = 2, **last: Any) -> Told:
    told = Told()
    told.signs_in("made")
    told.history.fault("killed", killed)
    told.history.fault("replaced", replaced)
    told.history.fault("killed together", together)
    told.answer("asked after kill -9 of replica-1", replica="replica-2")
    told.answer("asked when all had been replaced", replica="replica-3", **last)
    return told


def test_a_session_that_outlives_all_of_them_passes() -> None:
    assert verdict_of(probes.it_is_still_there, _survivors()) is Verdict.PASSED


def test_a_session_lost_on_the_way_fails_whatever_else_was_seen() -> None:
    assert verdict_of(probes.it_is_still_there, _survivors(status=401)) is Verdict.FAILED
    assert verdict_of(probes.it_is_still_there, _survivors(killed=0, status=401)) is Verdict.FAILED


def test_replicas_that_were_not_ended_prove_nothing() -> None:
    assert verdict_of(probes.it_is_still_there, _survivors(killed=0)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_is_still_there, _survivors(replaced=1)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_is_still_there, _survivors(together=1)) is Verdict.INCONCLUSIVE


# -- ends-everywhere --------------------------------------------------------------------------------------------------


def _signed_out(under_way: int = 1, together: int = 3, **statuses: int) -> Told:
    told = Told()
    told.signs_in("made")
    told.signs_in("made at another device", body=ADA)
    told.signs_in("made to leave", body=OTHER)
    told.history.fault("a request was under way", under_way)
    told.history.fault("killed together", together)
    for tag, usual in (
        ("copy before", 200), ("sign-out", 204), ("copy after", 401), ("copy after the last answer", 401),
        ("other device after", 200), ("sign-out in turn", 204), ("copy at once", 401), ("copy after a restart", 401),
    ):  # fmt: skip
        told.answer(tag, statuses.get(tag.replace(" ", "_"), usual))
    return told


def test_a_session_that_is_over_everywhere_passes() -> None:
    assert verdict_of(probes.it_is_over, _signed_out()) is Verdict.PASSED


@pytest.mark.parametrize(
    "statuses",
    [
        {"copy_after": 200},
        {"copy_after_the_last_answer": 200},
        {"copy_at_once": 200},
        {"copy_after_a_restart": 200},
        {"other_device_after": 401},
        {"copy_before": 401},
        {"sign-out": 500},
        {"sign-out_in_turn": 503},
    ],
)
def test_a_copy_that_lives_on_or_another_session_that_does_not_fails(statuses: dict[str, int]) -> None:
    assert verdict_of(probes.it_is_over, _signed_out(**statuses)) is Verdict.FAILED


def test_a_session_written_back_is_told_from_one_that_never_ended() -> None:
    finding = probes.it_is_over(_signed_out(copy_after_the_last_answer=200).history)
    assert "under way" in finding.sentence


def test_a_copy_that_lives_on_is_shown_with_the_sign_out_that_it_outlived() -> None:
    finding = probes.it_is_over(_signed_out(copy_at_once=200).history)
    assert "Right after its sign-out" in finding.sentence
    assert [line.split(" (")[1].split(")")[0] for line in finding.decided_by] == ["sign-out in turn", "copy at once"]
    finding = probes.it_is_over(_signed_out(copy_after_a_restart=200).history)
    assert "(sign-out)" in finding.decided_by[0]


def test_without_a_request_under_way_the_end_proves_nothing() -> None:
    assert verdict_of(probes.it_is_over, _signed_out(under_way=0)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_is_over, _signed_out(under_way=0, copy_after=200)) is Verdict.FAILED
    assert verdict_of(probes.it_is_over, _signed_out(together=2)) is Verdict.INCONCLUSIVE


# -- ends-by-itself ---------------------------------------------------------------------------------------------------


def _time_passed(unused: int = 401, used: int = 200, gap_s: float = 0.4, ttl_ms: int = 2000) -> Told:
    told = Told()
    for replica in REPLICAS:
        told.signs_in("made unused", replica=replica, at_s=0.1)
    told.signs_in("made used", at_s=0.2)
    told.history.add_census("keys", [{"key": "session:a", "type": "string", "ttl_ms": ttl_ms}], "in use")
    for n in range(1, 6):
        told.answer("used", at_s=0.2 + 0.4 * n)
    told.answer("used", used, at_s=2.2 + gap_s)
    told.answer("unused", unused, at_s=3.0)
    return told


def test_sessions_that_end_when_unused_pass() -> None:
    assert verdict_of(probes.it_ends, _time_passed()) is Verdict.PASSED


@pytest.mark.parametrize("wrong", [{"unused": 200}, {"used": 401}, {"ttl_ms": -1}, {"ttl_ms": 86_400_000}])
def test_a_session_or_a_key_that_stays_and_one_that_goes_too_soon_fail(wrong: dict[str, int]) -> None:
    assert verdict_of(probes.it_ends, _time_passed(**wrong)) is Verdict.FAILED


def test_a_key_that_expired_while_the_store_was_looked_at_is_none_that_stays() -> None:
    assert verdict_of(probes.it_ends, _time_passed(ttl_ms=-2)) is Verdict.PASSED


def test_a_session_that_a_busy_machine_left_alone_proves_nothing() -> None:
    assert verdict_of(probes.it_ends, _time_passed(used=401, gap_s=1.1)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_ends, _time_passed(used=200, gap_s=1.1)) is Verdict.PASSED


# -- store-away -------------------------------------------------------------------------------------------------------


def _outages(needs: Any = None, public: Any = None, back: int = 200, **later: int) -> Told:
    """Both outages as they should be, but for one answer in the hang."""
    told = Told()
    told.signs_in("made")
    told.signs_in("made and ended")
    for outage in away.OUTAGES:
        wrong = outage == "hangs"
        for n, replica in enumerate(REPLICAS):
            changed = (needs or {}) if wrong and n == 1 else {}
            told.answer(f"needs it, {outage}", **{"status": 503, "replica": replica, **changed})
            told.answer(f"public, {outage}", **{"replica": replica, **((public or {}) if wrong and n == 1 else {})})
            told.answer(f"{outage} no more", back if wrong and n == 1 else 200, replica=replica)
            told.answer(f"{outage} no more, me", replica=replica)
    told.answer("started, is down", None, how="refused", replica="replica-2", at_s=5.0)
    told.answer("started, is down", replica="replica-2", at_s=5.5)
    told.answer("kept over the hang", later.get("kept", 200))
    told.answer("ended before", later.get("ended", 401))
    return told


def test_a_service_that_says_so_and_recovers_passes() -> None:
    assert verdict_of(probes.it_says_so_and_recovers, _outages()) is Verdict.PASSED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"needs": {"status": 401}}, "signed out"),
        ({"needs": {"status": 200}}, "as if somebody had looked"),
        ({"needs": {"status": 204}}, "session were over"),
        ({"needs": {"status": 500}}, "answered 500"),
        ({"needs": {"status": None}}, "never answered"),
        ({"needs": {"ended_s": 9.0}}, "answered after"),
        ({"public": {"status": 503}}, "needs none"),
        ({"public": {"status": None}}, "needs none"),
        ({"public": {"ended_s": 9.0}}, "needs none"),
        ({"back": 503}, "did not serve"),
        ({"kept": 401}, "only paused"),
        ({"ended": 200}, "alive again"),
    ],
)
def test_what_is_dishonest_late_or_lost_fails_and_is_named(wrong: dict[str, Any], said: str) -> None:
    finding = probes.it_says_so_and_recovers(_outages(**wrong).history)
    assert finding.verdict is Verdict.FAILED and said in finding.sentence


def _started_late(by_s: float = 6.0, late_s: float = 0.0) -> Finding:
    """A replica that refused connections for so long after its start, on a machine on which we were so late."""
    told = _outages()
    told.answer("started, is down", None, replica="replica-2", how="refused", at_s=5.0 + by_s)
    told.history.add_lag(5.0 + late_s, late_s)
    finding: Finding = away.it_says_so_and_recovers(told.history)
    return finding


def test_a_replica_that_waits_for_the_store_before_it_listens_fails_and_is_named() -> None:
    finding = _started_late()
    assert finding.verdict is Verdict.FAILED
    assert "Started while the store was down, replica-2" in finding.sentence and "refused" in finding.sentence


def test_what_a_busy_machine_kept_a_replica_from_its_start_is_not_the_services() -> None:
    assert _started_late(late_s=3.0).verdict is Verdict.INCONCLUSIVE
    assert _started_late(by_s=9.0, late_s=3.0).verdict is Verdict.FAILED


def test_without_a_start_during_the_outage_nothing_is_said() -> None:
    told = _outages()
    kept = told.history._kept
    kept.exchanges = [each for each in kept.exchanges if each.tag != "started, is down"]
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.INCONCLUSIVE


def test_the_verifiers_own_lateness_is_not_the_services() -> None:
    told = _outages(needs={"sent_s": 1.0, "ended_s": 3.5})
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_lag(2.0, 1.0)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.PASSED


LATE = {"sent_s": 1.0, "ended_s": 3.2}
NEVER = {"sent_s": 1.0, "status": None}


@pytest.mark.parametrize("told", [_outages(needs=LATE), _outages(public=LATE)])
def test_an_answer_that_was_late_for_want_of_a_core_says_nothing(told: Told) -> None:
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_starved(3.0, 1.0)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.INCONCLUSIVE
    told.answer("ended before", 200)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED


@pytest.mark.parametrize("told", [_outages(needs=NEVER), _outages(public=NEVER)])
def test_an_answer_that_never_came_fails_unless_the_service_waited_for_a_core_all_the_while(told: Told) -> None:
    told.history.add_starved(3.0, 1.0)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_starved(5.5, 2.4)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.INCONCLUSIVE


IN_VAIN: dict[str, Any] = {"status": 503, "body": {}, "sent_s": 1.0, "ended_s": 1.45}


def test_a_503_that_the_stores_own_timeout_may_have_made_on_a_busy_machine_says_nothing() -> None:
    told = _outages()
    told.answer("kept over the hang", **IN_VAIN)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_starved(1.4, 0.25)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.INCONCLUSIVE


def test_a_sign_in_that_a_busy_machine_answered_with_503_says_nothing() -> None:
    told = Told()
    told.answer("made", **IN_VAIN)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_lag(1.3, 0.25)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("late_s", "verdict"), [(0.0, Verdict.FAILED), (1.0, Verdict.INCONCLUSIVE)])
def test_a_replica_that_a_busy_machine_did_not_let_recover_says_nothing(late_s: float, verdict: Verdict) -> None:
    told = _outages()
    kept = told.history._kept
    kept.exchanges = [
        each for each in kept.exchanges if not each.tag.startswith("is down no more") or each.replica != "replica-3"
    ]
    for at_s in (10.0, 15.5):
        told.answer("is down no more", 503, replica="replica-3", at_s=at_s)
    told.history.add_starved(13.0, late_s)
    assert verdict_of(probes.it_says_so_and_recovers, told) is verdict
