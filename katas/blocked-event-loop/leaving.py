"""Callers that leave while their reports wait or render, and those who stay: driven, and read from a history.

A sibling of `probes.py`, which loads it by path. A report whose caller has left may be rendered or dropped; those who
stay are to be answered either way.
"""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import Client, Exchange, Finding, History, Inputs, beside, failed, inconclusive, may_be_our_lateness

expected = beside(__file__, "expected")

CROWD, AFTER = 6, 2
"""Together the eight that the contract promises, also where those whose callers left are rendered."""

TURNS = 2
SMALL = 0.02
PATIENCE_S = 6.0
WRONG = "wrong once others had left"

Answered = list[tuple[dict[str, Any], Exchange]]


async def callers_leave(client: Client, inputs: Inputs, history: History) -> Answered:
    """Twice six reports of which five lose their callers, and two more; what those who stayed asked and got."""
    kept: Answered = []
    for _ in range(TURNS):
        staying = await most_leave(client, inputs, history)
        kept += staying
        if any(answer.how == "timeout" for _, answer in staying):
            break
    return [(asked, answer) for asked, answer in kept if answer.how != "timeout"]


async def most_leave(client: Client, inputs: Inputs, history: History) -> Answered:
    """All but one of a crowd leave before they are answered, once the service has had the chance to read all of it."""
    crowd, more = ([expected.portfolio(inputs, SMALL) for _ in range(count)] for count in (CROWD, AFTER))
    connections = [await client.connect() for _ in crowd]
    tasks = [
        asyncio.ensure_future(_report(client, each, "crowd", conn=conn))
        for each, conn in zip(crowd, connections, strict=True)
    ]
    await asyncio.sleep(0)
    glance = asyncio.ensure_future(client.request("GET", "/healthz", tag="glance"))
    await asyncio.wait([glance, *tasks], return_when=asyncio.FIRST_COMPLETED)
    # The first two render at once, or one after the other: one of them stays, and one leaves while it renders or waits.
    stays = inputs.randrange(2)
    leaving = [at for at, task in enumerate(tasks) if at != stays and not task.done()]
    for at in leaving:
        tasks[at].cancel()
        connections[at].close()
    history.fault("left", len(leaving))
    after = await asyncio.gather(tasks[stays], *(_report(client, each, "stayed") for each in more))
    await asyncio.gather(glance, *tasks, return_exceptions=True)
    connections[stays].close()
    return list(zip([crowd[stays], *more], after, strict=True))


async def _report(client: Client, portfolio: dict[str, Any], tag: str, **where: Any) -> Exchange:
    return await client.request("POST", "/reports", json=portfolio, tag=tag, timeout_s=PATIENCE_S, **where)


def without_an_answer(history: History) -> Finding | None:
    """Where somebody stayed and was answered wrongly or never, or nobody left."""
    if wrong := list(history.notes.get(WRONG, [])):
        return failed(
            f"Once callers had left before they were answered, others were not answered rightly: {wrong[0]}.",
            value=len(wrong),
            limit=0,
            unit="faults",
            decided_by=wrong[:6],
        )
    lost = [e for tag in ("crowd", "stayed") for e in history.exchanges(tag) if e.how == "timeout"]
    if any(not may_be_our_lateness(history, e.sent_s, e.sent_s + PATIENCE_S, PATIENCE_S / 2) for e in lost):
        return failed(
            f"After {history.faults.get('left', 0)} callers had left while their reports waited or rendered, "
            f"{len(lost)} others had no answer within {PATIENCE_S:.0f} s, with nothing else to render: what was kept "
            "for those who left was not given back.",
            value=len(lost),
            limit=0,
            unit="reports never answered",
        )
    if lost:
        return inconclusive("The machine was too busy to tell whether reports are answered once others have left.")
    if not history.faults.get("left", 0):
        return inconclusive("No caller could leave before its report was answered.")
    return None
