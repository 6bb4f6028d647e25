"""What a probe did to a backing service, and what it found in one: kept in the history for judges."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class BackingAct(Struct, frozen=True):
    """Something done to a backing service (`kill`, `stop`, `pause`, `start`) or the link to it (`delay`, `cut`).

    `name` is the service's, `postgres` or `valkey`; `detail` says how much: `{"ms": 200}`.
    """

    name: str
    did: str
    at_s: float
    detail: dict[str, Any] = {}


class Census(Struct, frozen=True):
    """What was found at one moment: rows of `of`, which is `sessions`, `locks`, `statements`, `wire`, `keys` or
    `clients`."""

    of: str
    at_s: float
    rows: list[dict[str, Any]]
    tag: str = ""

    def count(self, **wanted: Any) -> int:
        """How many rows have these values: `census.count(state="idle in transaction")`."""
        return sum(all(row.get(name) == value for name, value in wanted.items()) for row in self.rows)
