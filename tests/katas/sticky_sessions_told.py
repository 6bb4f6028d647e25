"""Histories of `sticky-sessions` made by hand, answer by answer, as its judges are given them."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from runner.probes import Exchange, Finding, History, Verdict

DRAW = random.Random(20260213)
REPLICAS = ("replica-1", "replica-2", "replica-3")
GOOD = "HttpOnly; SameSite=Lax; Path=/"
ADA = {"memberId": "m-1", "name": "Ada", "tier": "gold", "signedInAt": "2026-02-13T02:13:00.000Z"}
OTHER = {**ADA, "memberId": "m-2"}


class Told:
    """A history put together answer by answer; each a tenth of a second after the last unless told otherwise."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        self._now_s = 0.0
        for name, value in notes.items():
            self.history.note(name, value)

    def answer(self, tag: str, status: int | None = 200, body: Any = ADA, **changes: Any) -> None:
        """One answer; with `status=None` none came, and unless told otherwise it was waited for as long as it may."""
        self._now_s += 0.1
        at_s = changes.pop("at_s", self._now_s)
        facts: dict[str, Any] = {
            "tag": tag, "n": 1, "method": "GET", "path": "/me", "intended_s": at_s, "sent_s": at_s,
            "outcome": "ok" if status else "unknown", "how": "" if status else "timeout", "status": status,
            "ended_s": at_s + 0.01 if status else None, "body": json.dumps(body if status == 200 else {}).encode(),
            "replica": "replica-1", "until_s": at_s if status or "how" in changes else at_s + 5.0,
        }  # fmt: skip
        self.history.add_exchange(Exchange(**{**facts, **changes}))

    def signs_in(self, tag: str, sid: str = "", body: Any = ADA, attributes: str = GOOD, **changes: Any) -> None:
        sid = sid or uuid.UUID(int=DRAW.getrandbits(128), version=4).hex
        headers = {"set-cookie": f"sid={sid}; {attributes}"}
        self.answer(tag, body=body, **{"method": "POST", "path": "/sign-in", "headers": headers, **changes})


def verdict_of(judge: Callable[[History], Finding], told: Told) -> Verdict:
    return judge(told.history).verdict
