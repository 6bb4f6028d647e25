"""Many requests at once: those that are refused, those that find nothing, and those that meet a change on its way."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import History, Inputs, Load, Postgres, Req, beside

gates = beside(__file__, "gates")
paths = beside(__file__, "asking")

CROWD = 12
"""At once they have every connection of an ordinary pool in use."""
PATIENCE_S = 3.0
"""How long, in all, is waited for requests that do not come to a gate: a pool may be too small for them."""


def refusals(inputs: Inputs, shop: int) -> dict[str, tuple[str, int]]:
    """Requests that are refused, in random order: a path, and the status code of its answer."""
    orders, none = f"/shops/{shop}/orders", inputs.randint(2**28, 2**29)
    refused = {
        "for a wrong limit": (f"{orders}?limit={inputs.choice(('0', '101', 'many'))}", 400),
        "for a wrong before": (f"{orders}?before={inputs.choice(('now', '0', '-1'))}", 400),
        "for no such order": (f"{orders}/{none}", 404),
        "for no such shop": (f"/shops/{none}/orders", 404),
    }
    return {why: refused[why] for why in inputs.sample(sorted(refused), len(refused))}


async def are_refused(ask: Any, load: Load, tag: str, path: str, status: int) -> None:
    """A crowd of requests, all of which the contract refuses alike."""
    ask.expect(tag, path, status=status)
    await load.at_once([Req("GET", path)] * CROWD, tag=tag)


class Readers:
    """Who asks for a page and for an order of it, while both are being read already."""

    def __init__(self, ask: Any, load: Load, postgres: Postgres, history: History) -> None:
        self._ask, self._load, self._postgres, self._history = ask, load, postgres, history

    async def meet_changes(self, shop: int, order: int, size: int) -> None:
        """Each change is committed while those before are in the midst of its table, and before the next are sent.

        Whoever shares a reading that had begun shows what was there before.
        """
        held, ends = 0, self._history.now() + PATIENCE_S
        wanted = {
            paths.page_path(shop, size): lambda: self._ask.market.page(shop, size),
            paths.order_path(shop, order): lambda: self._ask.market.shown(order),
        }
        for what, (table, change) in self._ask.market.changes(order).items():
            async with gates.shut(self._postgres, table):
                early = self._send(f"before {what}, while it is read", dict.fromkeys(wanted))
                held += await self._come(len(wanted), ends) > 0
                for statement in change():
                    await self._postgres.execute(*statement)
                answers = {path: answer() for path, answer in wanted.items()}
                late = self._send(f"after {what} while others were reading it", answers)
                await self._come(2 * len(wanted), ends)
            await asyncio.gather(*early, *late)
            if self._history.now() > ends:
                break
        self._history.fault("readings held", held)

    def _send(self, tag: str, answers: dict[str, Any]) -> list[asyncio.Task[Any]]:
        for path, answer in answers.items():
            self._ask.expect(tag, path, answer)
        return [self._load.start(Req("GET", path), tag=tag) for path in answers]

    async def _come(self, count: int, ends: float) -> int:
        """How many are at the gate, once they are so many or patience ends."""
        seen: int = await gates.until_waiting(self._postgres, count, ends - self._history.now())
        return seen
