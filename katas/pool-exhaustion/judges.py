"""What the probes of `pool-exhaustion` find: pure functions over a history.

Censuses, counts and order decide; `bursts.py` has the judges of the two criteria that are about many at once.
"""

from __future__ import annotations

import re
from typing import Any

from runner.probes import Exchange, Finding, History, beside, failed, held_up_s, inconclusive, passed

scene = beside(__file__, "theatre")
told = beside(__file__, "evidence")

AWAY_S = 8.0
_ENDS = ("kill", "stop", scene.ENDED_IDLE)
_LAST_WORDS = re.compile(r"^\w*[Ee]rror:|Unhandled|^Emitted")


# -- bookings-work ----------------------------------------------------------------------------------------------------


def bookings_are_right(history: History) -> Finding:
    wrong = [text for exchange in history.exchanges() if (text := _wrong(history, exchange))]
    wrong += _wrong_rivals(history) + _wrong_returns(history) + _wrong_rows(history)
    evidence: dict[str, Any] = {"value": len(wrong), "limit": 0, "unit": "wrong answers", "decided_by": wrong[:6]}
    if wrong:
        return failed(f"{wrong[0]}.", reproduce=told.by_hand(f"{told.BOOK} '{_order(1)}'"), **evidence)
    if not history.faults.get("left while she waited"):
        return inconclusive("The customer who was to leave while she waited was never seen to wait.")
    return passed("Every request was answered, and every seat sold, as the contract says.", **evidence)


def _order(show: int, seat: str = "A1") -> str:
    return f'{{"showId":{show},"seats":["{seat}"],"customer":"ada"}}'


def _wrong(history: History, exchange: Exchange) -> str:
    """What is wrong with one answer, empty where nothing is."""
    wanted = history.notes["answers"].get(exchange.tag)
    if wanted is None:
        return ""
    if exchange.outcome != "ok" or exchange.status != wanted["status"]:
        return f"{exchange.tag}: {told.answer(exchange)}; the contract says {wanted['status']}"
    body = told.field(exchange)
    other = [name for name, value in wanted["body"].items() if body.get(name) != value]
    return f"{exchange.tag}: `{other[0]}` is {body.get(other[0])!r}, not {wanted['body'][other[0]]!r}" if other else ""


def _wrong_rivals(history: History) -> list[str]:
    said = sorted(told.answer(e) for e in history.exchanges("rivals"))
    right = said == ["201", "409 (seat_taken)"]
    return [] if right else [f"Two customers after one seat were answered {' and '.join(said)}, not 201 and 409"]


def _wrong_returns(history: History) -> list[str]:
    """The second one may be told that it is done, or that there is no such booking any more."""
    said = sorted(told.answer(e) for e in history.exchanges("given back twice"))
    right = said in (["204", "204"], ["204", "404 (no_such_booking)"])
    return [] if right else [f"A booking given back twice at once was answered {' and '.join(said)}, not 204 and 404"]


def _wrong_rows(history: History) -> list[str]:
    rows = {str(row["id"]): row for row in history.notes["sold"]}
    wrong = []
    for show, count in history.notes["should_be_sold"].items():
        row = rows.get(show, {"tickets": 0, "sold": 0})
        if (row["tickets"], row["sold"]) != (count, count):
            wrong.append(f"A show has {row['tickets']} tickets and says {row['sold']} sold; {count} should be sold")
    return wrong


# -- connections-come-back --------------------------------------------------------------------------------------------


def every_connection_works(history: History) -> Finding:
    kinds = history.notes["kinds"]
    shown: dict[str, Any] = {
        "limit": told.WIDTH,
        "unit": "connections",
        "reproduce": told.by_hand(
            f"for i in $(seq 20); do {told.BOOK} '{_order(999)}'; done; {told.BOOK} '{_order(1)}'; {told.SESSIONS}"
        ),
    }
    trouble = _too_few(history) or _unrefused(history) or _behind(history) or _stuck(history)
    if trouble and told.is_busy(history):
        return inconclusive("The machine was so busy that the service was not seen to be slow or stuck.")
    if trouble:
        value, text, events = trouble
        return failed(text, value=value, decided_by=[f"the storm: {', '.join(kinds)}", *events], **shown)
    if not history.faults.get(scene.LEFT):
        return inconclusive("No customer was seen to wait before she left.")
    text = f"After {len(_to_be_refused(history))} refusals of {len(kinds) - 1} kinds"
    return passed(f"{text} all {told.WIDTH} connections worked, at once.", value=told.WIDTH, **shown)


Trouble = tuple[float, str, list[str]] | None


def _too_few(history: History) -> Trouble:
    good, together = history.exchanges("good"), history.notes["together"]
    served = sum(e.status == 201 for e in good)
    if min(together, served) >= told.WIDTH:
        return None
    rows = history.censuses("sessions", "after")[0].rows
    text = f"{together} of {told.WIDTH} bookings had a connection at the same moment, and {served} were answered 201"
    return min(together, served), f"After the storm {text}.", [*told.seen(good, 2), *map(told.session, rows[:3])]


def _to_be_refused(history: History) -> list[Exchange]:
    return [e for e in history.exchanges() if e.tag.endswith(scene.REFUSED)]


def _unrefused(history: History) -> Trouble:
    others = [e for e in _to_be_refused(history) if e.outcome != "ok" or not 400 <= (e.status or 0) < 500]
    if not others:
        return None
    text = f"{len(others)} requests that were to be refused were answered otherwise"
    return (
        0,
        f"{text}, the first with {told.answer(others[0])}: what earlier refusals had left behind was in their way.",
        told.seen(others),
    )


def _behind(history: History) -> Trouble:
    others = [e for e in history.exchanges("bystander") if e.status != 201]
    if not others:
        return None
    text = (
        "While the bookings of customers who had left still waited, the next one, for which a connection was free, was"
    )
    return 0, f"{text} not served: was it given one on which a statement of theirs still ran?", told.seen(others)


def _stuck(history: History) -> Trouble:
    others = [e for e in history.exchanges("same show") if e.status != 201]
    if not others:
        return None
    text = f"{len(others)} shows at which a request had been refused could not be booked afterwards"
    return 0, f"{text}: a transaction still held them.", told.seen(others)


# -- nothing-left-open ------------------------------------------------------------------------------------------------


def nothing_is_open(history: History) -> Finding:
    last = history.censuses("sessions", "rest")[-1]
    left = told.in_transaction(last.rows)
    refused = [e for e in history.exchanges() if e.outcome == "ok" and 400 <= (e.status or 0) < 500]
    first = history.censuses("sessions", "rest")[0]
    if left and held_up_s(history, first.at_s, last.at_s) >= told.AT_REST_AFTER_S / 2:
        return inconclusive("The machine was too busy to let the service come to rest.")
    if left:
        aborted = sum("aborted" in str(row["state"]) for row in left)
        return failed(
            f"{len(left)} of {len(last.rows)} sessions of the service were inside a transaction ({aborted} of them an "
            "aborted one) when every request had long been answered.",
            value=len(left),
            limit=0,
            unit="sessions in a transaction",
            decided_by=[
                f"{last.at_s:.3f} s  the last of {len(history.censuses())} looks",
                *map(told.session, left[:5]),
            ],
            reproduce=told.by_hand(f"{told.BOOK} '{_order(1, 'Z99')}'; sleep 2; {told.SESSIONS}"),
        )
    if not refused or not any(e.ok for e in history.exchanges("before")):
        return inconclusive("No request was refused, or none had worked before.")
    text = f"After {len(refused)} refusals no session was inside a transaction."
    return passed(text, value=0, limit=0, unit="sessions in a transaction")


# -- outlives-a-restart -----------------------------------------------------------------------------------------------


def _was_made(exchange: Exchange, history: History) -> bool:
    """Whether it is rightly answered 201: a database that ends in order may let a lock go a moment too early."""
    return exchange.status == 201 and told.field(exchange).get("id") in history.notes.get("made as it went", [])


def _beyond_its_share(history: History, shown: dict[str, Any]) -> Finding | None:
    looks = told.most_lasting(history.censuses("sessions", "ended"))
    if (count := told.least(looks)) <= told.SEATED:
        return None
    text = f"When idle connections had been ended while two were in use, the service had {count} all told"
    events = [f"{look.at_s:.3f} s  {told.opened(look)} sessions" for look in looks]
    return failed(f"{text}; POOL_MAX allowed it {told.SEATED}.", value=count, decided_by=events, **shown)


def _while_away(history: History, shown: dict[str, Any]) -> Finding | None:
    """What is wrong with what was answered while the database was away; or nothing could be seen of it."""
    silent = [e for e in history.exchanges("under way") if e.status != 503 and not _was_made(e, history)]
    silent += [e for e in history.exchanges("away") if e.status != 503]
    has_bitten = history.notes.get("before", 0) >= told.SEATED and history.faults.get("bookings under way", 0) >= 2
    # Nothing of a busy machine's answers otherwise, or breaks a connection off: one outage that bit is enough for that.
    is_definite = has_bitten and any(e.how != "timeout" for e in silent)
    if not is_definite and (not has_bitten or history.faults.get("bookings under way", 0) < 4):
        return inconclusive("The connections were not seen in use before the database went.")
    if silent and not is_definite and all(told.is_ours(history, [each], AWAY_S) for each in silent):
        return inconclusive("The machine was too busy to let the service answer while the database was away.")
    if silent:
        text = f"While the database was away a request ({silent[0].tag}) got {told.answer(silent[0])}"
        return failed(f"{text}, where the contract says 503.", value=0, decided_by=told.seen(silent), **shown)
    return None


def _not_back(history: History, shown: dict[str, Any]) -> Finding | None:
    """Where the database was back, and the service was not."""
    starts = [act.at_s for act in history.acts("postgres", "start")]
    for since, until in zip(starts, [*starts[1:], 1e9], strict=True):
        tried = [e for e in history.exchanges("again") if since <= e.sent_s < until]
        if not any(e.status == 201 for e in tried):
            if told.is_ours(history, tried, told.SERVED_AGAIN_S):
                return inconclusive("The machine was too busy to let the service recover in time.")
            text = f"The database was back, and {len(tried)} bookings over {told.SERVED_AGAIN_S:.0f} s were not served"
            return failed(f"{text}.", value=0, decided_by=told.seen(tried[-4:]), **shown)
    return None


def so_does_the_service(history: History) -> Finding:
    restart = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'kata%'"
    reproduce = told.by_hand(f'curl -s $URL/shows/1; psql "$DB" -c "{restart}"; curl -s $URL/shows/1')
    shown: dict[str, Any] = {"limit": told.SEATED, "unit": "connections after it", "reproduce": reproduce}
    if gone := [e for e in history.exits if not e.asked]:
        how = gone[0].signal or f"code {gone[0].code}"
        ends = [act for act in history.acts("postgres") if act.did in _ENDS and act.at_s <= gone[0].at_s]
        said = [line.text for line in history.lines("stderr") if _LAST_WORDS.search(line.text)]
        unheard = any("Unhandled 'error' event" in text for text in said)
        return failed(
            f"The service ended with {how} when its connections did"
            + (": a connection emitted an error, and nobody listened." if unheard else "."),
            value=0,
            decided_by=[
                *(f"{act.at_s:.3f} s  the database: {act.did}" for act in ends),
                f"{gone[0].at_s:.3f} s  the service ended",
                *(text.strip()[:120] for text in said[:3]),
            ],
            **shown,
        )
    if beyond := _beyond_its_share(history, shown):
        return beyond
    if (finding := _while_away(history, shown) or _not_back(history, shown)) is not None:
        return finding
    good, together = history.exchanges("good")[-told.SEATED :], history.notes["together"]
    served = sum(e.status == 201 for e in good)
    if min(together, served) < told.SEATED:
        if told.is_busy(history):
            return inconclusive("The machine was so busy that the service was not seen to be slow or stuck.")
        text = f"{together} of {told.SEATED} bookings had a connection at once, and {served} were served"
        return failed(
            f"After two restarts, and connections that ended in use, {text}.",
            value=min(together, served),
            decided_by=told.seen(good),
            **shown,
        )
    return passed(f"After a kill and a restart all {told.SEATED} connections worked again.", value=told.SEATED, **shown)
