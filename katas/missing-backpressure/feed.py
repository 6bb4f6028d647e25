"""The ledger feed of `missing-backpressure`, as the verifier plays it, and the postings it hands out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from runner.probes import Call, Downstream, Gate, Inputs

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
# Of two, three and four bytes in UTF-8, strewn over short records.
FOREIGN = (*[""] * 18, "é", "ß", "€", "–", "𝄞", "🏦")

Writer = Callable[[Call, bytes], Awaitable[None]]


class Ledger:
    """Random postings, cheap to hand out: some two hundred bodies, stamped with running ids; a range says which."""

    def __init__(self, inputs: Inputs, record: tuple[int, int]) -> None:
        self._first_id = inputs.randint(10**6, 10**8)
        made = [_posting(inputs, record) for _ in range(inputs.choice((197, 199, 211, 223)))]
        self._json = [json.dumps(row, ensure_ascii=False).encode()[1:] for row in made]
        self._csv = [b"," + ",".join(map(_field, row.values())).encode() + b"\n" for row in made]
        self.page_rows = PAGE_BYTES // (sum(map(len, self._json)) // len(made) + 14)
        self.row_bytes = sum(map(len, self._csv)) / len(made) + len(str(self._first_id))

    def _stamped(self, bodies: list[bytes], prefix: bytes, rows: range) -> list[bytes]:
        return [prefix % (self._first_id + i) + bodies[i % len(bodies)] for i in rows]

    def page(self, rows: range, cursor: str | None) -> bytes:
        text = b",".join(self._stamped(self._json, b'{"id":%d,', rows))
        return b'{"rows":[' + text + b'],"next":' + json.dumps(cursor).encode() + b"}"

    def digest(self, rows: range) -> str:
        """SHA-256 of the export of those rows."""
        return hashlib.sha256(HEADER + b"".join(self._stamped(self._csv, b"%d", rows))).hexdigest()

    def beginning(self, rows: range, size: int) -> str:
        """SHA-256 of the first `size` bytes of an export that is longer."""
        enough = rows[: int(1.5 * size / self.row_bytes) + len(self._csv)]
        text: bytes = HEADER + b"".join(self._stamped(self._csv, b"%d", enough))
        return hashlib.sha256(text[:size]).hexdigest()


def _posting(inputs: Inputs, record: tuple[int, int]) -> dict[str, str]:
    text = inputs.randbytes(inputs.randint(*record) // 2).hex(" ", -8)
    if record[1] < 200:
        text = "".join(map(str.__add__, text, inputs.choices(FOREIGN, k=len(text))))
    spice = inputs.choice(("", "", ",", '"', ', "é"', "\n:86:", "/"))
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


class State(NamedTuple):
    """What a snapshot of an account holds, and how listing it fails: from row `at` on, or not at all."""

    rows: range
    failing: str = ""
    at: int = 0


class Snapshot(NamedTuple):
    """A state of an account that is pinned."""

    account: str
    state: State


class Feed:
    """The ledger feed: opens, lists and releases snapshots, and counts what it handed out for each account."""

    def __init__(self, downstream: Downstream, inputs: Inputs, record: tuple[int, int] = (700, 1300)) -> None:
        self.ledger, self.history = Ledger(inputs, record), downstream.history
        self.rows: dict[str, int] = {}
        self.pulled: dict[str, float] = {}
        self.released: set[str] = set()
        self.failed_s: dict[str, float] = {}
        self.writers: dict[str, Writer] = {}
        self._inputs, self._effect, self._gate = inputs, downstream.effect, downstream.gate
        self._names = inputs.apart("names of snapshots and cursors")
        self._gates: dict[str, Gate] = {}
        self._states: dict[str, list[State]] = {}
        self._opened: dict[str, list[range]] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._cursors = {"": 0}
        downstream.on("POST", "/snapshots", self._open)
        downstream.on("GET", "/snapshots/*/rows", self._list)
        downstream.on("DELETE", "/snapshots/*", self._release)

    def holds(self, rows: int = 0, *, mib: float = 0, failing: str = "", once: bool = False, account: str = "") -> str:
        """A new account of that size; with `failing`, it fails so for good from about the middle on.

        With `once` its first snapshot fails so for good; the next ones are whole, and of another state of the ledger.
        """
        account = account or f"acct-{self._inputs.token(8)}"
        size = self.rows[account] = rows or int(mib * MIB / self.ledger.row_bytes)
        self.pulled[account] = 0.0
        first = self._inputs.randint(0, 10**6)
        held = range(first, first + size)
        at = int(size * self._inputs.uniform(0.4, 0.7)) if failing else size
        self._states[account] = [State(held, failing, at)]
        if once:
            self._states[account].append(State(self._later(held)))
        return account

    def _later(self, held: range) -> range:
        """The same account a moment later: rows were added or taken out in front, and there are some more behind."""
        by = self._inputs.choice((-2, -1, 1, 2))
        return range(held.start + by, held.stop + self._inputs.randint(0, 3))

    def held_back(self, account: str) -> Gate:
        """A gate, shut, before the opening of that account's snapshots."""
        self._gates[account] = self._gate(self._give)
        return self._gates[account]

    def pins(self, account: str) -> bool:
        """Whether a snapshot of that account is open."""
        return any(snapshot.account == account for snapshot in self._snapshots.values())

    def opened(self, account: str) -> int:
        """How many snapshots of that account were opened."""
        return len(self._opened.get(account, []))

    def is_whole(self, account: str, digest: str) -> bool:
        """Whether that is the SHA-256 of all that one snapshot of the account held, and of nothing else."""
        return any(self.ledger.digest(rows) == digest for rows in self._opened.get(account, []))

    def is_beginning(self, account: str, digest: str, size: int) -> bool:
        """Whether that is the SHA-256 of the first `size` bytes of a snapshot of the account."""
        return any(self.ledger.beginning(rows, size) == digest for rows in self._opened.get(account, []))

    def pulled_mib(self, accounts: Iterable[str]) -> float:
        return sum(self.pulled[account] for account in accounts) / MIB

    async def _open(self, call: Call) -> None:
        await self._gates.get(str(call.json()["account"]), self._give)(call)

    async def _give(self, call: Call) -> None:
        account = str(call.json()["account"])
        if account not in self.rows:
            self.holds(mib=128, account=account)
        states = self._states[account]
        if states[0].failing == "refused":
            self.history.fault("refused", 1)
            self.failed_s.setdefault(account, self.history.now())
            return await call.reply(503, json={"error": "ledger_busy"})
        state = states.pop(0) if len(states) > 1 else states[0]
        snapshot = self._names.token(10)
        self._snapshots[snapshot] = Snapshot(account, state)
        self._opened.setdefault(account, []).append(state.rows)
        self._effect("opened", account)
        return await call.reply(201, json={"snapshot": snapshot, "rows": len(state.rows)})

    async def _list(self, call: Call) -> None:
        snapshot = self._snapshots.get(call.path.split("/")[2])
        start = self._cursors.get(call.query.get("cursor", ""))
        if snapshot is None or start is None:
            return await call.reply(404, json={"error": "no_such_snapshot"})
        account, (rows, failing, at) = snapshot
        stop = min(len(rows), start + self.ledger.page_rows, start + max(1, int(call.query.get("limit", "1000"))))
        if failing and stop > at:
            self.history.fault(failing, 1)
            self.failed_s.setdefault(account, self.history.now())
            return await self._fail(call, failing, self.ledger.page(rows[start:stop], None))
        cursor = f"{self._names.token(6)}.{stop}" if stop < len(rows) else None
        self._cursors[cursor or ""] = stop if cursor else 0
        self.pulled[account] += (stop - start) * self.ledger.row_bytes
        self._effect("page", account, mib=round(self.pulled[account] / MIB, 3))
        return await self.writers.get(account, _at_once)(call, self.ledger.page(rows[start:stop], cursor))

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
        snapshot = self._snapshots.pop(call.path.split("/")[2], None)
        if snapshot is None:
            return await call.reply(404, json={"error": "no_such_snapshot"})
        self.released.add(snapshot.account)
        self._effect("released", snapshot.account)
        return await call.reply(204)


async def _at_once(call: Call, page: bytes) -> None:
    await call.reply(body=page, headers=JSON)
