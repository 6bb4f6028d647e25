"""Exports as the probes of `missing-backpressure` note them, and its judges asked about them."""

from __future__ import annotations

from typing import Any

from runner.probes import Finding, History
from runner.record.history import Exchange

SMALL_STALL = {"status": 200, "ended": "", "complete": False, "intact": False, "took_s": 12.0}


def seen(tag: str = "small", **changes: Any) -> dict[str, Any]:
    """An export that arrived whole, but for what `changes` says."""
    whole = {
        "tag": tag,
        "rows": 100,
        "at_s": 1.0,
        "took_s": 0.1,
        "status": 200,
        "ended": "whole",
        "complete": True,
        "intact": True,
        "bytes": 10_000,
        "snapshots": 1,
    }
    return whole | changes


def judged(judge: Any, notes: dict[str, Any], history: History | None = None) -> Finding:
    kept = history or History()
    for name, value in notes.items():
        kept.note(name, value)
    finding: Finding = judge(History.from_bytes(kept.to_bytes()))
    return finding


def health(status: int | None, how: str = "") -> Exchange:
    return Exchange("health", 1, "GET", "/healthz", 0.1, 0.1, "unknown" if how else "ok", how, status)
