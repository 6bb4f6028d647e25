"""What session ids give away, by counting: pure functions over a history."""

from __future__ import annotations

import math
from collections import Counter
from urllib.parse import unquote

from runner.probes import Exchange, Finding, History, Verdict, beside, failed, inconclusive, passed

judges = beside(__file__, "judges")
browsers = beside(__file__, "browser")
sequence = beside(__file__, "sequence")
guessing = beside(__file__, "guessing")

ENOUGH_BITS, TOO_FEW_BITS = 96.0, 80.0
"""What must be seen to change in an id, and what is too little. Of 122 random bits some 108 to 120 are seen to."""
GUESSED = 3
"""Sign-ins for whose ids the usual ways to compute one are tried; all have to be found."""


def changing_bits(values: list[str]) -> float:
    """How many bits are seen to change over these ids: for each place the logarithm of the characters met there.

    Never more than there are; what a place can hold beyond the characters met in the sample is not seen.
    """
    length = min(map(len, values))
    from_left = [{value[place] for value in values} for place in range(length)]
    from_right = [{value[-place - 1] for value in values} for place in range(length)]
    return max(sum(math.log2(len(met)) for met in places) for places in (from_left, from_right))


def none_can_be_known(history: History) -> Finding:
    made, later = history.exchanges("made"), [*history.exchanges("made by another"), *history.exchanges("made before")]
    signed = [history.exchanges(f"sign-in {what}")[0] for what in PLANTED]
    if (nothing := judges.no_session([*made, *later, *signed])) is not None:
        return nothing
    given = [unquote(browsers.given_id(each)) for each in made]
    if "" in given:
        bare = made[given.index("")]
        return failed(f"A sign-in at {bare.replica} set no cookie `sid`.", decided_by=[judges.event(bare)])
    found = [
        _none_twice(made, given), _none_is_computed(history, made), _planted_is_worthless(history),
        _out_of_reach(made), _enough_changes(given), _none_follows(given[-history.notes["row"] :]),
        _each_place_matters(history, given),
    ]  # fmt: skip
    doubts = [each for each in found if each is not None]
    # What is definitely wrong comes before what could not be said.
    for each in sorted(doubts, key=lambda each: each.verdict is not Verdict.FAILED):
        return each
    if not history.faults.get("sign-ins at one moment"):
        return inconclusive("The sign-ins did not meet in one moment.")
    bits = changing_bits(given)
    return passed(
        f"{len(given)} sign-ins of one member gave {len(given)} ids, in which {bits:.0f} bits were seen to change; "
        "and no id outlived a sign-in.",
        value=bits, limit=ENOUGH_BITS, unit="bits",
    )  # fmt: skip


def _none_twice(made: list[Exchange], given: list[str]) -> Finding | None:
    often = Counter(given)
    twice = [sid for sid, count in often.items() if count > 1]
    if not twice:
        return None
    same = [each for each, sid in zip(made, given, strict=True) if sid == twice[0]]
    where = " and ".join(sorted({each.replica for each in same}))
    return failed(
        f"{len(same)} sign-ins of one member, at {where}, got the same id: what it is made of is not random.",
        value=len(given) - len(often), limit=0, unit="ids given again",
        decided_by=[f"{judges.event(each)}: {shown(twice[0])}" for each in same[:4]], reproduce=judges.SIGN_IN,
    )  # fmt: skip


def _none_is_computed(history: History, made: list[Exchange]) -> Finding | None:
    """The sign-ins that took the least, as for those there are the fewest moments to try."""
    quick = sorted(made, key=lambda each: (each.ended_s or math.inf) - each.sent_s)[:GUESSED]
    ways = [guessing.recipe(each, browsers.given_id(each), history.notes["known"]) for each in quick]
    found = [way for way in ways if way is not None]
    if len(found) < GUESSED or not guessing.rest_is_the_same([left for _, left in found]):
        return None
    return failed(
        f"The ids can be computed: they are {found[0][0]}. {GUESSED} of {GUESSED} were found by trying.",
        value=len(found), limit=0, unit="ids that were guessed",
        decided_by=[f"{judges.event(each)}: {shown(browsers.given_id(each))}" for each in quick],
        reproduce=judges.SIGN_IN,
    )  # fmt: skip


def _enough_changes(values: list[str]) -> Finding | None:
    bits = changing_bits(values)
    evidence = {"value": bits, "limit": ENOUGH_BITS, "unit": "bits"}
    examples = [shown(sid) for sid in values[-4:]]
    if bits < TOO_FEW_BITS:
        sentence = f"Only {bits:.0f} bits were seen to change in {len(values)} ids; one can guess what is left."
        return failed(sentence, decided_by=examples, reproduce=judges.SIGN_IN, **evidence)  # type: ignore[arg-type]
    if bits < ENOUGH_BITS:
        return inconclusive(f"{bits:.0f} bits were seen to change in {len(values)} ids.", decided_by=examples)
    return None


def _each_place_matters(history: History, values: list[str]) -> Finding | None:
    """Bits count only where a cookie that differs in them is refused: what nobody looks at can be anything."""
    weights, tried = history.notes["changed"], judges.tagged(history, "changed ")
    answered = [each for each in tried if each.ok]
    refused = [each for each in tried if each.outcome == "ok" and 400 <= (each.status or 0) < 500]
    is_seen = (
        any(each.ok for each in history.exchanges("unchanged")) and len(refused) + len(answered) == len(weights) > 0
    )
    if not is_seen:
        return inconclusive("It was not seen what comes of a changed cookie.")
    share = sum(weights[each.tag] for each in refused) / sum(weights.values())
    bits = changing_bits(values) * share
    if bits < TOO_FEW_BITS:
        return failed(
            f"{len(answered)} of {len(tried)} cookies in which one character had been changed were answered like real "
            f"ones: of what changes from cookie to cookie only {bits:.0f} bits are looked at.",
            value=bits, limit=ENOUGH_BITS, unit="bits", decided_by=[judges.event(each) for each in answered[:4]],
            reproduce=judges.SIGN_IN + "; sed -i s/a/b/ jar; curl -i -b jar $URL/me",
        )  # fmt: skip
    return (
        None if bits >= ENOUGH_BITS else inconclusive(f"{len(answered)} of {len(tried)} changed cookies were answered.")
    )


def _none_follows(row: list[str]) -> Finding | None:
    """The ids that one replica gave one after another."""
    bits = sequence.foretold_bits(row)
    if bits < sequence.SURE_BITS:
        return None
    return failed(
        f"The ids come from Math.random(): {bits} bits of {len(row)} ids in a row followed from those before them.",
        value=bits, limit=0, unit="bits foretold", decided_by=[shown(sid) for sid in row], reproduce=judges.SIGN_IN,
    )  # fmt: skip


def shown(sid: str) -> str:
    return sid if len(sid) <= 60 else f"{sid[:28]}…{sid[-28:]}"


PLANTED = {
    "live": "a live session of somebody else",
    "ended": "a session that had been signed out",
    "made-up": "an id that somebody had made up",
    "own": "the member's own session of before",
}


def _planted_is_worthless(history: History) -> Finding | None:
    """A sign-in that came with a cookie gives another one, and what came does not answer as the new session."""
    for what, name in PLANTED.items():
        sign_in, planted = history.exchanges(f"sign-in {what}")[0], history.notes["planted"][what]
        is_kept = browsers.given_id(sign_in) in ("", planted)
        reached = [e for e in history.exchanges(f"planted {what}") if judges.is_same_session(e, sign_in)]
        if is_kept or reached:
            same = "kept that id" if is_kept else "made that id good as well"
            return failed(
                f"A member signed in with the cookie of {name}, and the service {same}: who planted it is in.",
                value=len(reached), limit=0, unit="replicas that let the planted cookie in",
                decided_by=[judges.event(sign_in), *(judges.event(each) for each in reached[:4])],
                reproduce=f"{judges.SIGN_IN} -b sid=planted; curl -i -b sid=planted $URL/me",
            )  # fmt: skip
    return None


def _out_of_reach(made: list[Exchange]) -> Finding | None:
    for each in made:
        cookie = browsers.cookie_of(each)
        assert cookie is not None
        missing = []
        if "httponly" not in cookie.attributes:
            missing.append("no HttpOnly: any script can read it")
        if cookie.attributes.get("samesite", "").lower() not in ("lax", "strict"):
            missing.append("no SameSite=Lax or Strict: other sites' forms send it along")
        if cookie.attributes.get("path", "/") != "/":
            missing.append(f"Path={cookie.attributes['path']}: not all of the site gets it")
        if missing:
            line = each.headers["set-cookie"]
            sentence = f"The cookie has {'; '.join(missing)}."
            return failed(sentence, decided_by=[f"set-cookie: {line}"], reproduce=judges.SIGN_IN.replace("-s", "-i"))
    return None
