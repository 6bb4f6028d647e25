"""What a service may say while its store hangs or is down, and after: pure functions over a history."""

from __future__ import annotations

from typing import Any

from runner.probes import Exchange, Finding, History, Verdict, beside, failed, held_up_s, inconclusive, passed

judges = beside(__file__, "judges")

TIMEOUT_MS = 400
TIMES = 5
WITHIN_S = TIMES * TIMEOUT_MS / 1000
RECOVERED_S, SPARE_S = 5.0, 0.5
ASKED_S = WITHIN_S + 3.0
"""How long an answer is waited for: what has not come by then is not late for want of a core."""
STARTED_S = 5.0
STARTED_WHILE = "is down"
PUBLIC = ("/opening-hours", "/healthz", "/readyz")
OUTAGES = {"hangs": ("pause", "kill -STOP $VALKEY_PID"), "is down": ("kill", "kill -9 $VALKEY_PID")}


def it_says_so_and_recovers(history: History) -> Finding:
    """The first thing that is wrong, in the order in which it happened; what cannot be said comes after that."""
    made = [*history.exchanges("made"), *history.exchanges("made and ended")]
    if (nothing := judges.no_session(made)) is not None:
        return _too_busy("ask the store") if _any_in_vain(history, made) else nothing
    parts = [part(history, outage) for outage in OUTAGES for part in (_public, _honest, _recovered)]
    told = [each for each in (*parts, _outlived(history), _started(history)) if each is not None]
    if told:
        return next((each for each in told if each.verdict is Verdict.FAILED), told[0])
    slowest = max(_seconds(history, each) for outage in OUTAGES for each in history.exchanges(f"needs it, {outage}"))
    return passed(
        "While the store hung or was down this was said in time, and it served again with it.",
        value=slowest, limit=WITHIN_S, unit="s to the slowest answer",
    )  # fmt: skip


def _too_busy(to_do: str) -> Finding:
    return inconclusive(f"The machine was too busy to let the service {to_do} in time.")


def _any_in_vain(history: History, asked: list[Exchange]) -> bool:
    """Whether one of these is a 503 that may have come of a core, which the service or its store waited for too long.

    A timeout of the service's own is over after `TIMEOUT_MS`, however little of it the service itself was let run.
    """
    return any(
        each.status == 503 and held_up_s(history, each.sent_s, each.over_s) >= TIMEOUT_MS / 1000 / 2 for each in asked
    )


def _outlived(history: History) -> Finding | None:
    """What should live on did, and what had ended did not."""
    kept = [each for each in history.exchanges("kept over the hang") if not each.ok]
    if kept and _any_in_vain(history, kept):
        return _too_busy("ask the store")
    if kept:
        return _no(
            f"A session was lost though the store had only paused: {kept[0].replica} {judges.told(kept[0])}.", kept
        )
    risen = [each for each in history.exchanges("ended before") if each.ok]
    if risen:
        sentence = "A session that had been signed out was alive again after the store had lost what it knew"
        return _no(f"{sentence}: {risen[0].replica} {judges.told(risen[0])}.", risen)
    return None


def _no(sentence: str, decided: list[Exchange], **evidence: Any) -> Finding:
    return failed(sentence, decided_by=[judges.event(each) for each in decided[:5]], **evidence)


def _seconds(history: History, exchange: Exchange) -> float:
    """To its answer, without what the verifier itself was late; to the end of waiting where there was none."""
    return history.net_s(exchange.sent_s, exchange.over_s)


def _may_be_for_want_of_a_core(history: History, late: list[Exchange]) -> bool:
    """Whether all of these may have been answered in time had the service not waited for a core."""
    return all(
        (each.outcome == "ok" or each.how == "timeout")
        and _seconds(history, each) - history.starved_s(each.sent_s, each.over_s) <= WITHIN_S
        for each in late
    )


def _public(history: History, outage: str) -> Finding | None:
    """Public pages and both health routes go on as ever, with a cookie and without."""
    asked = history.exchanges(f"public, {outage}")
    wrong = [each for each in asked if each.outcome == "ok" and each.status != 200]
    late = [each for each in asked if each.outcome != "ok" or _seconds(history, each) > WITHIN_S]
    if not wrong and not late:
        return None
    if not wrong and _may_be_for_want_of_a_core(history, late):
        return _too_busy("answer")
    first = (wrong or late)[0]
    return _no(
        f"While the store {_verb(outage)}, {first.path}, which needs none, was not served: {first.replica} "
        f"{judges.told(first)}.",
        wrong or late, value=len(asked) - len(wrong or late), limit=len(asked), unit="public requests",
        reproduce=_by_hand(outage, first.path),
    )  # fmt: skip


def may_still(history: History, from_s: float, to_s: float, within_s: float) -> bool:
    """Whether it may be for a busy machine alone that a replica does not do yet what it is to do within that time."""
    return history.net_s(from_s, to_s) - history.starved_s(from_s, to_s) <= within_s


def _started(history: History) -> Finding | None:
    """A replica that was started while the store was away did not wait for it."""
    tried = history.exchanges(f"started, {STARTED_WHILE}")
    if tried and tried[-1].ok:
        return None
    if not tried:
        return inconclusive("No replica was started while the store was away.")
    from_s, to_s = tried[0].sent_s, tried[-1].over_s
    if may_still(history, from_s, to_s, STARTED_S):
        return _too_busy("start a replica while the store was away")
    first, replica = tried[0], tried[0].replica
    back = [each for each in history.exchanges(f"{STARTED_WHILE} no more") if each.replica == replica and each.ok][:1]
    return _no(
        f"Started while the store {_verb(STARTED_WHILE)}, {replica} did not serve {first.path}, which needs none, "
        f"within {STARTED_S:.0f} s: it {judges.told(tried[-1])}.",
        [first, tried[-1], *back], value=1, limit=2, unit="replicas that served public pages",
        reproduce=f"{OUTAGES[STARTED_WHILE][1]}; npm start & sleep {STARTED_S:.0f}; curl -i $URL{first.path}",
    )  # fmt: skip


def _honest(history: History, outage: str) -> Finding | None:
    """503, and in time."""
    asked = history.exchanges(f"needs it, {outage}")
    wrong = [each for each in asked if each.outcome == "ok" and each.status != 503]
    late = [each for each in asked if each.outcome != "ok" or _seconds(history, each) > WITHIN_S]
    if not wrong and not late:
        return None
    if not wrong and _may_be_for_want_of_a_core(history, late):
        return _too_busy("answer")
    first = (wrong or late)[0]
    if wrong:
        why = MEANINGS.get(first.status or 0, "which says nothing of it")
        what = f"{first.replica} {judges.told(first)}, {why}, and not 503"
    elif first.outcome == "ok":
        what = f"{first.replica} answered after {_seconds(history, first):.1f} s, and not within {WITHIN_S:.1f} s"
    else:
        what = f"{first.replica} {judges.told(first)}, and not with 503 within {WITHIN_S:.1f} s"
    return _no(
        f"While the store {_verb(outage)}, {first.method} {first.path} needed it: {what}.",
        wrong or late, value=len(asked) - len(wrong or late), limit=len(asked), unit="honest answers",
        reproduce=_by_hand(outage, first.path),
    )  # fmt: skip


MEANINGS = {
    200: "as if somebody had looked",
    204: "as if the session were over",
    401: "as if the member had signed out",
    500: "as if the fault were unknown",
}


def _recovered(history: History, outage: str) -> Finding | None:
    """Each replica took a sign-in again, and knew it."""
    tried = history.exchanges(f"{outage} no more")
    back = {each.replica for each in tried if each.ok}
    knew = {each.replica for each in history.exchanges(f"{outage} no more, me") if each.ok}
    every = {each.replica for each in tried}
    missing = sorted(every - (back & knew))
    if not missing:
        return None if tried else inconclusive("Nobody was left to be asked again.")
    asked = [*tried, *history.exchanges(f"{outage} no more, me")]
    last = [each for each in asked if each.replica == missing[0]][-1:]
    if any(_may_still_recover(history, [each for each in asked if each.replica == replica]) for replica in missing):
        return _too_busy("recover")
    ended = "had stopped hanging" if outage == "hangs" else "was up again"
    return _no(
        f"{RECOVERED_S:.0f} s after the store {ended}, {missing[0]} did not serve members: it {judges.told(last[0])}.",
        last, value=len(every) - len(missing), limit=len(every), unit="replicas that recovered",
        reproduce=_by_hand(outage, "/me"),
    )  # fmt: skip


def _may_still_recover(history: History, asked: list[Exchange]) -> bool:
    """Whether a replica that did not serve members may have done so, had the machine let it in time."""
    knows_none = asked[-1].tag.endswith(", me")
    return _any_in_vain(history, asked[-1:]) or (
        not knows_none and may_still(history, asked[0].sent_s, asked[-1].over_s, RECOVERED_S)
    )


def _verb(outage: str) -> str:
    return {"hangs": "hung", "is down": "was down"}[outage]


def _by_hand(outage: str, path: str) -> str:
    return f"{judges.SIGN_IN}; {OUTAGES[outage][1]}; curl -i -b jar $URL{path}"
