"""Whether retries of calls that failed one right after the other change places, and wait longer each time.

Jitter is judged by order, since a machine that is busy makes every wait longer and keeps their order: where all wait
the same, who failed first comes back first. Looked at are pairs that failed close together, a twentieth to a tenth of
their wait apart, and came back clearly one after the other. Without jitter none of them changes places, with waits
drawn from a fifth of their length about one in four, with full jitter nearly every second.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from statistics import median
from typing import Any

from msgspec import Struct

from runner.probes import CallRecord, Finding, Measure, Series, Verdict, failed, inconclusive, passed

NO_JITTER, JITTER, SURE, GROWTH = 0.08, 0.15, 0.25, 1.4
NEAREST, FARTHEST = 0.02, 0.10
# Calls that arrive together are taken in any order: what the verifier saw within this time is no order.
CLEAR_S = 0.004
PAIRS_NEEDED = 60
SHARE_NEEDED = 2 / 3
RETRIES = 4
# Three times PAYMENTS_BASE_DELAY_MS: by the contract the first wait is no longer, unless a machine made it so.
LONGEST_FIRST_S = 0.3

Calls = list[CallRecord]
Net = Callable[[float, float], float]


class Retry(Struct, frozen=True):
    """One retry: when the request before it failed, and when it came, in seconds; and the wait between.

    `wait_s` is without what the verifier was late meanwhile.
    """

    failed_s: float
    back_s: float
    wait_s: float


def judged(
    orders: list[Calls], net_s: Net, starved_s: Net, is_shaken: bool, evidence: list[str], reproduce: str
) -> Finding:
    """The finding over orders whose first four requests fail, one order shortly after the other.

    `net_s` and `starved_s` say of a time how long it was but for our lateness, and how much of it the service may have
    waited for a core. The first waits are the shortest and fall into the burst, so a machine adds the most to them.
    """
    rounds = [[retry for calls in orders if (retry := _retry(calls, n, net_s))] for n in range(RETRIES)]
    if len(rounds[-1]) < len(orders) * SHARE_NEEDED:
        return failed(
            f"Of {len(orders)} checkouts whose first four requests failed, {len(rounds[0])} were retried once and "
            f"{len(rounds[-1])} a fourth time. The contract withholds no retry before PAYMENTS_RETRY_FLOOR (1000 here) "
            f"requests have failed.",
            value=len(rounds[-1]),
            limit=len(orders),
            unit="fourth retries",
            decided_by=evidence,
        )
    waits = [median(retry.wait_s for retry in each) for each in rounds]
    kept, swapped = map(sum, zip(*(changes(each, wait) for each, wait in zip(rounds, waits, strict=True)), strict=True))
    finding = _finding(kept, swapped, waits, rounds[0], evidence, reproduce)
    if finding.verdict is not Verdict.FAILED or finding.limit != GROWTH:
        return finding
    added_s = median(starved_s(retry.failed_s, retry.back_s) for retry in rounds[0])
    may_have_grown = waits[-1] >= GROWTH * (waits[0] - added_s)
    if may_have_grown or (is_shaken and waits[0] > LONGEST_FIRST_S):
        text = f"The machine was so busy that the first wait took {waits[0] * 1000:.0f} ms: what it adds hides growth."
        return inconclusive(text, value=finding.value, limit=GROWTH, unit=finding.unit, decided_by=finding.decided_by)
    return finding


def _retry(calls: Calls, number: int, net_s: Net) -> Retry | None:
    """The retry of that number, from 0; None where it was not made."""
    if len(calls) < number + 2 or (failed_s := calls[number].answered_s) is None:
        return None
    back_s = calls[number + 1].at_s
    return Retry(failed_s, back_s, net_s(failed_s, back_s))


def changes(retries: list[Retry], wait_s: float) -> tuple[int, int]:
    """How many pairs that failed close together came back in the order they failed, and how many in the other."""
    kept = swapped = 0
    for one, other in itertools.combinations(sorted(retries, key=lambda retry: retry.failed_s), 2):
        apart_s = other.failed_s - one.failed_s
        if not NEAREST * wait_s <= apart_s <= FARTHEST * wait_s:
            continue
        later_s = other.back_s - one.back_s
        kept += later_s > CLEAR_S
        swapped += later_s < -CLEAR_S
    return kept, swapped


def _finding(
    kept: int, swapped: int, waits: list[float], first: list[Retry], evidence: list[str], reproduce: str
) -> Finding:
    share, growth = swapped / max(kept + swapped, 1), waits[-1] / max(waits[0], 0.001)
    points = tuple((round(retry.failed_s, 3), round(retry.wait_s * 1000, 1)) for retry in first)
    shown: dict[str, Any] = {
        "series": [Series("first wait by the time of failing", "ms", points, None, "")],
        "decided_by": [
            f"{kept + swapped} pairs failed close together; {swapped} of them came back in the other order",
            "median waits before the retries, first to fourth: " + ", ".join(f"{wait * 1000:.0f} ms" for wait in waits),
            *evidence,
        ],
    }
    places: dict[str, Any] = {"value": share, "limit": JITTER, "unit": "of pairs changed places", **shown}
    grown = Measure(growth, GROWTH, "times the first wait")
    if kept + swapped < PAIRS_NEEDED:
        return inconclusive(f"Only {kept + swapped} pairs could be told apart; {PAIRS_NEEDED} are needed.", **places)
    if share <= NO_JITTER:
        text = f"Calls that failed one after the other came back in the same order ({swapped} of {kept + swapped} not)"
        return failed(f"{text}: all waited the same time.", reproduce=reproduce, **places)
    if growth < GROWTH:
        first_ms, last_ms = waits[0] * 1000, waits[-1] * 1000
        text = f"The fourth wait was {growth:.2f} times the first ({last_ms:.0f} ms after {first_ms:.0f} ms)"
        return failed(
            f"{text}: waits do not grow.",
            reproduce=reproduce, value=growth, limit=GROWTH, unit=grown.unit, **shown,
        )  # fmt: skip
    if share < JITTER:
        text = f"Too little jitter to tell it from none ({share:.0%} of pairs changed places)"
        return inconclusive(f"{text}: widen the range that a wait is drawn from.", **places)
    text = f"Calls that failed one after the other came back scattered ({share:.0%} of pairs changed places)"
    return passed(f"{text}, and the fourth wait was {growth:.1f} times the first.", also=[grown], **places)
