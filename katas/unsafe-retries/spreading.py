"""Whether retries of calls that failed together come apart and wait longer each time.

Jitter is judged by order (Kendall's rank correlation), since a machine that is busy stretches times and keeps their
order: measured without jitter 1.00, with the usual kinds 0.03 to 0.29 at the median, with one per cent about 0.7.
"""

from __future__ import annotations

import itertools
from statistics import median
from typing import Any

from runner.probes import CallRecord, Finding, Series, failed, inconclusive, kendall_tau, passed

NO_JITTER, JITTER, GROWTH = 0.85, 0.60, 1.4
GROUPS_NEEDED = 3
SHARE_NEEDED = 2 / 3

Calls = list[CallRecord]


def judged(groups: list[list[Calls]], thrice: list[Calls], evidence: list[str], reproduce: str) -> Finding:
    """The finding over groups of orders that failed together, once, and over orders that failed three times each."""
    waits = [waits_of(calls) for calls in thrice]
    firsts = [each[0] for each in waits if each]
    thirds = [each[2] for each in waits if len(each) > 2]
    taus = [tau for group in groups if (tau := correlation(group)) is not None]
    if len(taus) < GROUPS_NEEDED or len(thirds) < len(waits) * SHARE_NEEDED:
        return failed(
            f"Of {len(waits)} checkouts whose first three requests failed, {len(firsts)} were retried once and "
            f"{len(thirds)} a third time. The contract withholds no retry before PAYMENTS_RETRY_FLOOR (1000 here) "
            f"requests have failed.",
            value=len(thirds),
            limit=len(waits),
            unit="third retries",
            decided_by=evidence,
        )
    return _spread(taus, median(firsts), median(thirds), evidence, reproduce)


def waits_of(calls: Calls) -> list[float]:
    """Seconds from each failure to the next request of the same order."""
    pairs = itertools.pairwise(calls)
    return [after.at_s - before.answered_s for before, after in pairs if before.answered_s is not None]


def correlation(group: list[Calls]) -> float | None:
    """Kendall's tau of the order of failing and of coming back; None where too few came back."""
    pairs = [(c[0].answered_s, c[1].at_s) for c in group if len(c) > 1 and c[0].answered_s is not None]
    if len(pairs) < len(group) * SHARE_NEEDED:
        return None
    return kendall_tau([failed_s for failed_s, _ in pairs], [back_s for _, back_s in pairs])


def _spread(taus: list[float], first_s: float, third_s: float, evidence: list[str], reproduce: str) -> Finding:
    tau, growth = median(taus), third_s / max(first_s, 0.001)
    points = tuple((float(n), round(value, 3)) for n, value in enumerate(taus, 1))
    by_group = ", ".join(f"{value:.2f}" for value in taus)
    shown: dict[str, Any] = {
        "series": [Series("rank correlation by group", "tau", points, JITTER, "jitter")],
        "decided_by": [
            f"correlation of the order of failing and of coming back, by group: {by_group}",
            f"median wait before the first retry {first_s * 1000:.0f} ms, before the third {third_s * 1000:.0f} ms",
            *evidence,
        ],
    }
    ordered: dict[str, Any] = {"value": tau, "limit": JITTER, "unit": "rank correlation", **shown}
    if tau >= NO_JITTER:
        text = "Calls that failed together came back in the order they left"
        return failed(f"{text} (correlation {tau:.2f}): all waited the same time.", reproduce=reproduce, **ordered)
    if growth < GROWTH:
        text = (
            f"The third wait was {growth:.2f} times the first ({third_s * 1000:.0f} ms after {first_s * 1000:.0f} ms)"
        )
        unit = "times the first wait"
        return failed(
            f"{text}: waits do not grow.", value=growth, limit=GROWTH, unit=unit, reproduce=reproduce, **shown
        )
    if tau > JITTER:
        text = f"Too little jitter to tell it from none (correlation {tau:.2f})"
        return inconclusive(f"{text}: widen the range that a wait is drawn from.", **ordered)
    text = f"Calls that failed together came back scattered (correlation {tau:.2f})"
    return passed(f"{text}, and the third wait was {growth:.1f} times the first.", **ordered)
