"""Reports to render: one of every verdict, and one whose every text comes from somebody hostile."""

from __future__ import annotations

from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report

HOSTILE = "\x1b[2J\x1b]0;owned\x07 a\x00b\u202ec\ud800 ]]> <&'\" \x9b31m\nsecond"

_FINDINGS = {
    "reports-are-right": ("Reports stay correct.", Finding(Verdict.PASSED, "All 12 reports were right.", 12.0, 12.0)),
    "others-overtake": (
        "A report being rendered holds nothing else up.",
        Finding(
            Verdict.FAILED,
            "Of 40 ordinary requests sent while reports rendered, 2 were answered before one ended.",
            value=0.05,
            limit=0.9,
            unit="share of requests",
            decided_by=("GET /orders/17 sent at 1.20 s, answered at 3.41 s", "POST /reports ended at 3.40 s"),
            reproduce="curl -s localhost:3000/reports & curl -w '%{time_total}' localhost:3000/orders/17",
        ),
    ),
    "several-finish": ("Several reports at once finish.", Finding(Verdict.BLOCKED, "It needs others-overtake.")),
    "idle-is-quick": (
        "An idle service is not made slow.",
        Finding(Verdict.INCONCLUSIVE, "The machine was busy: our own timer was 80 ms late.", 80.0, 20.0, "ms"),
    ),
    "survives": ("It survives.", Finding(Verdict.ERROR, "The engine went away. Start it and repeat.")),
}


def result_of(name: str, *, wall_s: float = 1.5) -> CriterionResult:
    sentence, finding = _FINDINGS[name]
    lesson = "the-event-loop#async-does-not-move-work" if name == "others-overtake" else ""
    return CriterionResult(name, sentence, finding, wall_s=wall_s, lesson=lesson)


def report_of(*names: str, sealed: bool = True, notices: tuple[str, ...] = ()) -> Report:
    """A report of the named criteria, or of one of every verdict."""
    return Report(
        kata="blocked-event-loop",
        sandbox="docker" if sealed else "process",
        sealed=sealed,
        seed=4711,
        started_at="2026-01-02T03:04:05Z",
        wall_s=6.25,
        results=tuple(result_of(name) for name in names or _FINDINGS),
        versions={"node": "v24.19.0"},
        notices=notices,
    )


def hostile_report() -> Report:
    finding = Finding(Verdict.FAILED, HOSTILE, 1.0, 2.0, HOSTILE, (HOSTILE,), HOSTILE)
    return Report(
        kata=HOSTILE,
        sandbox="process",
        sealed=False,
        seed=1,
        started_at="2026-01-02T03:04:05Z",
        wall_s=1.0,
        results=(CriterionResult(HOSTILE, HOSTILE, finding),),
        versions={"node": HOSTILE},
        notices=(HOSTILE,),
    )
