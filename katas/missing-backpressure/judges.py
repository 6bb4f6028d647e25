"""What the probes of `missing-backpressure` find: pure functions over a history.

Bytes and endings decide; a time only where the contract is about time.
"""

from __future__ import annotations

from typing import Any

from runner.probes import (
    VERY_LATE_S,
    Exchange,
    Finding,
    History,
    Measure,
    beside,
    failed,
    inconclusive,
    may_be_our_lateness,
    passed,
)

scene = beside(__file__, "feed")
reading = beside(__file__, "reading")
pieces = beside(__file__, "pieces")

AHEAD_LIMIT_MIB = 32.0
GROWTH_LIMIT_MIB = 96.0
AFTER_LEAVING_LIMIT_MIB = 16.0
RELEASED_WITHIN_S = 5.0
RESIDENT_LIMIT_MIB = 448.0
ANSWERED_WITHIN_S = 5.0
# Later than that, so that what never comes is told from what was kept from coming in time.
GIVEN_UP_AFTER_S = 6.5
AT_ONCE = 3
SLOW_READERS = 20
READ_ON_MIB = 1.5
WAYS = {
    "paused": "A reader vanished while it paused",
    "reading": "A reader closed its connection while it read",
    "early": "A reader was gone before it had read anything",
    "unopened": "A reader was gone before its snapshot was opened",
}
BESIDES = {
    "paused": " whose reader paused",
    "at once": f", one of {AT_ONCE} at once whose pages came in pieces that end within characters,",
}
SLOW_CURL = 'curl -sS -N --limit-rate 20k "$URL/accounts/acme-1/postings.csv" > /dev/null'


def they_arrive_whole(history: History) -> Finding:
    """Each body is, byte for byte, the statement the feed held."""
    exports = history.notes["exports"]
    wrong = [e for e in exports if not e["intact"]]
    evidence: dict[str, Any] = {"value": len(wrong), "limit": 0, "unit": "wrong exports", "reproduce": SLOW_CURL}
    if not wrong:
        at_once, rows = history.notes["at_once"], sum(e["rows"] for e in exports)
        limit_s = pieces.MEET_WITHIN_S - VERY_LATE_S
        # Who asks for one page at a time, by its own choice, has none torn by another.
        if not at_once["torn"] and may_be_our_lateness(history, at_once["at_s"], at_once["until_s"], limit_s):
            return inconclusive("The machine was too busy to write the pages of several exports at once.", **evidence)
        return passed(
            f"All {len(exports)} exports ({rows:,} rows) arrived byte for byte as the feed held them.", **evidence
        )
    # What came to its end is wrong whatever the time it took.
    first = next((e for e in wrong if e["ended"]), wrong[0])
    if not first["ended"] and _may_not_have_stalled(history, first):
        return inconclusive("The machine was too busy to read an export to its end.", **evidence)
    what = f"An export of {first['rows']:,} rows{BESIDES.get(first['tag'], '')}"
    if first["status"] != 200:
        sentence = f"{what} was answered {first['status'] or 'not at all'} ({first['ended'] or 'still open'})."
    elif not first["complete"]:
        sentence = f"{what} did not come to its end: {first['bytes']:,} bytes, then {first['ended'] or 'nothing more'}."
    else:
        sentence = (
            f"{what} ended properly after {first['bytes']:,} bytes, which are not the rows the feed held: "
            f"none may be missing or changed."
        )
    return failed(sentence, decided_by=[reading.told(e) for e in exports], **evidence)


def the_pull_comes_to_rest(history: History) -> Finding:
    """The pull comes to rest a bounded distance ahead of the reader, each time it pauses."""
    pauses, grown, size = history.notes["pauses"], history.notes["grown_mib"], history.notes["size_mib"]
    worst = max(pause["ahead_mib"] for pause in pauses)
    restless = next((pause for pause in pauses if not pause["still"]), None)
    evidence: dict[str, Any] = {
        "value": round(worst, 1),
        "limit": AHEAD_LIMIT_MIB,
        "unit": "MiB pulled ahead",
        "series": (history.series("pulled ahead of the reader", AHEAD_LIMIT_MIB, "limit"),),
        "decided_by": [_paused(pause) for pause in pauses],
        "reproduce": SLOW_CURL,
    }
    if worst > AHEAD_LIMIT_MIB:
        return failed(
            f"The reader had stopped, and the service had pulled {worst:.0f} MiB beyond what was read, of an export of "
            f"{size:.0f} MiB: nothing held the pull back while the response was full.",
            **evidence,
        )
    if history.notes["ended_while_paused"] not in ("", "whole"):
        return failed("The export was broken off while its reader paused; a reader may pause for a minute.", **evidence)
    if restless is not None:
        span_s = restless["until_s"] - restless["at_s"]
        if may_be_our_lateness(history, restless["at_s"], restless["until_s"], span_s - VERY_LATE_S):
            return inconclusive("The machine was too busy to tell whether the pull had come to rest.", **evidence)
        return failed(
            f"The reader had stopped for {span_s:.1f} s and the service was still pulling: it slows down, but it does "
            f"not wait for the reader.",
            **evidence,
        )
    if grown > GROWTH_LIMIT_MIB:
        return failed(
            f"The process grew by {grown:.0f} MiB for one paused reader (limit {GROWTH_LIMIT_MIB:.0f}).", **evidence
        )
    if (stuck := _does_not_come(history, evidence)) is not None:
        return stuck
    return passed(
        f"With its reader paused the pull came to rest {worst:.1f} MiB ahead; the process grew by {grown:.0f} MiB.",
        also=[Measure(grown, GROWTH_LIMIT_MIB, "MiB grown")],
        **evidence,
    )


def _does_not_come(history: History, evidence: dict[str, Any]) -> Finding | None:
    """Where the paused reader could not read on, or another did not get a large export whole."""
    on, beside_it = history.notes.get("read_on"), history.notes.get("beside")
    if on and not on["intact"]:
        if on["stalled"] and _may_not_have_stalled(history, on):
            return inconclusive("The machine was too busy to tell whether the paused reader can read on.", **evidence)
        return failed(
            f"The reader read on after a pause, and {on['bytes']:,} bytes came that are not the next of its export, or "
            f"too few of them; a reader may pause for a minute.",
            **evidence,
        )
    if beside_it and not beside_it["intact"]:
        if not beside_it["ended"] and _may_not_have_stalled(history, beside_it):
            return inconclusive("The machine was too busy to read a large export to its end.", **evidence)
        return failed(f"A large export with a prompt reader did not come whole: {reading.told(beside_it)}.", **evidence)
    return None


def _may_not_have_stalled(history: History, export: dict[str, Any]) -> bool:
    """Whether it is for us that nothing came any more; late by half of the time is no service's doing."""
    ended_s, took_s = export["at_s"] + export["took_s"], min(export["took_s"], reading.ENDED_WITHIN_S)
    return may_be_our_lateness(history, ended_s - took_s, ended_s, took_s / 2)


def _was_half_late(history: History, span: dict[str, Any]) -> bool:
    """Whether half of the time passed without us or the service: no service takes a share of it like that."""
    return may_be_our_lateness(history, span["at_s"], span["until_s"], (span["until_s"] - span["at_s"]) / 2)


def _paused(pause: dict[str, Any]) -> str:
    rest = "came to rest" if pause["still"] else "went on"
    return (
        f"{pause['at_s']:.2f} s: the reader stopped after {pause['read_mib']:.1f} MiB; by {pause['until_s']:.2f} s the "
        f"pull {rest} {pause['ahead_mib']:.1f} MiB ahead"
    )


def the_pull_ends_with_the_reader(history: History) -> Finding:
    """After each way of leaving little more is pulled, and the snapshot is released."""
    readers = history.notes["readers"]
    worst = max(readers, key=lambda reader: reader["after_mib"])
    kept = next((reader for reader in readers if not reader["released"]), None)
    evidence: dict[str, Any] = {
        "value": round(worst["after_mib"], 1),
        "limit": AFTER_LEAVING_LIMIT_MIB,
        "unit": "MiB after leaving",
        "decided_by": [_left(reader) for reader in readers],
        "reproduce": f"timeout 1 {SLOW_CURL}",
    }
    if all(reader["left_at_mib"] == 0 for reader in readers):
        return inconclusive("No export had begun to pull when its reader left.", **evidence)
    if worst["after_mib"] > AFTER_LEAVING_LIMIT_MIB:
        return failed(
            f"{WAYS[worst['way']]}, and the service went on to pull {worst['after_mib']:.0f} MiB more for nobody "
            f"(limit {AFTER_LEAVING_LIMIT_MIB:.0f}).",
            **evidence,
        )
    if kept is not None:
        if _was_half_late(history, history.notes["left"]):
            return inconclusive("The machine was too busy to tell whether snapshots are released in time.", **evidence)
        return failed(
            f"{WAYS[kept['way']]}, and {RELEASED_WITHIN_S:.0f} s later its snapshot was not released at the feed.",
            **evidence,
        )
    return passed(
        f"All four exports ended with their readers: at most {worst['after_mib']:.1f} MiB more was pulled, "
        f"and every snapshot was released.",
        **evidence,
    )


def _left(reader: dict[str, Any]) -> str:
    released = "released" if reader["released"] else "not released"
    return (
        f"{WAYS[reader['way']]}: {reader['left_at_mib']:.1f} MiB pulled by then, {reader['after_mib']:.1f} MiB after, "
        f"snapshot {released}"
    )


def the_others_are_served(history: History) -> Finding:
    """All small exports and health checks are answered, intact, and the process stays within its memory."""
    prompt, held = history.notes["prompt"], history.notes["held"]
    health = history.exchanges(tag="health")
    peak = max((sample.value for sample in history.samples("resident")), default=0.0)
    pulled = f"{held} of {SLOW_READERS} slow readers open; {history.notes['pulled_mib']:.0f} MiB pulled for them in all"
    evidence: dict[str, Any] = {
        "value": round(peak),
        "limit": RESIDENT_LIMIT_MIB,
        "unit": "MiB resident",
        "series": (history.series("resident", RESIDENT_LIMIT_MIB, "limit"),),
        "decided_by": [pulled, *(reading.told(seen) for seen in prompt[-3:])],
        "reproduce": f"for i in $(seq {SLOW_READERS}); do {SLOW_CURL.replace('acme-1', 'acme-$i')} & done",
    }
    crowd = f"Beside {SLOW_READERS} paused readers"
    late = next((seen for seen in prompt if not seen["intact"] or seen["took_s"] > ANSWERED_WITHIN_S), None)
    unhealthy = next((exchange for exchange in health if not exchange.ok), None)
    if peak > RESIDENT_LIMIT_MIB:
        return failed(
            f"{crowd} the process took {peak:.0f} MiB (limit {RESIDENT_LIMIT_MIB:.0f}): what they do not read piles "
            f"up in it.",
            **evidence,
        )
    if late is not None:
        if _may_be_ours(history, late):
            return inconclusive("The machine was too busy to tell if small exports are served in time.", **evidence)
        return failed(f"{crowd} a small export was not served: {reading.told(late)}.", **evidence)
    if unhealthy is not None:
        if _may_have_been_healthy(history, unhealthy):
            return inconclusive("The machine was too busy to tell if /healthz is answered in time.", **evidence)
        return failed(f"{crowd} /healthz was not answered: {unhealthy.how or unhealthy.status}.", **evidence)
    if not history.notes["at_rest"]:
        return inconclusive("The machine was too busy to tell whether the pull for them comes to rest.", **evidence)
    if (shut_out := _paused_readers_lack(history, evidence)) is not None:
        return shut_out
    return passed(
        f"{crowd} {len(prompt)} small exports and {len(health)} health checks were answered; the process took "
        f"{peak:.0f} MiB.",
        also=[Measure(max(seen["took_s"] for seen in prompt), ANSWERED_WITHIN_S, "s, a small export")],
        **evidence,
    )


def _paused_readers_lack(history: History, evidence: dict[str, Any]) -> Finding | None:
    """Where not all twenty have an export, or one cannot read on."""
    held, on = history.notes["held"], history.notes.get("read_on")
    if held < SLOW_READERS:
        if _was_half_late(history, history.notes["crowd"]):
            return inconclusive("The machine was too busy to open so many exports.", **evidence)
        return failed(f"Only {held} of {SLOW_READERS} slow readers had an open export; 32 may have one.", **evidence)
    if on and on["least_mib"] < READ_ON_MIB:
        if may_be_our_lateness(history, on["at_s"], on["until_s"], ANSWERED_WITHIN_S - VERY_LATE_S):
            return inconclusive("The machine was too busy to tell whether paused readers can read on.", **evidence)
        return failed(
            f"Of {on['of']} of the paused readers that read on, one got {on['least_mib']:.1f} MiB within "
            f"{ANSWERED_WITHIN_S:.0f} s: its export waits for another's reader.",
            **evidence,
        )
    return None


def _may_have_been_healthy(history: History, unhealthy: Exchange) -> bool:
    """Only where no answer came: another than was wanted is no matter of time."""
    from_s = unhealthy.intended_s
    return unhealthy.how == "timeout" and may_be_our_lateness(
        history, from_s, from_s + GIVEN_UP_AFTER_S, ANSWERED_WITHIN_S
    )


def _may_be_ours(history: History, export: dict[str, Any]) -> bool:
    """Only of one that took too long: what was refused or cut short in time is no matter of time."""
    if export["took_s"] <= ANSWERED_WITHIN_S:
        return False
    return may_be_our_lateness(history, export["at_s"], export["at_s"] + export["took_s"], ANSWERED_WITHIN_S)


def nobody_takes_it_for_whole(history: History) -> Finding:
    """Each failed export shows it, by its status or by a body without a proper ending; the others are whole."""
    exports = {seen["tag"]: seen for seen in history.notes["exports"]}
    taken = [way for way in scene.FAILURES if _looks_whole(exports[way])]
    evidence: dict[str, Any] = {
        "value": len(taken),
        "limit": 0,
        "unit": "taken for whole",
        "decided_by": [reading.told(seen) for seen in exports.values()],
        "reproduce": 'curl -sS "$URL/accounts/half-503/postings.csv" -o half.csv; echo "curl: $? (0 whole, 18 cut)"',
    }
    dull = [way for way in scene.FAILURES if not history.faults.get(way)]
    hanging = next((way for way in scene.FAILURES if not exports[way]["ended"]), None)
    harmed = next((exports[tag] for tag in ("healthy", "later") if not exports[tag]["intact"]), None)
    if taken:
        first = exports[taken[0]]
        half = "half a statement that looks like a whole one"
        if first["snapshots"] > 1:
            half = f"parts of {first['snapshots']} snapshots, and the whole of none"
        return failed(
            f"In the feed {scene.FAILURES[taken[0]]}, and the reader got {first['bytes']:,} bytes with a proper "
            f"ending: {half}.",
            **evidence,
        )
    if (stuck := next((way for way in dull if not exports[way]["ended"]), None)) is not None:
        if _may_not_have_stalled(history, exports[stuck]):
            return inconclusive("The machine was too busy to read large exports.", **evidence)
        return failed(
            f"An export stood still half-way, with a prompt reader: {reading.told(exports[stuck])}.", **evidence
        )
    if dull:
        return inconclusive(f"The service never came to the failing page: {', '.join(dull)}.", **evidence)
    if hanging is not None:
        failed_s = {failure["tag"]: failure["at_s"] for failure in history.notes["failures"]}
        ended_s = exports[hanging]["at_s"] + exports[hanging]["took_s"]
        if may_be_our_lateness(history, failed_s[hanging], ended_s, reading.ENDED_WITHIN_S):
            return inconclusive("The machine was too busy to tell whether broken exports end in time.", **evidence)
        return failed(
            f"In the feed {scene.FAILURES[hanging]}, and {reading.ENDED_WITHIN_S:.0f} s later the response had not "
            f"ended.",
            **evidence,
        )
    if harmed is not None:
        if not harmed["ended"] and _may_not_have_stalled(history, harmed):
            return inconclusive("The machine was too busy to read an export beside the failing ones.", **evidence)
        return failed(f"An export beside or after the failing ones was harmed: {reading.told(harmed)}.", **evidence)
    return passed("The feed failed in five ways, and no reader took what it got for a whole export.", **evidence)


def _looks_whole(seen: dict[str, Any]) -> bool:
    return bool(seen["complete"] and (seen["status"] or 0) < 400 and not seen["intact"])
