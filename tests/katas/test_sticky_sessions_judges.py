"""The judges of `sticky-sessions`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json
import random
import string
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from runner.probes import Exchange, Finding, History, Inputs, Verdict
from tests.katas import kata_module

probes = kata_module("sticky-sessions")
browser = kata_module("sticky-sessions", "browser")
ids = kata_module("sticky-sessions", "ids")
away = kata_module("sticky-sessions", "away")
baths = kata_module("sticky-sessions", "baths")
judges = kata_module("sticky-sessions", "judges")
sequence = kata_module("sticky-sessions", "sequence")

DRAW = random.Random(20260213)
REPLICAS = ("replica-1", "replica-2", "replica-3")
GOOD = "HttpOnly; SameSite=Lax; Path=/"
ADA = {"memberId": "m-1", "name": "Ada", "tier": "gold", "signedInAt": "2026-02-13T02:13:00.000Z"}
OTHER = {**ADA, "memberId": "m-2"}


class Told:
    """A history put together answer by answer; each a tenth of a second after the last unless told otherwise."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        self._now_s = 0.0
        for name, value in notes.items():
            self.history.note(name, value)

    def answer(self, tag: str, status: int | None = 200, body: Any = ADA, **changes: Any) -> None:
        """One answer; with `status=None` none came."""
        self._now_s += 0.1
        at_s = changes.pop("at_s", self._now_s)
        facts: dict[str, Any] = {
            "tag": tag, "n": 1, "method": "GET", "path": "/me", "intended_s": at_s, "sent_s": at_s,
            "outcome": "ok" if status else "unknown", "how": "" if status else "timeout", "status": status,
            "ended_s": at_s + 0.01 if status else None, "body": json.dumps(body if status == 200 else {}).encode(),
            "replica": "replica-1",
        }  # fmt: skip
        self.history.add_exchange(Exchange(**{**facts, **changes}))

    def signs_in(self, tag: str, sid: str = "", body: Any = ADA, attributes: str = GOOD, **changes: Any) -> None:
        sid = sid or uuid.UUID(int=DRAW.getrandbits(128), version=4).hex
        headers = {"set-cookie": f"sid={sid}; {attributes}"}
        self.answer(tag, body=body, **{"method": "POST", "path": "/sign-in", "headers": headers, **changes})


def verdict_of(judge: Callable[[History], Finding], told: Told) -> Verdict:
    return judge(told.history).verdict


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


def _survivors(killed: int = 1, replaced: int = 3, together: int = 3, **last: Any) -> Told:
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
    assert verdict_of(probes.it_is_still_there, _survivors(replaced=2)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_is_still_there, _survivors(together=2)) is Verdict.INCONCLUSIVE


# -- ends-everywhere --------------------------------------------------------------------------------------------------


def _signed_out(under_way: int = 1, anew: int = 3, **statuses: int) -> Told:
    told = Told()
    told.signs_in("made")
    told.signs_in("made at another device", body=ADA)
    told.history.fault("a request was under way", under_way)
    told.history.fault("all began anew", anew)
    for tag, usual in (
        ("copy before", 200), ("sign-out", 204), ("copy after", 401), ("copy after the last answer", 401),
        ("other device after", 200), ("copy after a restart", 401),
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
        {"copy_after_a_restart": 200},
        {"other_device_after": 401},
        {"copy_before": 401},
        {"sign-out": 500},
    ],
)
def test_a_copy_that_lives_on_or_another_session_that_does_not_fails(statuses: dict[str, int]) -> None:
    assert verdict_of(probes.it_is_over, _signed_out(**statuses)) is Verdict.FAILED


def test_a_session_written_back_is_told_from_one_that_never_ended() -> None:
    finding = probes.it_is_over(_signed_out(copy_after_the_last_answer=200).history)
    assert "under way" in finding.sentence


def test_without_a_request_under_way_the_end_proves_nothing() -> None:
    assert verdict_of(probes.it_is_over, _signed_out(under_way=0)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_is_over, _signed_out(under_way=0, copy_after=200)) is Verdict.FAILED
    assert verdict_of(probes.it_is_over, _signed_out(anew=2)) is Verdict.INCONCLUSIVE


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


def test_a_session_that_a_busy_machine_left_alone_proves_nothing() -> None:
    assert verdict_of(probes.it_ends, _time_passed(used=401, gap_s=1.1)) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.it_ends, _time_passed(used=200, gap_s=1.1)) is Verdict.PASSED


# -- ids-unguessable --------------------------------------------------------------------------------------------------

ALPHANUMERIC = string.digits + string.ascii_lowercase
IDS: dict[str, Callable[[int], str]] = {
    "UUID v4": lambda n: str(uuid.UUID(int=DRAW.getrandbits(128), version=4)),
    "32 bytes, signed": lambda n: f"s%3A{DRAW.getrandbits(256):064x}.{DRAW.getrandbits(256):064x}",
    "nanoid": lambda n: "".join(DRAW.choices(string.ascii_letters + string.digits + "_-", k=21)),
    "a token whose signature changes": lambda n: f"eyJh.eyJt{n:04d}.{DRAW.getrandbits(256):064x}",
    "Math.random()": lambda n: "".join(DRAW.choices(ALPHANUMERIC, k=DRAW.choice((10, 11, 11, 12)))),
    "time and Math.random()": lambda n: f"m{1_700_000_000 + n * 7}" + "".join(DRAW.choices(ALPHANUMERIC, k=8)),
    "a counter": lambda n: f"replica-{n % 3}-{n}",
}


def _sign_ins(
    new_id: Callable[[int], str], burst: int = 36, changed: tuple[int | None, ...] = (401,) * 4, **last: Any
) -> Told:
    told = Told(planted=dict.fromkeys(ids.PLANTED, "planted"), row=4)
    told.history.note("changed", {f"changed {n}": 4.0 for n in range(len(changed))})
    told.answer("unchanged")
    for n, status in enumerate(changed):
        told.answer(f"changed {n}", status)
    told.history.fault("sign-ins at one moment", burst)
    for n in range(48):
        told.signs_in("made", new_id(n))
    told.signs_in("made by another", new_id(48), body=OTHER)
    for what in ids.PLANTED:
        new = {**ADA, "signedInAt": what}
        told.signs_in(f"sign-in {what}", body=new, **(last if what == "own" else {}))
        told.answer(f"planted {what}", 401)
    return told


@pytest.mark.parametrize("kind", list(IDS)[:4])
def test_random_ids_pass_however_they_are_written(kind: str) -> None:
    finding = probes.none_can_be_known(_sign_ins(IDS[kind]).history)
    assert finding.verdict is Verdict.PASSED and finding.value is not None and finding.value > 104


@pytest.mark.parametrize("kind", list(IDS)[4:])
def test_ids_with_too_little_in_them_fail(kind: str) -> None:
    finding = probes.none_can_be_known(_sign_ins(IDS[kind]).history)
    assert finding.verdict is Verdict.FAILED and finding.value is not None and finding.value < 72


def test_one_id_that_is_given_twice_is_enough_to_fail() -> None:
    kept = IDS["UUID v4"](0)
    finding = probes.none_can_be_known(_sign_ins(lambda n: kept if n in (3, 40) else IDS["UUID v4"](n)).history)
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 1)


def test_sign_ins_that_did_not_meet_and_a_trace_of_randomness_are_left_open() -> None:
    assert verdict_of(probes.none_can_be_known, _sign_ins(IDS["UUID v4"], burst=0)) is Verdict.INCONCLUSIVE
    some = _sign_ins(lambda n: f"{DRAW.getrandbits(88):022x}")
    assert verdict_of(probes.none_can_be_known, some) is Verdict.INCONCLUSIVE


def test_bits_that_may_be_changed_without_the_session_being_lost_do_not_count() -> None:
    def finding(*changed: int | None) -> Finding:
        found: Finding = probes.none_can_be_known(_sign_ins(IDS["UUID v4"], changed=changed).history)
        return found

    assert finding(*[401] * 9, 200).verdict is Verdict.PASSED
    assert finding(401, 401, 401, 200).verdict is Verdict.INCONCLUSIVE
    lost = finding(401, 200, 200, 200)
    assert lost.verdict is Verdict.FAILED and lost.value is not None and lost.value < 31 and "3 of 4" in lost.sentence


@pytest.mark.parametrize("changed", [(), (401, 401, None), (401, 503)])
def test_changed_cookies_that_nobody_answered_prove_nothing(changed: tuple[int | None, ...]) -> None:
    told = _sign_ins(IDS["UUID v4"], changed=changed)
    assert verdict_of(probes.none_can_be_known, told) is Verdict.INCONCLUSIVE


def test_a_changed_cookie_differs_at_one_place_by_what_was_met_there() -> None:
    given = [IDS["32 bytes, signed"](n) for n in range(36)]
    made = baths.changed(given[0], given, Inputs(3, "test"), most=20)
    assert len(made) == 20 and given[0] not in made and all(3 < bits <= 4 for bits in made.values())
    for cookie in made:
        assert cookie.startswith("s%3A") and sum(a != b for a, b in zip(cookie, given[0], strict=True)) == 1
    assert baths.changed("same", ["same", "same"], Inputs(3, "test"), most=20) == {}


def test_an_id_kept_at_the_sign_in_fails() -> None:
    kept = _sign_ins(IDS["UUID v4"], sid="planted")
    assert verdict_of(probes.none_can_be_known, kept) is Verdict.FAILED
    not_set = _sign_ins(IDS["UUID v4"], headers={})
    assert verdict_of(probes.none_can_be_known, not_set) is Verdict.FAILED


def test_a_planted_cookie_that_answers_as_the_new_session_fails_and_as_the_old_one_does_not() -> None:
    told = _sign_ins(IDS["UUID v4"])
    told.answer("planted live", body=OTHER)
    assert verdict_of(probes.none_can_be_known, told) is Verdict.PASSED
    told.answer("planted live", body={**ADA, "signedInAt": "live"})
    assert verdict_of(probes.none_can_be_known, told) is Verdict.FAILED


@pytest.mark.parametrize(
    ("attributes", "verdict"),
    [
        ("httponly; samesite=strict; path=/; Secure", Verdict.PASSED),
        ("HttpOnly; SameSite=Lax", Verdict.PASSED),
        ("SameSite=Lax; Path=/", Verdict.FAILED),
        ("HttpOnly; Path=/", Verdict.FAILED),
        ("HttpOnly; SameSite=None; Path=/", Verdict.FAILED),
        ("HttpOnly; SameSite=Lax; Path=/sign-in", Verdict.FAILED),
    ],
)
def test_a_cookie_within_reach_of_scripts_or_other_sites_fails(attributes: str, verdict: Verdict) -> None:
    told = _sign_ins(IDS["UUID v4"])
    told.signs_in("made", attributes=attributes)
    assert verdict_of(probes.none_can_be_known, told) is verdict


def v8_random(skipped: int) -> Callable[[], float]:
    """`Math.random()` as V8 does it: xorshift128, 64 at a time, handed out from the last to the first."""
    one, other = DRAW.getrandbits(64), DRAW.getrandbits(64)
    block: list[float] = []

    def draw() -> float:
        nonlocal one, other
        if not block:
            for _ in range(64):
                new = one ^ (one << 23) & (2**64 - 1)
                new ^= new >> 17
                one, other = other, new ^ other ^ other >> 26
                block.append((one >> 11) / 2**53)
        return block.pop()

    for _ in range(skipped):
        draw()
    return draw


def _base36(value: float) -> str:
    """As `value.toString(36).slice(2)`, but for its last digits."""
    digits = ""
    for _ in range(10):
        value *= 36
        digits += ALPHANUMERIC[int(value)]
        value -= int(value)
    return digits


def _uuid(draw: Callable[[], float]) -> str:
    digits = "".join(
        f"{int(draw() * 16) if c == 'x' else int(draw() * 16) & 3 | 8:x}" for c in "x" * 15 + "y" + "x" * 15
    )
    return str(uuid.UUID(f"{digits[:12]}4{digits[12:]}"))


SNIPPETS: dict[str, Callable[[Callable[[], float]], str]] = {
    "a UUID": _uuid,
    "base 36": lambda draw: _base36(draw()),
    "base 36, twice": lambda draw: _base36(draw()) + _base36(draw()),
    "hexadecimal": lambda draw: "".join(f"{int(draw() * 16):x}" for _ in range(32)),
    "letters and digits": lambda draw: "".join(
        (string.ascii_letters + string.digits)[int(draw() * 62)] for _ in range(24)
    ),
}


@pytest.mark.parametrize("skipped", [0, 13, 60])
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_ids_from_math_random_are_foretold_wherever_in_its_block_they_begin(snippet: str, skipped: int) -> None:
    draw = v8_random(skipped)
    row = [SNIPPETS[snippet](draw) for _ in range(4)]
    assert sequence.foretold_bits(row) > sequence.SURE_BITS


@pytest.mark.parametrize("kind", ["UUID v4", "nanoid"])
def test_random_ids_are_not_foretold(kind: str) -> None:
    assert sequence.foretold_bits([IDS[kind](n) for n in range(4)]) == 0


def test_random_hexadecimal_ids_are_not_foretold() -> None:
    assert sequence.foretold_bits([f"{DRAW.getrandbits(256):064x}" for _ in range(4)]) == 0


def test_ids_that_look_random_and_come_from_math_random_fail() -> None:
    draw = v8_random(7)
    finding = probes.none_can_be_known(_sign_ins(lambda n: _uuid(draw)).history)
    assert finding.verdict is Verdict.FAILED and "Math.random()" in finding.sentence


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


def test_the_verifiers_own_lateness_is_not_the_services() -> None:
    told = _outages(needs={"sent_s": 1.0, "ended_s": 3.5})
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.FAILED
    told.history.add_lag(2.0, 1.0)
    assert verdict_of(probes.it_says_so_and_recovers, told) is Verdict.PASSED
