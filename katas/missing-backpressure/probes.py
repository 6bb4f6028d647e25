"""Exports measured at both ends: the ledger feed that is pulled, and readers that pause, leave and come in crowds."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from runner.probes import (
    Call,
    Client,
    ConnectFailed,
    Downstream,
    Downstreams,
    Finding,
    History,
    Inputs,
    Service,
    StreamReader,
    failed,
    inconclusive,
    passed,
    probe,
)

MIB = 2**20
HEADER = b"id,booked,kind,amount,currency,record\n"
JSON = {"content-type": "application/json"}
PAGE_BYTES = 256 * 1024
WINDOW = 64 * 1024
AHEAD_LIMIT_MIB = 32.0
GROWTH_LIMIT_MIB = 96.0
AFTER_LEAVING_LIMIT_MIB = 16.0
RELEASED_WITHIN_S = 5.0
RESIDENT_LIMIT_MIB = 448.0
ANSWERED_WITHIN_S = 5.0
ENDED_WITHIN_S = 10.0
SLOW_READERS = 20
STILL_TICKS = 8
FAILURES = {
    "503": "a page was answered 503",
    "reset": "the connection of a page was reset",
    "cut": "a page was cut in the middle",
    "short": "the listing ended early, with fewer rows than the snapshot announced",
    "refused": "the snapshot was refused with 503",
}
SLOW_CURL = 'curl -sS -N --limit-rate 20k "$URL/accounts/acme-1/postings.csv" > /dev/null'


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
        snapshot = self._inputs.token(10)
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
        cursor = f"{self._inputs.token(6)}.{stop}" if stop < rows else None
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


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    """For `prodrill run`: any account holds 128 MiB; half-503, half-reset, half-cut and half-short fail half-way."""
    feed = Feed(downstreams["feed"], inputs)
    for failing in FAILURES:
        feed.holds(mib=8, failing=failing, account=f"half-{failing}")


def path_of(account: str) -> str:
    return f"/accounts/{account}/postings.csv"


async def until_still(
    client: Client, measure: Callable[[], float], enough: float, *, ticks: int = 4, within_s: float = 8.0
) -> bool:
    """Whether `measure` came to rest: the same over several answers of the service, each of which proves that it ran.

    Ends early where `measure` passes `enough`, where the service no longer answers, and after `within_s`.
    """
    still, last = 0, measure()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while still < ticks and last <= enough:
                await asyncio.sleep(0.05)
                if not (await client.request("GET", "/healthz", tag="pulse", timeout_s=within_s)).ok:
                    return False
                now = measure()
                still = still + 1 if now == last else 0
                last = now
    return still >= ticks


async def read_up_to(reader: StreamReader, count: int, digest: Any = None) -> int:
    """Read that many bytes, or to the end; returns how many came. Nothing for a while is an end too."""
    got = 0
    with contextlib.suppress(TimeoutError):
        while got < count and (data := await reader.read(min(WINDOW, count - got))):
            got += len(data)
            if digest is not None:
                digest.update(data)
    return got


Pause = Callable[[], Awaitable[Any]]


async def fetch(
    client: Client, feed: Feed, account: str, tag: str, pause: Pause | None = None, within_s: float = ENDED_WITHIN_S
) -> dict[str, Any]:
    """Read one export to its end and say what came; `pause` is awaited after the first half MiB."""
    rows, began_s, digest, got = feed.rows[account], feed.history.now(), hashlib.sha256(), 0
    window = WINDOW if pause else 4 * MIB
    try:
        reader = await client.stream("GET", path_of(account), window=window, tag=tag, timeout_s=within_s)
    except (TimeoutError, ConnectFailed) as trouble:
        ended, took_s = getattr(trouble, "how", ""), feed.history.now() - began_s
        return _seen(tag, rows, began_s, took_s=took_s, ended=ended)
    if pause is not None:
        got = await read_up_to(reader, MIB // 2, digest)
        await pause()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while data := await reader.read(WINDOW):
                got += len(data)
                digest.update(data)
    took_s = feed.history.now() - began_s
    intact = reader.status == 200 and reader.complete and digest.hexdigest() == feed.ledger.digest(rows)
    reader.close()
    return _seen(tag, rows, began_s, took_s, reader.status, reader.ended, reader.complete, intact, got)


def _seen(
    tag: str,
    rows: int,
    at_s: float,
    took_s: float,
    status: int | None = None,
    ended: str = "",
    complete: bool = False,
    intact: bool = False,
    size: int = 0,
) -> dict[str, Any]:
    """One export as its reader saw it; `ended` is empty where the response had not ended in time."""
    return {
        "tag": tag,
        "rows": rows,
        "at_s": at_s,
        "took_s": took_s,
        "status": status,
        "ended": ended,
        "complete": complete,
        "intact": intact,
        "bytes": size,
    }


def _told(seen: dict[str, Any]) -> str:
    """One export as a line of evidence."""
    ending = "a proper ending" if seen["complete"] else seen["ended"] or "no ending"
    intact = "intact" if seen["intact"] else "not intact"
    return (
        f"{seen['at_s']:.2f} s: {seen['tag']} export of {seen['rows']:,} rows: status {seen['status']}, "
        f"{seen['bytes']:,} bytes in {seen['took_s']:.2f} s, {ending}, {intact}"
    )


# -- exports are complete and intact ---------------------------------------------------------------------------------


@probe("export-intact", window_s=1.0)
async def exports_of_five_sizes(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """None, one, a page, some pages; and more than fifty thousand rows for a reader that pauses on the way."""
    feed = Feed(downstreams["feed"], inputs, record=(40, 120))
    large = feed.holds(inputs.randint(50_500, 57_000))

    async def pause() -> None:
        await until_still(client, lambda: feed.pulled_mib([large]), AHEAD_LIMIT_MIB)

    sizes = (0, 1, min(feed.ledger.page_rows, 1000), inputs.randint(1100, 5000))
    exports = [await fetch(client, feed, feed.holds(rows), "small") for rows in sizes]
    exports.append(await fetch(client, feed, large, "paused", pause))
    history.note("exports", exports)


@exports_of_five_sizes.judge
def they_arrive_whole(history: History) -> Finding:
    """Each body is, byte for byte, the statement the feed held."""
    exports = history.notes["exports"]
    wrong = [e for e in exports if not e["intact"]]
    evidence: dict[str, Any] = {"value": len(wrong), "limit": 0, "unit": "wrong exports", "reproduce": SLOW_CURL}
    if not wrong:
        rows = sum(e["rows"] for e in exports)
        return passed(
            f"All {len(exports)} exports ({rows:,} rows) arrived byte for byte as the feed held them.", **evidence
        )
    first = wrong[0]
    what = f"An export of {first['rows']:,} rows{' whose reader paused' if first['tag'] == 'paused' else ''}"
    if first["status"] != 200:
        sentence = f"{what} was answered {first['status'] or 'not at all'} ({first['ended'] or 'still open'})."
    elif not first["complete"]:
        sentence = f"{what} did not come to its end: {first['bytes']:,} bytes, then {first['ended'] or 'nothing more'}."
    else:
        sentence = (
            f"{what} ended properly after {first['bytes']:,} bytes, which are not the rows the feed held: "
            f"none may be missing or changed."
        )
    return failed(sentence, decided_by=[_told(e) for e in exports], **evidence)


# -- a slow reader bounds the pull -----------------------------------------------------------------------------------


@probe("slow-reader-bounds-the-pull", window_s=1.3)
async def one_reader_pauses_twice(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """A reader takes a little of a large export and stops; takes some more, and stops again."""
    feed = Feed(downstreams["feed"], inputs)
    size_mib = inputs.uniform(128.0, 140.0)
    account = feed.holds(mib=size_mib)
    before, read = await service.rss_mb(), 0

    def ahead_mib() -> float:
        ahead = max(0.0, feed.pulled[account] - read) / MIB
        history.sample("pulled ahead of the reader", ahead, "MiB", AHEAD_LIMIT_MIB)
        return ahead

    pauses: list[dict[str, Any]] = []
    reader = await client.stream("GET", path_of(account), window=WINDOW, tag="slow")
    # The more a reader takes at once, the more its kernel offers to hold: a small second sip keeps that to a few MiB.
    for wanted, ticks in ((MIB // 4, STILL_TICKS), (int(inputs.uniform(1.5, 2.5) * MIB), STILL_TICKS // 2)):
        read += await read_up_to(reader, wanted)
        at_s = history.now()
        still = await until_still(client, ahead_mib, 2 * AHEAD_LIMIT_MIB, ticks=ticks)
        pauses.append(
            {"at_s": at_s, "until_s": history.now(), "read_mib": read / MIB, "ahead_mib": ahead_mib(), "still": still}
        )
        if not still or pauses[-1]["ahead_mib"] > AHEAD_LIMIT_MIB:
            break
    history.note("size_mib", size_mib)
    history.note("pauses", pauses)
    history.note("ended_while_paused", reader.ended)
    history.note("grown_mib", max(0.0, await service.rss_mb() - before))
    reader.close()


@one_reader_pauses_twice.judge
def the_pull_comes_to_rest(history: History) -> Finding:
    """The pull comes to rest a bounded distance ahead of the reader, each time it pauses."""
    pauses, grown, size = history.notes["pauses"], history.notes["grown_mib"], history.notes["size_mib"]
    worst = max(pause["ahead_mib"] for pause in pauses)
    restless = next((pause for pause in pauses if not pause["still"]), None)
    evidence: dict[str, Any] = {
        "value": round(worst, 1),
        "limit": AHEAD_LIMIT_MIB,
        "unit": "MiB pulled ahead",
        "series": (history.series("pulled ahead of the reader", AHEAD_LIMIT_MIB, "limit"),),
        "decided_by": [_paused(pause) for pause in pauses],
        "reproduce": SLOW_CURL,
    }
    if worst > AHEAD_LIMIT_MIB:
        return failed(
            f"The reader had stopped, and the service had pulled {worst:.0f} MiB beyond what was read, of an export of "
            f"{size:.0f} MiB: nothing held the pull back while the response was full.",
            **evidence,
        )
    if history.notes["ended_while_paused"] not in ("", "whole"):
        return failed("The export was broken off while its reader paused; a reader may pause for a minute.", **evidence)
    if restless is not None:
        span_s = restless["until_s"] - restless["at_s"]
        if history.lag_s(restless["at_s"], restless["until_s"]) > 1.0:
            return inconclusive("The machine was too busy to tell whether the pull had come to rest.", **evidence)
        return failed(
            f"The reader had stopped for {span_s:.1f} s and the service was still pulling: it slows down, but it does "
            f"not wait for the reader.",
            **evidence,
        )
    if grown > GROWTH_LIMIT_MIB:
        return failed(
            f"The process grew by {grown:.0f} MiB for one paused reader (limit {GROWTH_LIMIT_MIB:.0f}).", **evidence
        )
    return passed(
        f"With its reader paused the pull came to rest {worst:.1f} MiB ahead; the process grew by {grown:.0f} MiB.",
        **evidence,
    )


def _paused(pause: dict[str, Any]) -> str:
    rest = "came to rest" if pause["still"] else "went on"
    return (
        f"{pause['at_s']:.2f} s: the reader stopped after {pause['read_mib']:.1f} MiB; by {pause['until_s']:.2f} s the "
        f"pull {rest} {pause['ahead_mib']:.1f} MiB ahead"
    )


# -- a reader that leaves stops the pull -----------------------------------------------------------------------------

WAYS = {
    "paused": "A reader vanished while it paused",
    "reading": "A reader closed its connection while it read",
    "early": "A reader was gone before it had read anything",
}


@probe("leaving-stops-the-pull", window_s=0.6)
async def three_readers_leave(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """One vanishes while it pauses, one closes while it reads, one is gone before it has read anything."""
    feed = Feed(downstreams["feed"], inputs)
    accounts = {way: feed.holds(mib=inputs.uniform(128.0, 140.0)) for way in WAYS}
    leaving = await asyncio.gather(*(_leave(way, client, feed, account) for way, account in accounts.items()))
    left, left_s = dict(zip(accounts, leaving, strict=True)), history.now()

    def after_mib() -> float:
        return max(feed.pulled[account] / MIB - left[way] for way, account in accounts.items())

    while history.now() < left_s + RELEASED_WITHIN_S and after_mib() <= 2 * AFTER_LEAVING_LIMIT_MIB:
        if feed.released >= set(accounts.values()):
            break
        await asyncio.sleep(0.02)
    history.note(
        "readers",
        [
            {
                "way": way,
                "left_at_mib": left[way],
                "after_mib": max(0.0, feed.pulled[account] / MIB - left[way]),
                "released": account in feed.released,
            }
            for way, account in accounts.items()
        ],
    )


async def _leave(way: str, client: Client, feed: Feed, account: str) -> float:
    """Begin an export and leave it in the given way; returns how many MiB had been pulled for it by then."""
    if way == "early":
        raw = await client.open(window=WINDOW)
        await raw.send(f"GET {path_of(account)} HTTP/1.1\r\nhost: exports\r\n\r\n".encode())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3.0):
                while feed.pulled[account] < MIB / 2:
                    await asyncio.sleep(0.005)
        raw.reset()
        return feed.pulled[account] / MIB
    with contextlib.suppress(TimeoutError):
        reader = await client.stream("GET", path_of(account), window=WINDOW, tag=way)
        if way == "paused":
            await read_up_to(reader, MIB // 4)
            await until_still(client, lambda: feed.pulled_mib([account]), AHEAD_LIMIT_MIB, within_s=5.0)
            reader.reset()
        else:
            await read_up_to(reader, 3 * MIB)
            reader.close()
    return feed.pulled[account] / MIB


@three_readers_leave.judge
def the_pull_ends_with_the_reader(history: History) -> Finding:
    """After each way of leaving little more is pulled, and the snapshot is released."""
    readers = history.notes["readers"]
    worst = max(readers, key=lambda reader: reader["after_mib"])
    kept = next((reader for reader in readers if not reader["released"]), None)
    evidence: dict[str, Any] = {
        "value": round(worst["after_mib"], 1),
        "limit": AFTER_LEAVING_LIMIT_MIB,
        "unit": "MiB after leaving",
        "decided_by": [_left(reader) for reader in readers],
        "reproduce": f"timeout 1 {SLOW_CURL}",
    }
    if all(reader["left_at_mib"] == 0 for reader in readers):
        return inconclusive("No export had begun to pull when its reader left.", **evidence)
    if worst["after_mib"] > AFTER_LEAVING_LIMIT_MIB:
        return failed(
            f"{WAYS[worst['way']]}, and the service went on to pull {worst['after_mib']:.0f} MiB more for nobody "
            f"(limit {AFTER_LEAVING_LIMIT_MIB:.0f}).",
            **evidence,
        )
    if kept is not None:
        return failed(
            f"{WAYS[kept['way']]}, and {RELEASED_WITHIN_S:.0f} s later its snapshot was not released at the feed.",
            **evidence,
        )
    return passed(
        f"All three exports ended with their readers: at most {worst['after_mib']:.1f} MiB more was pulled, "
        f"and every snapshot was released.",
        **evidence,
    )


def _left(reader: dict[str, Any]) -> str:
    released = "released" if reader["released"] else "not released"
    return (
        f"{WAYS[reader['way']]}: {reader['left_at_mib']:.1f} MiB pulled by then, {reader['after_mib']:.1f} MiB after, "
        f"snapshot {released}"
    )


# -- twenty slow readers harm nobody ---------------------------------------------------------------------------------


@probe("slow-readers-harm-nobody", window_s=1.8)
async def a_crowd_of_slow_readers(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Twenty large exports whose readers stop at once; beside them small exports and health checks."""
    feed = Feed(downstreams["feed"], inputs)
    accounts = [feed.holds(mib=inputs.uniform(128.0, 140.0)) for _ in range(SLOW_READERS)]
    readers: list[StreamReader] = []
    opening = [asyncio.ensure_future(_stop_reading(client, account, readers)) for account in accounts]
    prompt: list[dict[str, Any]] = []
    began_s, still, last = history.now(), 0, 0.0
    while history.now() < began_s + 10.0 and still < 2 and await _tolerable(service, history):
        account = feed.holds(inputs.randint(20, 300))
        prompt.append(await fetch(client, feed, account, "prompt", within_s=ANSWERED_WITHIN_S))
        for _ in range(3):
            await client.request("GET", "/healthz", tag="health", timeout_s=ANSWERED_WITHIN_S)
            await asyncio.sleep(0.02)
        pulled = feed.pulled_mib(accounts)
        still = still + 1 if 0 < pulled == last else 0
        last = pulled
        if not prompt[-1]["intact"]:
            break
    await _tolerable(service, history)
    history.note("prompt", prompt)
    history.note("held", sum(1 for reader in readers if reader.status == 200 and not reader.ended))
    history.note("pulled_mib", last)
    for task in opening:
        task.cancel()
    await asyncio.gather(*opening, return_exceptions=True)


async def _stop_reading(client: Client, account: str, readers: list[StreamReader]) -> None:
    readers.append(await client.stream("GET", path_of(account), window=WINDOW, tag="slow"))


async def _tolerable(service: Service, history: History) -> bool:
    """Take a sample of the memory; whether it still makes sense to go on."""
    resident = await service.rss_mb()
    history.sample("resident", resident, "MiB", RESIDENT_LIMIT_MIB)
    return service.exit is None and resident <= RESIDENT_LIMIT_MIB


@a_crowd_of_slow_readers.judge
def the_others_are_served(history: History) -> Finding:
    """All small exports and health checks are answered, intact, and the process stays within its memory."""
    prompt, held = history.notes["prompt"], history.notes["held"]
    health = history.exchanges(tag="health")
    peak = max((sample.value for sample in history.samples("resident")), default=0.0)
    pulled = f"{held} of {SLOW_READERS} slow readers open; {history.notes['pulled_mib']:.0f} MiB pulled for them in all"
    evidence: dict[str, Any] = {
        "value": round(peak),
        "limit": RESIDENT_LIMIT_MIB,
        "unit": "MiB resident",
        "series": (history.series("resident", RESIDENT_LIMIT_MIB, "limit"),),
        "decided_by": [pulled, *(_told(seen) for seen in prompt[-3:])],
        "reproduce": f"for i in $(seq {SLOW_READERS}); do {SLOW_CURL.replace('acme-1', 'acme-$i')} & done",
    }
    beside = f"Beside {SLOW_READERS} paused readers"
    late = next((seen for seen in prompt if not seen["intact"] or seen["took_s"] > ANSWERED_WITHIN_S), None)
    unhealthy = next((exchange for exchange in health if not exchange.ok), None)
    if peak > RESIDENT_LIMIT_MIB:
        return failed(
            f"{beside} the process took {peak:.0f} MiB (limit {RESIDENT_LIMIT_MIB:.0f}): what they do not read piles "
            f"up in it.",
            **evidence,
        )
    if late is not None and history.lag_s(late["at_s"], late["at_s"] + late["took_s"]) > 1.0:
        return inconclusive("The machine was too busy to tell whether small exports are served in time.", **evidence)
    if late is not None:
        return failed(f"{beside} a small export was not served: {_told(late)}.", **evidence)
    if unhealthy is not None:
        return failed(f"{beside} /healthz was not answered: {unhealthy.how or unhealthy.status}.", **evidence)
    if held < SLOW_READERS:
        return failed(f"Only {held} of {SLOW_READERS} slow readers had an open export; 32 may have one.", **evidence)
    return passed(
        f"{beside} {len(prompt)} small exports and {len(health)} health checks were answered; the process took "
        f"{peak:.0f} MiB.",
        **evidence,
    )


# -- a failure never looks complete ----------------------------------------------------------------------------------


@probe("failure-never-looks-complete", window_s=0.5)
async def the_feed_fails_half_way(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Five exports whose feed fails for good, each in its own way, and one beside them that is well."""
    feed = Feed(downstreams["feed"], inputs)
    accounts = {way: feed.holds(mib=inputs.uniform(2.5, 4.5), failing=way) for way in FAILURES}
    accounts["healthy"] = feed.holds(mib=inputs.uniform(2.5, 4.5))
    exports = await asyncio.gather(*(fetch(client, feed, account, way) for way, account in accounts.items()))
    afterwards = await fetch(client, feed, feed.holds(inputs.randint(20, 300)), "later")
    history.note("exports", [*exports, afterwards])


@the_feed_fails_half_way.judge
def nobody_takes_it_for_whole(history: History) -> Finding:
    """Each failed export shows it, by its status or by a body without a proper ending; the others are whole."""
    exports = {seen["tag"]: seen for seen in history.notes["exports"]}
    taken = [way for way in FAILURES if _looks_whole(exports[way])]
    evidence: dict[str, Any] = {
        "value": len(taken),
        "limit": 0,
        "unit": "taken for whole",
        "decided_by": [_told(seen) for seen in exports.values()],
        "reproduce": 'curl -sS "$URL/accounts/half-503/postings.csv" -o half.csv; echo "curl: $? (0 whole, 18 cut)"',
    }
    dull = [way for way in FAILURES if not history.faults.get(way)]
    hanging = next((way for way in FAILURES if not exports[way]["ended"]), None)
    harmed = next((exports[tag] for tag in ("healthy", "later") if not exports[tag]["intact"]), None)
    if taken:
        return failed(
            f"In the feed {FAILURES[taken[0]]}, and the reader got {exports[taken[0]]['bytes']:,} bytes with a proper "
            f"ending: half a statement that looks like a whole one.",
            **evidence,
        )
    if dull:
        return inconclusive(f"The service never came to the failing page: {', '.join(dull)}.", **evidence)
    if hanging is not None:
        return failed(
            f"In the feed {FAILURES[hanging]}, and {ENDED_WITHIN_S:.0f} s later the response had not ended.", **evidence
        )
    if harmed is not None:
        return failed(f"An export beside or after the failing ones was harmed: {_told(harmed)}.", **evidence)
    return passed("The feed failed in five ways, and no reader took what it got for a whole export.", **evidence)


def _looks_whole(seen: dict[str, Any]) -> bool:
    return bool(seen["complete"] and (seen["status"] or 0) < 400 and not seen["intact"])
