"""What the probes of `sticky-sessions` find about sessions and their ends: pure functions over a history.

Answers decide, not times. The one span there is, a session's life, has a dead band of a second before and half after.
"""

from __future__ import annotations

from typing import Any

from runner.probes import Exchange, Finding, History, failed, inconclusive, passed

TTL_S = 2
EARLY_S, LATE_S = 1.0, 0.5
"""What the contract grants a session's end: so much before SESSION_TTL_S is over, and so much after."""
EVERY_S = 0.4
BUSY_S = 0.5
"""How late we were, and how long the services waited for a core, where a check of readiness may have been in vain."""
GONE = -2
"""What PTTL says of a key that has expired since it was listed; of one without an expiry it says -1."""
KEPT_S = 5.0
"""By how much a key in the store may outlive SESSION_TTL_S."""

SIGN_IN = """curl -s -c jar $URL/sign-in -H 'content-type: application/json' -d '{"email":"…","password":"…"}'"""
ASK = "curl -i -b jar $OTHER_URL/me"


def told(exchange: Exchange) -> str:
    """What a client saw, for a sentence."""
    if exchange.outcome == "ok":
        return f"answered {exchange.status}"
    return {"refused": "refused a connection", "timeout": "never answered"}.get(
        exchange.how, f"broke off ({exchange.how})"
    )


def event(exchange: Exchange) -> str:
    where = exchange.replica or "nobody"
    return f"{exchange.over_s:.2f} s: {exchange.method} {exchange.path} ({exchange.tag}): {where} {told(exchange)}"


def tagged(history: History, start: str) -> list[Exchange]:
    """Exchanges whose tag begins so, in the order they ended."""
    return [each for each in history.exchanges() if each.tag.startswith(start)]


def body_of(exchange: Exchange | None) -> Any:
    """The JSON of a 200, None where it is none."""
    if exchange is None or exchange.outcome != "ok" or exchange.status != 200:
        return None
    try:
        return exchange.json()
    except ValueError:
        return None


def is_same_session(answer: Exchange, made: Exchange | None) -> bool:
    """Whether /me answered with what the sign-in had said: the member and the moment."""
    wanted, got = body_of(made), body_of(answer)
    if not isinstance(wanted, dict) or not isinstance(got, dict) or not wanted.get("signedInAt"):
        return False
    return all(got.get(name) == value for name, value in wanted.items())


def one(history: History, tag: str) -> Exchange | None:
    found = history.exchanges(tag)
    return found[-1] if found else None


def no_session(made: list[Exchange]) -> Finding | None:
    """A finding where a sign-in did not come to a session: then nothing can be said about one."""
    wrong = [each for each in made if not is_same_session(each, each)]
    if not wrong:
        return None
    sentence = f"A sign-in at {wrong[0].replica} came to no session: it {told(wrong[0])}."
    return failed(sentence, decided_by=[event(each) for each in wrong[:3]], reproduce=SIGN_IN)


# -- members-area-works -----------------------------------------------------------------------------------------------

STATUSES = {
    "hours": 200,
    "ready": 200,
    "stranger /me": 401,
    "stranger /visits": 401,
    "made-up cookie /me": 401,
    "made-up cookie /visits": 401,
    "no password": 400,
    "wrong password": 401,
    "after a wrong password": 401,
    "sign-in first": 200,
    "sign-in second": 200,
    "me first": 200,
    "me second": 200,
    "visits first": 200,
    "visits second": 200,
    "sign-out": 204,
    "after sign-out": 401,
}


def it_works(history: History) -> Finding:
    wrong = [*_wrong_statuses(history), *_wrong_bodies(history)]
    checks = len(STATUSES) + 6
    if wrong:
        return failed(
            f"The members' area no longer does its work: {wrong[0]}.",
            value=checks - len(wrong),
            limit=checks,
            unit="checks",
            decided_by=wrong[:6],
            reproduce=f"{SIGN_IN}; curl -i -b jar $URL/me",
        )
    return passed("Members signed in, saw what is theirs, and signed out.", value=checks, limit=checks, unit="checks")


def _wrong_statuses(history: History) -> list[str]:
    wrong = []
    for tag, status in STATUSES.items():
        seen = one(history, tag)
        if seen is None or seen.outcome != "ok" or seen.status != status:
            wrong.append(f"{tag}: {told(seen) if seen else 'never asked'}, not {status}")
    return wrong


def _wrong_bodies(history: History) -> list[str]:
    wrong = []
    for who, member in history.notes["members"].items():
        made, me, visits = (one(history, f"{what} {who}") for what in ("sign-in", "me", "visits"))
        said = body_of(made)
        if not isinstance(said, dict) or not said.get("signedInAt") or any(said.get(k) != v for k, v in member.items()):
            wrong.append(f"the sign-in of {who} said {said}, not who it is and since when")
        elif me is not None and not is_same_session(me, made):
            wrong.append(f"/me of {who} said {body_of(me)}, not what the sign-in had said")
        if body_of(visits) != history.notes["visits"][who]:
            wrong.append(f"/visits of {who} said {body_of(visits)}, not what the directory knows")
    return wrong


# -- known-everywhere -------------------------------------------------------------------------------------------------


def all_know_it(history: History) -> Finding:
    made = {each.tag.removeprefix("made "): each for each in tagged(history, "made ")}
    if (nothing := no_session(list(made.values()))) is not None:
        return nothing
    asked = tagged(history, "asked ")
    strange = [each for each in asked if not is_same_session(each, made[each.tag.removeprefix("asked ")])]
    if strange and all(_nobody_was_in(each) for each in strange) and history.late_s() + history.starved_s() > BUSY_S:
        return inconclusive("The machine was too busy for the load balancer to find a replica ready.")
    if strange:
        first = strange[0]
        maker = first.tag.removeprefix("asked ")
        sentence = f"A member signed in at {maker}, and {first.replica or 'the load balancer'} {told(first)}"
        return failed(
            f"{sentence}: {len(strange)} of {len(asked)} requests did not meet their session.",
            value=len(asked) - len(strange),
            limit=len(asked),
            unit="requests",
            decided_by=[event(made[maker]), *(event(each) for each in strange[:5])],
            reproduce=f"{SIGN_IN}; {ASK}",
        )
    return passed(
        f"Each of {len(made)} sessions was known at every replica.",
        value=len(asked), limit=len(asked), unit="requests",
    )  # fmt: skip


def _nobody_was_in(exchange: Exchange) -> bool:
    """Whether the load balancer had no replica to give it to, as none had told in time that it was ready."""
    return not exchange.replica and exchange.how == "refused"


# -- outlives-its-replica ---------------------------------------------------------------------------------------------


def it_is_still_there(history: History) -> Finding:
    made = one(history, "made")
    if made is None or (nothing := no_session([made])) is not None:
        return nothing if made is not None else inconclusive("Nobody signed in.")
    asked = tagged(history, "asked ")
    lost = [each for each in asked if not is_same_session(each, made)]
    if lost:
        first = lost[0]
        return failed(
            f"The session that {made.replica} made was lost: {first.replica} {told(first)}, {first.tag}.",
            value=len(asked) - len(lost),
            limit=len(asked),
            unit="requests",
            decided_by=[event(made), *(event(each) for each in lost[:5])],
            reproduce=f"{SIGN_IN}; kill -9 $PID; {ASK}",
        )
    if (
        not history.faults.get("killed")
        or min(history.faults.get(name, 0) for name in ("replaced", "killed together")) < 2
    ):
        return inconclusive("Not every replica was ended and started anew.")
    return passed(
        "The session outlived kill -9 of its replica, the end of the other, and of both at once.",
        value=len(asked), limit=len(asked), unit="requests",
    )  # fmt: skip


# -- ends-everywhere --------------------------------------------------------------------------------------------------

AFTER = {
    "copy after": "after the sign-out",
    "copy after the last answer": "after the sign-out, once a request that had been under way was answered",
    "copy at once": "right after its sign-out was answered",
    "copy after a restart": "after the sign-out, once every replica had been killed and one started anew",
}


def it_is_over(history: History) -> Finding:
    made, sign_outs = one(history, "made"), tagged(history, "sign-out")
    if (nothing := no_session([*tagged(history, "made")])) is not None or made is None or not sign_outs:
        return nothing or inconclusive("Nobody signed in.")
    refused = [each for each in sign_outs if each.outcome != "ok" or each.status != 204]
    if refused:
        sentence = f"The sign-out at {refused[0].replica} {told(refused[0])}, not 204."
        return failed(sentence, decided_by=[event(each) for each in refused[:3]])
    asked = [each for tag in AFTER for each in history.exchanges(tag)]
    alive = [each for each in asked if each.ok]
    evidence: dict[str, Any] = {"unit": "answers to a session that was over", "limit": 0, "value": len(alive)}
    by_hand = f"{SIGN_IN}; cp jar copy; curl -X POST -b jar $OTHER_URL/sign-out; curl -i -b copy $URL/me"
    if alive:
        decided = [*_its_sign_out(sign_outs, alive[0]), *(event(each) for each in alive[:4])]
        return failed(
            f"{AFTER[alive[0].tag].capitalize()}, {alive[0].replica} still knew a copy of the cookie.",
            decided_by=decided, reproduce=by_hand, **evidence,
        )  # fmt: skip
    other = [each for each in history.exchanges("other device after") if not each.ok]
    if other:
        return failed(
            f"Signing out at one device ended the member's other session too: {other[0].replica} {told(other[0])}.",
            decided_by=[event(sign_outs[0]), *(event(each) for each in other[:3])], reproduce=by_hand,
        )  # fmt: skip
    before = [each for each in history.exchanges("copy before") if not each.ok]
    if before:
        sentence = f"The session was not known everywhere before it ended: {before[0].replica} {told(before[0])}."
        return failed(sentence, decided_by=[event(each) for each in before])
    if not history.faults.get("a request was under way"):
        return inconclusive("No request of the session was under way when it ended.")
    if history.faults.get("killed together", 0) < 3:
        return inconclusive("Not every replica was killed.")
    return passed("Signed out once, it was over at every replica, for every copy.", **evidence)


def _its_sign_out(sign_outs: list[Exchange], asked: Exchange) -> list[str]:
    """The one after which this was asked."""
    tag = "sign-out in turn" if asked.tag == "copy at once" else "sign-out"
    before = [each for each in sign_outs if each.tag == tag and each.over_s <= asked.sent_s]
    return [event(each) for each in before[-1:]]


# -- ends-by-itself ---------------------------------------------------------------------------------------------------


def it_ends(history: History) -> Finding:
    if (nothing := no_session(tagged(history, "made"))) is not None:
        return nothing
    for part in (_unused_ended(history), _used_did_not(history), _store_forgets(history)):
        if part is not None:
            return part
    return passed(
        f"With {TTL_S} s to live, unused sessions ended, the one in use did not, and the store keeps none for ever.",
        value=0, limit=0, unit="sessions that outstayed",
    )  # fmt: skip


def _unused_ended(history: History) -> Finding | None:
    made, asked = history.exchanges("made unused"), history.exchanges("unused")
    last_s = max(each.ended_s or 0.0 for each in made)
    alive = [each for each in asked if each.ok]
    if alive:
        idle_s = alive[0].sent_s - last_s
        return failed(
            f"Unused for {idle_s:.1f} s, with {TTL_S} s to live, a session was still there at {alive[0].replica}.",
            value=len(alive), limit=0, unit="sessions that outstayed",
            decided_by=[*(event(each) for each in made), *(event(each) for each in alive[:3])],
            reproduce=f"{SIGN_IN}; sleep {TTL_S + LATE_S}; {ASK}",
        )  # fmt: skip
    return None


def _used_did_not(history: History) -> Finding | None:
    made, used = history.exchanges("made used"), history.exchanges("used")
    lost = next((n for n, each in enumerate(used) if not each.ok), None)
    if lost is None:
        return None
    before, gone = [*made, *used][lost], used[lost]
    unused_s = gone.over_s - before.sent_s
    decided = [*(event(each) for each in [*made, *used][max(0, lost - 2) : lost + 2])]
    if unused_s >= TTL_S - EARLY_S:
        return inconclusive(f"The machine was busy: the session had been left alone for {unused_s:.1f} s.")
    since_s = gone.sent_s - made[0].sent_s
    return failed(
        f"A session in use ended {since_s:.1f} s after its sign-in, though it had been used {unused_s:.1f} s before.",
        value=unused_s, limit=TTL_S - EARLY_S, unit="s unused", decided_by=decided,
        reproduce=f"{SIGN_IN}; for n in 1 2 3 4 5 6; do sleep {EVERY_S}; curl -s -b jar -c jar $URL/me; done; {ASK}",
    )  # fmt: skip


def _store_forgets(history: History) -> Finding | None:
    rows = [row for census in history.censuses("keys", "in use") for row in census.rows if row["ttl_ms"] != GONE]
    limit_ms = (TTL_S + KEPT_S) * 1000
    kept = [row for row in rows if not 0 <= row["ttl_ms"] <= limit_ms]
    if not kept:
        return None
    row = kept[0]
    life = "no expiry" if row["ttl_ms"] < 0 else f"{row['ttl_ms'] / 1000:.0f} s to live"
    return failed(
        f"{len(kept)} of {len(rows)} keys in the store outstay their session: {row['key'][:40]!r} has {life}.",
        value=len(kept), limit=0, unit="keys that outstay",
        decided_by=[f"{each['key'][:60]!r}: {each['ttl_ms']} ms" for each in kept[:4]],
        reproduce="valkey-cli --scan | while read key; do valkey-cli pttl $key; done",
    )  # fmt: skip
