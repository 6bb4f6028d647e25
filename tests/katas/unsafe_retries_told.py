"""Histories of `unsafe-retries` made by hand, call by call, as its judges are given them."""

from __future__ import annotations

import json
from typing import Any

from runner.probes import CallRecord, Exchange, History


class Told:
    """A history put together call by call."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        self._calls = 0
        for name, value in notes.items():
            self.history.note(name, value)

    def call(self, order: str, at_s: float, status: int | None = 503, took_s: float = 0.002, **changes: Any) -> None:
        """One request to /charges; with `status=None` it was never answered."""
        self._calls += 1
        facts: dict[str, Any] = {
            "link": "payments",
            "n": self._calls,
            "conn": self._calls,
            "method": "POST",
            "path": "/charges",
            "headers": {"idempotency-key": order},
            "body": json.dumps({"order": order}).encode(),
            "at_s": at_s,
            "status": status,
            "answered_s": None if status is None else at_s + took_s,
        }
        self.history.put_call(CallRecord(**{**facts, **changes}))

    def checkout(self, tag: str, status: int | None = 201, ended_s: float = 0.1, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "tag": tag,
            "n": 1,
            "method": "POST",
            "path": "/checkout",
            "intended_s": 0.0,
            "sent_s": 0.0,
            "outcome": "ok" if status else "unknown",
            "how": "" if status else "timeout",
            "status": status,
            "ended_s": ended_s if status or changes.get("how") else None,
        }
        self.history.add_exchange(Exchange(**{**facts, **changes}))

    def charge(self, order: str, key: str, amount: int = 1290) -> None:
        self.history.add_effect("charge", key, {"order": order, "amount": amount, "id": f"ch_{key}"})
