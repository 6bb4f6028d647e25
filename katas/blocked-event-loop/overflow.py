"""A second batch of reports before the first is done: does the counter notice? Driven, and read from a history.

A sibling of `probes.py`, which loads it by path. Told by order: a counter that is not held up is answered before the
first of the reports is. One such sighting is enough, as noise delays and never hastens.
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
SMALL = 0.02
TRIES = 3
ASKED, ANSWERED_FIRST = 4, 2
PATIENCE_S = 6.0


async def a_batch_upon_a_batch(client: Client, inputs: Inputs, history: History) -> None:
    """Eight reports, and eight more as soon as the counter was answered; then the counter asks, until it overtakes."""
    for number in range(TRIES):
        history.note("overflows", number + 1)
        if not await is_open_after(client, inputs.apart(f"overflow {number}"), number):
            break


async def is_open_after(client: Client, inputs: Inputs, number: int) -> bool:
    """Whether a try leaves it open: not where the counter overtook the reports, nor where it was not answered at all.

    Whose reports were overtaken leave; else they wait for their answers, so that the next try finds an idle service.
    """
    reporters = [await client.connect() for _ in range(2 * BATCH)]
    conn = await client.connect()
    reports = _sent(client, inputs, number, reporters[:BATCH])
    asked = [await _ask(client, Req("GET", "/healthz"), "between", conn)]
    reports += _sent(client, inputs, number, reporters[BATCH:])
    await asyncio.sleep(0)
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
    """Where the counter never overtook: failed if in each try somebody waited for longer than a key, else open."""
    tries = range(int(history.notes.get("overflows", 0)))
    if any(_overtook(history, number) for number in tries):
        return None
    key_s = float(history.notes["key_ms"]) / 1000
    waits = [_longest(history, number) for number in tries]
    if not waits or any(e is None or _is_excused(history, e, key_s) for e in waits):
        return inconclusive("Whether the counter notices a second batch of reports could not be told.")
    wait_ms = min(_wait_s(e) for e in waits if e is not None) * 1000
    return failed(
        f"While {BATCH} reports rendered and {BATCH} more came, {_in_words(wait_ms)}, and no ordinary request was "
        "answered before a report was: what the helpers have no room for is computed on the event loop.",
        value=wait_ms if math.isfinite(wait_ms) else None,
        limit=key_s * 1000,
        unit="ms",
        decided_by=[
            f"try {number}: {e.method} {e.path.partition('?')[0]} waited {_wait_s(e) * 1000:.0f} ms"
            for number, e in enumerate(waits, start=1)
            if e is not None
        ],
    )


def _overtook(history: History, number: int) -> bool:
    """Two requests of the counter, one after the other, were answered before any report was."""
    reports = [e.ended_s or math.inf for e in history.exchanges(f"batches {number}") if e.status == 201]
    first_s = min(reports, default=math.inf)
    early = [e for e in history.exchanges(f"meanwhile {number}") if e.ok and (e.ended_s or math.inf) < first_s]
    return len(early) >= ANSWERED_FIRST


def _longest(history: History, number: int) -> Exchange | None:
    return max(history.exchanges(f"meanwhile {number}"), key=_wait_s, default=None)


def _wait_s(exchange: Exchange) -> float:
    return exchange.ended_s - exchange.sent_s if exchange.ok and exchange.ended_s is not None else math.inf


def _is_excused(history: History, exchange: Exchange, limit_s: float) -> bool:
    """Answered within the limit, or later only as the verifier or the service had to wait for a core."""
    ended_s = exchange.sent_s + min(_wait_s(exchange), PATIENCE_S)
    return may_be_our_lateness(history, exchange.sent_s, ended_s, limit_s)


def _in_words(wait_ms: float) -> str:
    return f"the counter waited {wait_ms:.0f} ms" if math.isfinite(wait_ms) else "the counter was not answered"
