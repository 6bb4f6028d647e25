"""Whether ordinary requests overtake reports: read from a history, decided by most of the rounds.

A sibling of `probes.py`, which loads it by path. Pure: nothing here drives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

from runner.probes import (
    Exchange,
    Finding,
    History,
    Measure,
    Series,
    failed,
    inconclusive,
    may_be_our_lateness,
    passed,
)

SHARE_OVERTAKING = 0.7
AGREEING_ROUNDS = 0.8
LEAST_ASKED = 10
MOST_RUN_FOR_WORK = 3.0
# Who runs or sleeps for more than this many times the work draws the round out. Beside four busy loops accepted fixes
# ran for at most 1.8 times theirs and slept for 0.6, and whoever burnt or slept six seconds did so for 6.9 and more.
OWN_FOR_WORK = 4.0
SLOWED_FOR_OURS = 2.0
PATIENCE_S = 15.0

# Four hundred loans, as large as a report may be; with nothing but what the course itself needs.
PORTFOLIO = (
    "python3 -c 'import json; print(json.dumps({"
    """"reference": "r", "passphrase": "eight or more", "loans": [{"id": f"L{n}", "principal_cents": 9000000, """
    """"rate_bps": 400, "months": 360, "payment_cents": 43000} for n in range(400)]}))' > portfolio.json; """
)
POST_REPORT = "curl -s $URL/reports -H 'content-type: application/json' -d @portfolio.json"
SEND_REPORT = PORTFOLIO + POST_REPORT
SEND_BOTH = SEND_REPORT + " & sleep 0.05; curl -s -o /dev/null -w '%{time_total}s\\n' $URL/products"


class Round(NamedTuple):
    """One time that reports were rendered: how long it took, and what became of the ordinary requests meanwhile.

    `slowed` says how many times as long as all of the work on one core the machine made that: what makes rendering
    slow, a busy machine, makes everybody wait as well. What the service slept, or ran beyond its work, is its own.
    A wait is that of 95 in 100 of those that fall into the work; nobody waits less because a report is stretched.
    `net_ms` is the wait without what the verifier itself was late in each. `is_drawn_out` where the service itself made
    most of the round: how late the verifier was in all of it then says nothing of a wait. `starved_ms` is what
    the service waited for a core in the longest wait.
    """

    began_s: float
    took_ms: float
    share: float
    wait_ms: float
    net_ms: float
    longest: Exchange
    slowed: float
    perhaps_slowed: float
    is_drawn_out: bool
    starved_ms: float

    def limit_ms(self, quiet_ms: float) -> float:
        return quiet_ms * self.slowed

    def cannot_be_told(self, quiet_ms: float) -> bool:
        """Too long a wait, unless the machine made the service wait more than it made us."""
        most_ms = quiet_ms * self.perhaps_slowed
        if not self.is_drawn_out:
            most_ms = max(most_ms, quiet_ms + self.starved_ms)
        return self.limit_ms(quiet_ms) < self.wait_ms <= most_ms


def rounds_of(history: History, limit_ms: float) -> tuple[list[Round], int]:
    """The rounds that can be judged, and how many cannot.

    A verifier that was late itself only adds to waits: a round is void where that alone may have put them over the
    limit.
    """
    good: list[Round] = []
    void = 0
    for number in range(int(history.notes.get("rounds", 0))):
        made = round_of(history, number)
        if made is None:
            void += 1
            continue
        ended_s = made.began_s + made.took_ms / 1000
        late_ms = 0.0 if made.is_drawn_out else history.lag_s(made.began_s, ended_s) * 1000
        is_perhaps_ours = made.wait_ms > made.limit_ms(limit_ms) >= min(made.net_ms, made.wait_ms - late_ms)
        if is_perhaps_ours or made.cannot_be_told(limit_ms):
            void += 1
        else:
            good.append(made)
    return good, void


def round_of(history: History, number: int) -> Round | None:
    """Round `number`; None where its reports failed or fewer than ten ordinary requests fell into it."""
    reports = history.exchanges(f"report {number}")
    if not reports or not all(e.ok and e.ended_s is not None for e in reports):
        return None
    began = min(e.sent_s for e in reports)
    ended = max(e.ended_s or 0.0 for e in reports)
    asked = [e for e in history.exchanges("ordinary") if began <= e.intended_s < ended]
    early = [e for e in asked if e.intended_s < began + 0.6 * (ended - began)]
    if len(asked) < LEAST_ASKED or not early:
        return None
    share = sum(e.ok and (e.ended_s or math.inf) < ended for e in early) / len(early)
    took_ms = (ended - began) * 1000
    work_ms = float(history.notes.get("work_ms", took_ms)) * len(reports)
    slowed, perhaps = slowed_by(history, number, took_ms, work_ms)
    told = _spent(history, number)
    is_drawn_out = told is not None and _draws_out(told, work_ms)
    by_wait = sorted(asked, key=wait_ms_of)
    at = len(asked) - 1 - math.floor(0.05 * len(asked) * min(1.0, work_ms * slowed / took_ms))
    net_ms = sorted(net_ms_of(history, e) for e in asked)[at]
    wait_ms = wait_ms_of(by_wait[at])
    longest = by_wait[at]
    starved_ms = history.starved_s(longest.intended_s, longest.over_s) * 1000
    return Round(began, took_ms, share, wait_ms, net_ms, longest, slowed, perhaps, is_drawn_out, starved_ms)


def slowed_by(history: History, number: int, took_ms: float, work_ms: float) -> tuple[float, float]:
    """How many times as long as `work_ms` a round took for want of cores: for certain, and perhaps.

    Without the time that the service slept, and what it ran beyond three times its work. A service that stretches a
    round has its waits of all that time; so for certain it is no more than twice what the verifier's own work was
    slowed down by just then, and what a quota held the service back; and nothing where it drew the round out itself.
    """
    told = _spent(history, number)
    if "spent" not in history.notes:
        perhaps = most = took_ms / work_ms
    elif told is None:
        perhaps = most = min(took_ms / work_ms, slowdown_of(history))
    elif _draws_out(told, work_ms):
        perhaps = most = 1.0
    else:
        idle_ms = told["slept_ms"] + max(0.0, told["ran_ms"] - MOST_RUN_FOR_WORK * work_ms)
        perhaps = most = (took_ms - idle_ms) / work_ms
        if history.notes.get("slowdowns"):
            held_back_ms = told.get("throttled_ms", 0.0)
            most = SLOWED_FOR_OURS * slowdown_of(history) + held_back_ms / work_ms
    return max(1.0, min(perhaps, most)), max(1.0, perhaps)


def _draws_out(told: dict[str, float], work_ms: float) -> bool:
    return max(told["slept_ms"], told["ran_ms"]) > OWN_FOR_WORK * work_ms


def _spent(history: History, number: int) -> dict[str, float] | None:
    """What the service slept and ran in a round, and was held back by a quota, in ms; None where that is not known."""
    spent: list[dict[str, float] | None] = history.notes.get("spent", [])
    return spent[number] if number < len(spent) else None


def slowdown_of(history: History) -> float:
    """The most that the verifier's own work was slowed down by during this probe."""
    return float(max(1.0, *history.notes.get("slowdowns", [1.0]), 1.0))


def wait_ms_of(exchange: Exchange) -> float:
    return exchange.latency_ms if exchange.ok else math.inf


def net_ms_of(history: History, exchange: Exchange) -> float:
    """The wait, without what the verifier was late meanwhile."""
    if not exchange.ok or exchange.ended_s is None:
        return math.inf
    return history.net_s(exchange.intended_s, exchange.ended_s) * 1000


def net_of(history: History, tag: str, of: Callable[[list[float]], float]) -> float:
    """The fastest, the median or the like of the waits of a tag, each without what the verifier was late meanwhile."""
    return of([net_ms_of(history, e) for e in history.exchanges(tag)])


def judge_overtaking(history: History, limit_of_key: float, least_rounds: int, what: str) -> Finding:
    """Held up, or not, in four rounds of five; else it cannot be said."""
    if wrong := list(history.notes.get("wrong", [])):
        return failed(f"A report rendered in this probe was wrong: {wrong[0]}.", decided_by=wrong[:6])
    if wrong := list(history.notes.get("counter", [])):
        return failed(f"While {what}, an ordinary answer was wrong: {wrong[0]}.", decided_by=wrong[:6])
    if (unanswered := _unanswered(history, what)) is not None:
        return unanswered
    limit_ms = float(history.notes["key_ms"]) * limit_of_key
    rounds, void = rounds_of(history, limit_ms)
    if len(rounds) < least_rounds:
        return inconclusive(
            f"Only {len(rounds)} of {len(rounds) + void} rounds could be judged and {least_rounds} are needed: "
            "the verifier was held up itself, or too little was asked while a report rendered."
        )
    held = [r for r in rounds if r.wait_ms > r.limit_ms(limit_ms) or r.share < SHARE_OVERTAKING]
    limit_ms = median(r.limit_ms(limit_ms) for r in rounds)
    wait_ms, share = median(r.wait_ms for r in rounds), median(r.share for r in rounds)
    evidence: dict[str, Any] = {
        "value": wait_ms if math.isfinite(wait_ms) else None,
        "limit": limit_ms,
        "unit": "ms",
        "series": (waits_series(history, limit_ms), reports_series(history)),
        "decided_by": [_told(r, n) for n, r in enumerate(rounds, start=1)][:6],
    }
    if len(held) >= AGREEING_ROUNDS * len(rounds):
        return failed(_held_up(what, rounds, wait_ms, limit_ms, share), reproduce=SEND_BOTH, **evidence)
    if len(rounds) - len(held) >= AGREEING_ROUNDS * len(rounds):
        sentence = (
            f"While {what}, 95 in 100 ordinary requests were answered within {wait_ms:.0f} ms "
            f"(limit {limit_ms:.0f} ms), {share:.0%} of the early ones before it was done."
        )
        overtook = Measure(share, SHARE_OVERTAKING, "share that overtook")
        return passed(sentence, also=[overtook], **evidence)
    return inconclusive(f"Ordinary requests were held up in {len(held)} of {len(rounds)} rounds.", **evidence)


def _unanswered(history: History, what: str) -> Finding | None:
    """Where a report was refused, or had no answer, while callers asked."""
    rounds = range(int(history.notes.get("rounds", 0)))
    lost = next((e for number in rounds for e in history.exchanges(f"report {number}") if not e.ok), None)
    if lost is None:
        return None
    until_s = lost.sent_s + PATIENCE_S
    if lost.how == "timeout" and may_be_our_lateness(history, lost.sent_s, until_s, PATIENCE_S / 2):
        return inconclusive("The machine was too busy to tell whether reports are answered.")
    became = f"was answered {lost.status}" if lost.status else f"had no answer ({lost.how or 'cut short'})"
    return failed(
        f"Where {what} and callers asked, a report {became} within {PATIENCE_S:.0f} s; every one is to be answered, "
        "whoever asks meanwhile.",
        reproduce=SEND_BOTH,
    )


def _held_up(what: str, rounds: Sequence[Round], wait_ms: float, limit_ms: float, share: float) -> str:
    took = median(r.took_ms for r in rounds)
    waited = f"waited {wait_ms:.0f} ms" if math.isfinite(wait_ms) else "were never answered with 200"
    return (
        f"While {what} ({took:.0f} ms), the slowest 5 in 100 ordinary requests {waited} or longer; "
        f"the limit is {limit_ms:.0f} ms. {share:.0%} of those asked early were answered before it was done: "
        "something computes on the event loop for that long."
    )


def _told(r: Round, number: int) -> str:
    after = (r.longest.intended_s - r.began_s) * 1000
    waited = f"{r.wait_ms:.0f} ms" if math.isfinite(r.wait_ms) else f"in vain ({r.longest.status or r.longest.how})"
    asked = f"{r.longest.method} {r.longest.path.partition('?')[0]}"
    return (
        f"round {number}, at {r.began_s:.2f} s: rendering took {r.took_ms:.0f} ms; {asked}, "
        f"{after:.0f} ms into it, waited {waited}; {r.share:.0%} overtook it"
    )


def waits_series(history: History, limit_ms: float) -> Series:
    """How long each ordinary request waited, by when it was to be sent."""
    points = sorted((e.intended_s, e.latency_ms) for e in history.exchanges("ordinary") if math.isfinite(e.latency_ms))
    return Series("wait of ordinary requests", "ms", tuple(points), limit_ms, "limit")


def reports_series(history: History) -> Series:
    """1 while a report renders, else 0."""
    edges: list[tuple[float, float]] = []
    for e in sorted(
        (e for e in history.exchanges(method="POST", path="/reports") if e.ended_s is not None), key=lambda e: e.sent_s
    ):
        edges += [(e.sent_s, 0.0), (e.sent_s, 1.0), (e.ended_s or 0.0, 1.0), (e.ended_s or 0.0, 0.0)]
    return Series("a report renders", "", tuple(sorted(edges, key=lambda edge: edge[0])))
