"""Whether an idle service stays quick: read from a history, relative to the work as the verifier measured it.

A sibling of `probes.py`, which loads it by path. Pure: nothing here drives.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from runner.probes import Finding, History, Measure, beside, failed, inconclusive, passed

overtaking = beside(__file__, "overtaking")

WORK_FOR_REPORT = 2.5
SLEPT_FOR_REPORT = 1.5
ORDINARY_FOR_KEY = 0.05


def neither_is_made_slow(history: History) -> Finding:
    """The fastest of three reports, as noise only delays, and the median of the ordinary requests."""
    if wrong := list(history.notes.get("wrong", [])):
        return failed(
            f"A report was wrong: {wrong[0]}.", value=len(wrong), limit=0, unit="wrong answers", decided_by=wrong[:6]
        )
    reports = [overtaking.wait_ms_of(e) for e in history.exchanges("report")]
    ordinaries = [overtaking.wait_ms_of(e) for e in history.exchanges("ordinary")]
    if len(reports) < 3 or len(ordinaries) < 30 or not all(math.isfinite(ms) for ms in reports):
        return inconclusive("Too few requests were answered to say how long they take.")
    report_limit = WORK_FOR_REPORT * float(history.notes["work_ms"]) * overtaking.slowdown_of(history)
    ordinary_limit = ORDINARY_FOR_KEY * float(history.notes["key_ms"]) * overtaking.slowdown_of(history)
    took = ", ".join(f"{ms:.0f}" for ms in reports)
    told = (f"reports took {took} ms", f"an ordinary request took {median(ordinaries):.1f} ms at the median")
    if median(ordinaries) > ordinary_limit and overtaking.net_of(history, "ordinary", median) <= ordinary_limit:
        return inconclusive("The machine was too busy to time ordinary requests.", decided_by=told)
    if median(ordinaries) > ordinary_limit:
        return failed(
            f"On an idle service the median of {len(ordinaries)} ordinary requests was {median(ordinaries):.0f} ms; "
            f"the limit is {ordinary_limit:.0f} ms.",
            value=median(ordinaries),
            limit=ordinary_limit,
            unit="ms",
            decided_by=told,
            reproduce="curl -s -o /dev/null -w '%{time_total}s\\n' $URL/products",
        )
    if (slept_ms := _slept_ms(history)) > SLEPT_FOR_REPORT * float(history.notes["work_ms"]):
        return failed(
            f"On an idle service each report had it sleep for {slept_ms:.0f} ms or longer, with nothing to wait for "
            "but a timer of its own.",
            value=slept_ms,
            limit=SLEPT_FOR_REPORT * float(history.notes["work_ms"]),
            unit="ms",
            decided_by=told,
            reproduce=overtaking.PORTFOLIO + "time " + overtaking.POST_REPORT,
        )
    evidence: dict[str, Any] = {
        "value": min(reports),
        "limit": report_limit,
        "unit": "ms",
        "decided_by": told,
        "series": (overtaking.reports_series(history),),
    }
    if min(reports) > report_limit and overtaking.net_of(history, "report", min) <= report_limit:
        return inconclusive("The machine was too busy to time reports.", **evidence)
    if min(reports) > report_limit:
        return failed(
            f"On an idle service the fastest of {len(reports)} reports took {min(reports):.0f} ms; the limit is "
            f"{report_limit:.0f} ms, two and a half times its work. The service waits, or computes more than it needs.",
            reproduce=overtaking.PORTFOLIO + "time " + overtaking.POST_REPORT,
            **evidence,
        )
    return passed(
        f"On an idle service a report took {min(reports):.0f} ms (limit {report_limit:.0f} ms), "
        f"an ordinary request {median(ordinaries):.1f} ms (limit {ordinary_limit:.0f} ms).",
        also=[
            Measure(median(ordinaries), ordinary_limit, "ms, an ordinary request"),
            Measure(_slept_ms(history), SLEPT_FOR_REPORT * float(history.notes["work_ms"]), "ms asleep"),
        ],
        **evidence,
    )


def _slept_ms(history: History) -> float:
    """The least that the service slept in a report; 0 where the kernel does not tell."""
    slept_ms: list[float | None] = history.notes.get("slept_ms", [])
    return min((ms for ms in slept_ms if ms is not None), default=0.0)
