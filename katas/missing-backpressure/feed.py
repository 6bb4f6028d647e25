"""The ledger feed of `missing-backpressure`, as the verifier plays it, and the postings it hands out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from runner.probes import Call, Downstream, Inputs

MIB = 2**20
HEADER = b"id,booked,kind,amount,currency,record\n"
JSON = {"content-type": "application/json"}
PAGE_BYTES = 256 * 1024
FAILURES = {
    "503": "a page was answered 503",
    "reset": "the connection of a page was reset",
    "cut": "a page was cut in the middle",
    "short": "the listing ended early, with fewer rows than the snapshot announced",
    "refused": "the snapshot was refused with 503",
}


class Ledger:
    """Random postings, cheap to hand out: some two hundred bodies, stamped with running ids."""

    def __init__(self, inputs: Inputs, record: tuple[int, int]) -> None:
        self._first_id = inputs.randint(10**6, 10**8)
        made = [_posting(inputs, record) for _ in range(inputs.choice((197, 199, 211, 223)))]
        self._json = [json.dumps(row, ensure_ascii=False).encode()[1:] for row in made]
        self._csv = [b"," + ",".join(map(_field, row.values())).encode() + b"\n" for row in made]
        self.page_rows = PAGE_BYTES // (sum(map(len, self._json)) // len(made) + 14)
        self.row_bytes = sum(map(len, self._csv)) / len(made) + len(str(self._first_id))

    def _stamped(self, bodies: list[bytes], prefix: bytes, start: int, stop: int) -> list[bytes]:
        return [prefix % (self._first_id + i) + bodies[i % len(bodies)] for i in range(start, stop)]

    def page(self, start: int, stop: int, cursor: str | None) -> bytes:
        rows = b",".join(self._stamped(self._json, b'{"id":%d,', start, stop))
        return b'{"rows":[' + rows + b'],"next":' + json.dumps(cursor).encode() + b"}"

    def digest(self, rows: int) -> str:
        """SHA-256 of the export of that many rows."""
        return hashlib.sha256(HEADER + b"".join(self._stamped(self._csv, b"%d", 0, rows))).hexdigest()

    def beginning(self, size: int) -> str:
        """SHA-256 of the first `size` bytes of any longer export."""
        rows = int(1.5 * size / self.row_bytes) + len(self._csv)
        text: bytes = HEADER + b"".join(self._stamped(self._csv, b"%d", 0, rows))
        return hashlib.sha256(text[:size]).hexdigest()


def _posting(inputs: Inputs, record: tuple[int, int]) -> dict[str, str]:
    text = inputs.randbytes(inputs.randint(*record) // 2).hex(" ", -8)
    spice = inputs.choice(("", "", ",", '"', ', "é"', "\n:86:", "€" if record[1] < 200 else "/"))
    cut = inputs.randrange(len(text))
    return {
        "booked": f"2026-0{inputs.randint(1, 9)}-{inputs.randint(10, 28)}T0{inputs.randint(0, 9)}:00:00Z",
        "kind": inputs.choice(("card", "transfer", "fee", "refund")),
        "amount": f"{inputs.randint(-99999, 99999)}.{inputs.randint(10, 99)}",
        "currency": inputs.choice(("EUR", "USD", "SEK")),
        "record": text[:cut] + spice + text[cut:],
    }


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


class Feed:
    """The ledger feed: opens, lists and releases snapshots, and counts what it handed out for each account."""

    def __init__(self, downstream: Downstream, inputs: Inputs, record: tuple[int, int] = (700, 1300)) -> None:
        self.ledger, self.history = Ledger(inputs, record), downstream.history
        self.rows: dict[str, int] = {}
        self.pulled: dict[str, float] = {}
        self.released: set[str] = set()
        self._inputs, self._effect = inputs, downstream.effect
        self._names = inputs.apart("names of snapshots and cursors")
        self._failing: dict[str, tuple[str, int]] = {}
        self._accounts: dict[str, str] = {}
        self._cursors = {"": 0}
        downstream.on("POST", "/snapshots", self._open)
        downstream.on("GET", "/snapshots/*/rows", self._list)
        downstream.on("DELETE", "/snapshots/*", self._release)

    def holds(self, rows: int = 0, *, mib: float = 0, failing: str = "", account: str = "") -> str:
        """A new account of that size; with `failing`, it fails so for good from about the middle on."""
        account = account or f"acct-{self._inputs.token(8)}"
        self.rows[account] = rows or int(mib * MIB / self.ledger.row_bytes)
        self.pulled[account] = 0.0
        if failing:
            self._failing[account] = (failing, int(self.rows[account] * self._inputs.uniform(0.4, 0.7)))
        return account

    def pulled_mib(self, accounts: Iterable[str]) -> float:
        return sum(self.pulled[account] for account in accounts) / MIB

    async def _open(self, call: Call) -> None:
        account = str(call.json()["account"])
        if account not in self.rows:
            self.holds(mib=128, account=account)
        if self._failing.get(account, ("",))[0] == "refused":
            self.history.fault("refused", 1)
            return await call.reply(503, json={"error": "ledger_busy"})
        snapshot = self._names.token(10)
        self._accounts[snapshot] = account
        self._effect("opened", account)
        return await call.reply(201, json={"snapshot": snapshot, "rows": self.rows[account]})

    async def _list(self, call: Call) -> None:
        account = self._accounts.get(call.path.split("/")[2], "")
        start = self._cursors.get(call.query.get("cursor", ""))
        if not account or start is None:
            return await call.reply(404, json={"error": "no_such_snapshot"})
        rows = self.rows[account]
        stop = min(rows, start + self.ledger.page_rows, start + max(1, int(call.query.get("limit", "1000"))))
        failing, at = self._failing.get(account, ("", rows))
        if stop > at:
            self.history.fault(failing, 1)
            return await self._fail(call, failing, self.ledger.page(start, stop, None))
        cursor = f"{self._names.token(6)}.{stop}" if stop < rows else None
        self._cursors[cursor or ""] = stop if cursor else 0
        self.pulled[account] += (stop - start) * self.ledger.row_bytes
        self._effect("page", account, mib=round(self.pulled[account] / MIB, 3))
        return await call.reply(
            body=self.ledger.page(start, stop, cursor), headers={"content-type": "application/json"}
        )

    async def _fail(self, call: Call, failing: str, page: bytes) -> None:
        if failing == "503":
            await call.reply(503, json={"error": "ledger_busy"})
        elif failing == "reset":
            call.reset()
        elif failing == "short":
            await call.reply(body=page, headers=JSON)
        else:
            await call.head(200, JSON | {"content-length": str(len(page))})
            await call.write(page[: len(page) // 2])
            call.cut()

    async def _release(self, call: Call) -> None:
        account = self._accounts.pop(call.path.split("/")[2], None)
        if account is None:
            return await call.reply(404, json={"error": "no_such_snapshot"})
        self.released.add(account)
        self._effect("released", account)
        return await call.reply(204)
