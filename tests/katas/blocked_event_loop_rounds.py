"""Rounds of `blocked-event-loop` made by hand: a report renders, ordinary requests come meanwhile and wait."""

from __future__ import annotations

from typing import Any

from runner.probes import Finding, History, Verdict
from runner.record.history import Exchange

KEY_MS = 200.0
REPORT_S = 0.4


def exchange(tag: str, at_s: float, took_ms: float, **changes: Any) -> Exchange:
    fields: dict[str, Any] = {
        "tag": tag,
        "n": 1,
        "method": "GET",
        "path": "/products",
        "intended_s": at_s,
        "sent_s": at_s,
        "outcome": "ok",
        "status": 200,
        "ended_s": at_s + took_ms / 1000,
    }
    return Exchange(**{**fields, **changes})


def rendering(wait_ms: float | list[float], rounds: int = 5, **answer: Any) -> History:
    """Rounds of one report of 400 ms, forty ordinary requests in each that waited `wait_ms` (or one value a round)."""
    history = History()
    history.note("key_ms", KEY_MS)
    history.note("rounds", rounds)
    waits = wait_ms if isinstance(wait_ms, list) else [wait_ms] * rounds
    for number, wait in enumerate(waits):
        began = 1.0 + number
        for n in range(40):
            history.add_exchange(exchange("ordinary", began + n * 0.01, wait, **answer))
        report = {"method": "POST", "path": "/reports", "status": 201}
        history.add_exchange(exchange(f"report {number}", began, REPORT_S * 1000, **report))
    return history


def blocked(history: History, length_ms: float) -> History:
    """The same rounds, with ordinary requests held until `length_ms` into each report."""
    held = History()
    held.note("key_ms", KEY_MS)
    held.note("rounds", history.notes["rounds"])
    for e in history.exchanges():
        if e.tag != "ordinary":
            held.add_exchange(e)
            continue
        into_s = (e.intended_s - 1.0) % 1.0
        wait_ms = max(1.0, length_ms - into_s * 1000)
        held.add_exchange(exchange("ordinary", e.intended_s, wait_ms))
    return held


def verdict_of(finding: Finding) -> Verdict:
    assert finding.sentence
    return finding.verdict
