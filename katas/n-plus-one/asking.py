"""Requests of the probes of `n-plus-one`, each under a tag of its own, with what the contract promises for it."""

from __future__ import annotations

from typing import Any

from runner.probes import Client, History, beside

judges = beside(__file__, "judges")


def page_path(shop: int, limit: int, before: int | None = None) -> str:
    return f"/shops/{shop}/orders?limit={limit}" + (f"&before={before}" if before else "")


def order_path(shop: int, order: int) -> str:
    return f"/shops/{shop}/orders/{order}"


class Asking:
    """Sends requests, and notes what the contract promises for them."""

    def __init__(self, client: Client, history: History, market: Any) -> None:
        self._client, self.market = client, market
        self._expected: dict[str, tuple[int, Any]] = {}
        history.note("expected", self._expected)

    def expect(self, tag: str, path: str, answer: Any = None, status: int = 200) -> None:
        """Without an `answer` it is right whatever it shows."""
        self._expected[judges.asked(tag, path)] = (status, answer)

    async def get(self, tag: str, path: str, answer: Any = None, status: int = 200) -> None:
        self.expect(tag, path, answer, status)
        await self._client.request("GET", path, tag=tag)

    async def page(self, tag: str, shop: int, limit: int, before: int | None = None) -> Any:
        """Ask for a page; returns the answer that is promised."""
        answer = self.market.page(shop, limit, before)
        await self.get(tag, page_path(shop, limit, before), answer)
        return answer

    async def order(self, tag: str, shop: int, order: int) -> Any:
        answer = self.market.shown(order)
        await self.get(tag, order_path(shop, order), answer)
        return answer
