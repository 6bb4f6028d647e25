"""What the probes of a burst and of a full pool find: pure functions over a history."""

from __future__ import annotations

from typing import Any

from runner.probes import Finding, History, beside, failed, inconclusive, passed

scene = beside(__file__, "theatre")
told = beside(__file__, "evidence")


# -- within-the-limit -------------------------------------------------------------------------------------------------


def it_keeps_to_its_share(history: History) -> Finding:
    """What is seen in so many looks in a row is no connection that was closing while the next one opened."""
    share = int(history.notes["share"])
    rows = [told.most_lasting(history.censuses("sessions", tag)) for tag in ("burst", "left")]
    whens = ("", ", after customers who waited had left")
    when, looks = max(zip(whens, rows, strict=True), key=lambda row: told.least(row[1]))
    count, burst = told.least(looks), history.exchanges("burst")
    events = [f"{look.at_s:.3f} s  {told.opened(look)} sessions" for look in looks]
    shown: dict[str, Any] = {
        "value": count,
        "limit": share,
        "unit": "connections",
        "series": [history.series("connections", share, "POOL_MAX")],
        "reproduce": told.by_hand(
            f"{told.LOCK} for i in $(seq 40); do curl -s -m 20 $URL/shows/1 & done; sleep 1; {told.SESSIONS}"
        ),
    }
    unserved = [e for e in burst if not e.ok]
    if count > share:
        lost = f"; of the burst {len(unserved)} of {len(burst)} were not served" if unserved else ""
        return failed(
            f"The service had {count} connections open at the database{when}. POOL_MAX allowed it {share}, and "
            f"its role may have {told.ROLE_LIMIT}{lost}.",
            decided_by=[*events, *told.seen(unserved, 2), *map(told.session, looks[0].rows[:2])], **shown,
        )  # fmt: skip
    if not history.faults.get("waited"):
        return inconclusive("Nothing was seen to wait at the lock.")
    if unserved:
        text = f"{len(unserved)} of {len(burst)} requests of the burst were not served: {told.answer(unserved[0])}"
        if told.is_busy(history):
            return inconclusive(f"{text}, on a machine that was very busy.")
        events += told.seen(unserved)
        return failed(f"{text}, though each could wait 10 s for its turn.", decided_by=events, **shown)
    if not history.faults.get(scene.LEFT):
        return inconclusive("No customer was seen to wait before she left.")
    return passed(f"{count} connections served a burst of {len(burst)}.", decided_by=events, **shown)


# -- saturation-answered ----------------------------------------------------------------------------------------------


def the_rest_is_told(history: History) -> Finding:
    opened_s, excess, due = history.notes["opened_s"], history.exchanges("excess"), history.notes["excess"]
    in_time = [e for e in excess if e.outcome == "ok" and e.ended_s is not None and e.ended_s <= opened_s]
    refused = [e for e in in_time if e.status == 503]
    shown: dict[str, Any] = {
        "value": len(refused),
        "limit": due,
        "unit": "answers 503",
        "reproduce": told.by_hand(
            f"{told.LOCK} for i in $(seq 40); do "
            "curl -s -m 10 -w ' %{http_code} %{time_total}\\n' $URL/shows/1 & done; wait"
        ),
    }
    first_sent = min((e.sent_s for e in excess), default=opened_s)
    if len(refused) < len(in_time):
        other = [e for e in in_time if e.status != 503]
        text = f"{len(other)} of {due} requests beyond the pool were answered {told.answer(other[0])}"
        return failed(f"{text}, where the contract says 503.", decided_by=told.seen(other), **shown)
    if not history.faults.get("connections taken"):
        return inconclusive("The pool was never seen to be taken.")
    seated, taken = history.exchanges("seated"), history.faults["connections taken"]
    lost = [e for e in seated if e.status != 201]
    # As many as were not seen to be taken may have been had by others; more than that were had by nobody.
    if 0 < max(len(lost), due - len(refused)) <= told.SEATED - taken:
        return inconclusive(f"Only {taken} of {told.SEATED} connections were seen to be taken; one was to be had.")
    if len(refused) < due:
        if told.is_busy(history):
            return inconclusive("The machine was so busy that answers may have come late for that alone.")
        late = sorted((e for e in excess if e not in in_time), key=lambda e: e.sent_s)
        text = f"{due - len(refused)} of {due} requests were not answered while every connection was taken"
        events = [
            f"{first_sent:.3f} s  the first request beyond the pool",
            *told.seen(late, 3),
            f"{opened_s:.3f} s  opened",
        ]
        return failed(f"{text}, for {opened_s - first_sent:.1f} s: they hung.", decided_by=events, **shown)
    if lost or len(seated) < told.SEATED:
        text = "A booking that had its connection and waited for a lock was answered"
        said = told.answer(lost[0]) if lost else "not at all"
        return failed(f"{text} {said}: it was to be waited for.", decided_by=told.seen(lost), **shown)
    return _is_served_again(history, f"All {due} were told 503 while the pool was taken", shown)


def _is_served_again(history: History, text: str, shown: dict[str, Any]) -> Finding:
    after = history.exchanges("again")
    more = history.exchanges("again at once")
    served = next((n for n, each in enumerate(after) if each.status == 201), len(after))
    refused = [each for each in after[:served] if each.status == 503]
    lost = [e for e in more if e.status != 201]
    if told.in_vain(history, [*refused, *lost], told.ACQUIRE_S):
        return inconclusive("The machine was too busy to give the service its connections in time.")
    if len(refused) > told.REFUSED_ONCE_FREE and served < len(after):
        late_s = after[served].sent_s - after[0].sent_s
        return failed(
            f"{text}, and when every connection had come free {len(refused)} bookings, over {late_s:.1f} s, were "
            "refused all the same: the contract says that it works again at once.",
            decided_by=told.seen(after[: served + 1]), **shown,
        )  # fmt: skip
    if not any(e.status == 201 for e in after) and told.is_ours(history, after, told.SERVED_AGAIN_S):
        return inconclusive("The machine was too busy to let the service serve again in time.")
    if not any(e.status == 201 for e in after) or lost:
        said = told.seen(lost or after[-3:])
        return failed(
            f"{text}, and then bookings were not served any more although every connection had come free: those who "
            "had given up waiting were given one all the same, and never gave it back.",
            decided_by=said, **shown,
        )  # fmt: skip
    return passed(f"{text}, and bookings were served as soon as it was free.", **shown)
