"""The judge of `ids-unguessable` in `sticky-sessions`: which ids it takes for random, which it foretells."""

from __future__ import annotations

import base64
import hashlib
import string
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from runner.probes import Finding, Inputs, Verdict
from tests.katas import kata_module
from tests.katas.sticky_sessions_told import ADA, DRAW, OTHER, Told, verdict_of

probes = kata_module("sticky-sessions")
ids = kata_module("sticky-sessions", "ids")
baths = kata_module("sticky-sessions", "baths")
sequence = kata_module("sticky-sessions", "sequence")


KNOWN = {"memberId": "m-1", "email": "ada@baths.example", "name": "Ada"}
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
    new_id: Callable[[int], str],
    burst: int = 36,
    changed: tuple[int | None, ...] = (401,) * 4,
    body: Any = ADA,
    **last: Any,
) -> Told:
    told = Told(planted=dict.fromkeys(ids.PLANTED, "planted"), row=6, known=KNOWN)
    told.history.note("changed", {f"changed {n}": 4.0 for n in range(len(changed))})
    told.answer("unchanged")
    for n, status in enumerate(changed):
        told.answer(f"changed {n}", status)
    told.history.fault("sign-ins at one moment", burst)
    for n in range(48):
        told.signs_in("made", new_id(n), body, replica=f"replica-{n % 3 + 1}")
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


def _hashed(text: str, kind: str = "sha256") -> str:
    return hashlib.new(kind, text.encode()).hexdigest()


# 7 ms after `signedInAt` of ADA, and a count beside it, so that no two are the same.
AT_MS = round(datetime.fromisoformat(ADA["signedInAt"]).timestamp() * 1000) + 7
COMPUTED: dict[str, Callable[[int], str]] = {
    "memberId and time": lambda n: _hashed(f"m-1:{AT_MS - n % 15}"),
    "time and e-mail, as an UUID": lambda n: str(uuid.UUID(_hashed(f"{AT_MS - n % 15}ada@baths.example", "md5"))),
    "time alone, in base 64": lambda n: base64.b64encode(hashlib.sha1(str(AT_MS - n % 15).encode()).digest()).decode(),
    "a count": lambda n: "s." + _hashed(f"m-1-{n}"),
    "a count, beside the replica": lambda n: f"replica-{n % 3 + 1}-" + _hashed(f"m-1-{n}"),
}


@pytest.mark.parametrize("kind", list(COMPUTED))
def test_ids_that_others_can_compute_fail_although_no_two_are_the_same(kind: str) -> None:
    told = _sign_ins(COMPUTED[kind])
    # Counts are not repeated; the others are, of necessity, so that it is the recipe alone that is asked here.
    made = told.history.exchanges("made")
    found = ids._none_is_computed(told.history, made)
    assert found is not None and (found.verdict, found.value) == (Verdict.FAILED, 3)
    if kind.startswith("a count"):
        finding = probes.none_can_be_known(told.history)
        assert (finding.verdict, finding.unit) == (Verdict.FAILED, "ids that were guessed")


def test_a_hash_of_what_is_known_harms_nobody_beside_enough_that_is_not() -> None:
    told = _sign_ins(lambda n: f"{_hashed(f'm-1-{n}')}.{uuid.UUID(int=DRAW.getrandbits(128), version=4)}")
    assert verdict_of(probes.none_can_be_known, told) is Verdict.PASSED


@pytest.mark.parametrize("told", ["soon", 7, "0001-01-01", "9999-12-31T23:59:59.999Z", "2026-02-13"])
def test_whatever_the_service_says_of_the_time_a_random_id_is_random(told: Any) -> None:
    history = _sign_ins(IDS["UUID v4"], body={**ADA, "signedInAt": told}).history
    assert probes.none_can_be_known(history).verdict is Verdict.PASSED


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
