"""A second batch of reports before the first is done: does the counter notice? Driven, and read from a history.

A sibling of `probes.py`, which loads it by path. Told by order: a counter that is not held up is answered before the
first of the reports is. One such sighting is enough, as noise delays and never hastens; but of requests alone that were
sent a while after the reports, as what is sent at the same moment on another connection may well arrive before them.
"""

from __future__ import annotations

import asyncio
import math

from runner.probes import (
    Client,
    Connection,
    Exchange,
    Finding,
    History,
    Inputs,
    Req,
    beside,
    failed,
    inconclusive,
    may_be_our_lateness,
)

counter = beside(__file__, "counter")
expected = beside(__file__, "expected")

BATCH = 8
SMALL = 0.002
TRIES = 3
ASKED, ANSWERED_FIRST = 4, 2
ASKED_AFTER, SETTLED, LATEST = 0.3, 0.2, 0.6
"""After the reports, in parts of the time of a key: when the counter asks, how soon after them it does not overtake
them, and how late it is no longer they that hold it up."""
PATIENCE_S = 6.0


async def a_batch_upon_a_batch(client: Client, inputs: Inputs, history: History) -> None:
    """Eight reports, and eight more as soon as the counter was answered; a moment later it asks, until it overtakes."""
    for number in range(TRIES):
        history.note("overflows", number + 1)
        if not await is_open_after(client, inputs.apart(f"overflow {number}"), number, _key_s(history)):
            break


async def is_open_after(client: Client, inputs: Inputs, number: int, key_s: float) -> bool:
    """Whether a try leaves it open: not where the counter overtook the reports, nor where it was not answered at all.

    Whose reports were overtaken leave; else they wait for their answers, so that the next try finds an idle service.
    """
    reporters = [await client.connect() for _ in range(2 * BATCH)]
    conn = await client.connect()
    reports = _sent(client, inputs, number, reporters[:BATCH])
    asked = [await _ask(client, Req("GET", "/healthz"), "between", conn)]
    reports += _sent(client, inputs, number, reporters[BATCH:])
    await asyncio.sleep(ASKED_AFTER * key_s)
    overtook = 0
    while asked[-1].ok and overtook < ANSWERED_FIRST and len(asked) <= ASKED:
        asked.append(await _ask(client, counter.ordinary(inputs), f"meanwhile {number}", conn))
        overtook += asked[-1].ok and not any(_is_rendered(report) for report in reports)
    is_open = asked[-1].ok and overtook < ANSWERED_FIRST
    if not is_open:
        for report in reports:
            report.cancel()
    await asyncio.gather(*reports, return_exceptions=True)
    for each in (*reporters, conn):
        each.close()
    return is_open


async def _ask(client: Client, req: Req, tag: str, conn: Connection) -> Exchange:
    return await client.request(req.method, req.path, json=req.json, tag=tag, conn=conn, timeout_s=PATIENCE_S)


def _sent(client: Client, inputs: Inputs, number: int, connections: list[Connection]) -> list[asyncio.Task[Exchange]]:
    """A report on each connection."""
    asked = [Req("POST", "/reports", json=expected.portfolio(inputs, SMALL)) for _ in connections]
    pairs = zip(asked, connections, strict=True)
    return [asyncio.ensure_future(_ask(client, req, f"batches {number}", conn)) for req, conn in pairs]


def _is_rendered(report: asyncio.Task[Exchange]) -> bool:
    """A report that was refused took nobody's time, and does not count."""
    return report.done() and report.result().status == 201


def held_up(history: History) -> Finding | None:
    """Where the counter never overtook: failed if it was seen to be held up twice, or in the only try, else open."""
    tries = range(int(history.notes.get("overflows", 0)))
    if any(_overtook(history, number) for number in tries):
        return None
    held = [number for number in tries if _is_held_up(history, number)]
    if not held or len(held) < min(2, len(tries)):
        return inconclusive("Whether the counter notices a second batch of reports could not be told.")
    first = [history.exchanges(f"meanwhile {number}")[0] for number in held]
    before = [len(_answered_before(history, number)) for number in held]
    return failed(
        f"While {BATCH} reports rendered and {BATCH} more came, the counter was answered after {min(before)} or "
        "more of them, and never before: what the helpers have no room for is computed on the event loop.",
        value=min(before),
        limit=0,
        unit="reports before the counter",
        decided_by=[
            f"try {number}: {e.method} {e.path.partition('?')[0]} {_in_words(_wait_s(e))}, "
            f"{count} reports were answered before it"
            for number, (e, count) in enumerate(zip(first, before, strict=True), start=1)
        ],
    )


def _is_held_up(history: History, number: int) -> bool:
    """More reports before the counter's first request than are ever done in one turn, or a wait that is no noise."""
    key_s = _key_s(history)
    first = next(iter(history.exchanges(f"meanwhile {number}")), None)
    if first is None or first.sent_s - _all_sent_s(history, number) > LATEST * key_s:
        return False
    if len(_answered_before(history, number)) > BATCH // 2:
        return True
    until_s = first.sent_s + min(_wait_s(first), PATIENCE_S)
    return not may_be_our_lateness(history, first.sent_s, until_s, key_s)


def _answered_before(history: History, number: int) -> list[Exchange]:
    """The reports that were answered before the first request of the counter that came after them."""
    first = history.exchanges(f"meanwhile {number}")[0]
    until_s = first.sent_s + _wait_s(first)
    return [e for e in history.exchanges(f"batches {number}") if e.status == 201 and (e.ended_s or math.inf) < until_s]


def _overtook(history: History, number: int) -> bool:
    """Two requests of the counter that came after all reports had, were answered before any report was."""
    reports = [e.ended_s or math.inf for e in history.exchanges(f"batches {number}") if e.status == 201]
    first_s = min(reports, default=math.inf)
    from_s = _all_sent_s(history, number) + SETTLED * _key_s(history)
    after = [e for e in history.exchanges(f"meanwhile {number}") if e.sent_s >= from_s]
    return sum(e.ok and (e.ended_s or math.inf) < first_s for e in after) >= ANSWERED_FIRST


def _all_sent_s(history: History, number: int) -> float:
    return max((e.sent_s for e in history.exchanges(f"batches {number}")), default=-math.inf)


def _key_s(history: History) -> float:
    return float(history.notes["key_ms"]) / 1000


def _wait_s(exchange: Exchange) -> float:
    return exchange.ended_s - exchange.sent_s if exchange.ok and exchange.ended_s is not None else math.inf


def _in_words(wait_s: float) -> str:
    return f"waited {wait_s * 1000:.0f} ms" if math.isfinite(wait_s) else "was not answered"
