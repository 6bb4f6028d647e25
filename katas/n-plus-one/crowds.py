"""Many requests at once: those that are refused, those that find nothing, and those that meet a change on its way."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import History, Inputs, Load, Postgres, Req, beside

gates = beside(__file__, "gates")
judges = beside(__file__, "judges")
paths = beside(__file__, "asking")

CROWD = 5
"""So many at once, and as many again, touch every connection of an ordinary pool, and do not use it up."""
ROUNDS, PATIENCE_S = 3, 3.0
"""How many changes have to meet readers, and how long, in all, is waited for those whom a small pool keeps away."""


def refusals(inputs: Inputs, shop: int) -> dict[str, tuple[str, int]]:
    """Requests that are refused, in random order: a path, and the status code of its answer."""
    orders, none = f"/shops/{shop}/orders", inputs.randint(2**28, 2**29)
    refused = {
        "for a wrong limit": (f"{orders}?limit={inputs.choice(('0', '101', 'many'))}", 400),
        "for a wrong before": (f"{orders}?before={inputs.choice(('now', 'last', 'null'))}", 400),
        "for no such order": (f"{orders}/{none}", 404),
        "for no such shop": (f"/shops/{none}/orders", 404),
    }
    return {why: refused[why] for why in inputs.sample(sorted(refused), len(refused))}


async def are_refused(ask: Any, load: Load, tag: str, path: str, status: int) -> bool:
    """Two crowds of requests, all of which the contract refuses alike; whether all were answered."""
    ask.expect(tag, path, status=status)
    answers = [
        exchange
        for _ in range(2)
        for exchange in await load.at_once([Req("GET", path)] * CROWD, tag=tag, timeout_s=judges.HANGS_S)
    ]
    return all(exchange.status for exchange in answers)


async def in_vain(ask: Any, load: Load, postgres: Postgres, history: History, inputs: Inputs) -> bool:
    """Ten requests of each kind that find nothing, all of them in the middle of it; whether all were answered.

    They meet at a lock, so that each has what connections it takes before the first of them goes on.
    """
    ends, shops = history.now() + PATIENCE_S, ask.market.shops[-judges.CALLERS :]
    none = inputs.randint(2**28, 2**29)
    nothing: dict[str, Any] = {"orders": [], "next": None}
    seekers: dict[str, dict[str, Any]] = {
        "a page behind the last": {paths.page_path(shop, 20, inputs.randint(1, 50)): nothing for shop in shops},
        "an order that is none": {paths.order_path(shop, none): None for shop in shops},
        "a shop that is none": {f"/shops/{none + number}/orders": None for number in range(judges.CALLERS)},
    }
    for why in inputs.sample(sorted(seekers), len(seekers)):
        for path, answer in seekers[why].items():
            ask.expect(tag := f"{judges.IN_VAIN} {why}", path, answer, 200 if answer else 404)
        async with gates.orders_locked(postgres):
            sent = asyncio.ensure_future(
                load.at_once([Req("GET", path) for path in seekers[why]], tag=tag, timeout_s=judges.HANGS_S)
            )
            met = await gates.until_waiting(
                postgres, judges.CALLERS, ends - history.now(), lambda: len(history.exchanges(tag))
            )
        history.fault(judges.MET, met)
        if not all(exchange.status for exchange in await sent):
            return False
    return True


class Readers:
    """Who asks for a page and for an order of it, while both are being read already."""

    def __init__(self, ask: Any, load: Load, postgres: Postgres, history: History) -> None:
        self._ask, self._load, self._postgres, self._history = ask, load, postgres, history

    async def meet_changes(self, shop: int, order: int, size: int) -> None:
        """Each change is committed while those before are in the midst of its table, and before the next are sent.

        Whoever shares a reading that had begun shows what was there before.
        """
        held, ends = 0, self._history.now() + PATIENCE_S
        wanted = self._answers(shop, order, size)
        for what, (table, change) in self._ask.market.changes(order).items():
            async with gates.shut(self._postgres, table):
                early = self._send(f"before {what}, while it is read", dict.fromkeys(wanted))
                held += await self._come(early, ends) > 0
                for statement in change():
                    await self._postgres.execute(*statement)
                late = self._send(f"after {what} while others were reading it", self._answers(shop, order, size))
                await self._come([*early, *late], ends)
            await asyncio.gather(*early, *late)
            if held == ROUNDS or self._history.now() > ends:
                break
        self._history.fault(judges.HELD, held)

    def _answers(self, shop: int, order: int, size: int) -> dict[str, Any]:
        """What is promised as of now, by path."""
        market = self._ask.market
        return {
            paths.page_path(shop, size): market.page(shop, size),
            paths.order_path(shop, order): market.shown(order),
        }

    def _send(self, tag: str, answers: dict[str, Any]) -> list[asyncio.Task[Any]]:
        for path, answer in answers.items():
            self._ask.expect(tag, path, answer)
        return [self._load.start(Req("GET", path), tag=tag, timeout_s=judges.HANGS_S) for path in answers]

    async def _come(self, sent: list[asyncio.Task[Any]], ends: float) -> int:
        """How many are at the gate, once all are there that were not answered, or patience ends."""
        seen: int = await gates.until_waiting(
            self._postgres, len(sent), ends - self._history.now(), lambda: sum(task.done() for task in sent)
        )
        return seen
