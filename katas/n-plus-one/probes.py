"""Probes of `n-plus-one`: what a page of orders costs the database, and whether it is right."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import Client, Finding, History, Inputs, Load, Postgres, Req, Service, beside, probe

play = beside(__file__, "market")
judges = beside(__file__, "judges")

PAGE = 10


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


async def by_hand(postgres: Postgres, inputs: Inputs) -> None:
    """For `prodrill run`: shops 1 to 4, of which 1 has most orders and 2 none."""
    await play.Market(inputs, first_shop=1).put(postgres)


class Asking:
    """Sends requests, each under a tag of its own, and notes what the contract promises for it."""

    def __init__(self, client: Client, history: History, market: Any) -> None:
        self._client, self._market = client, market
        self._expected: dict[str, tuple[int, Any]] = {}
        history.note("expected", self._expected)

    def expect(self, tag: str, path: str, answer: Any, status: int = 200) -> None:
        self._expected[judges.asked(tag, path)] = (status, answer)

    async def get(self, tag: str, path: str, answer: Any = None, status: int = 200) -> None:
        self.expect(tag, path, answer, status)
        await self._client.request("GET", path, tag=tag)

    async def page(self, tag: str, shop: int, limit: int, before: int | None = None) -> Any:
        """Ask for a page; returns the answer that is promised."""
        answer = self._market.page(shop, limit, before)
        await self.get(tag, page_path(shop, limit, before), answer)
        return answer

    async def order(self, tag: str, shop: int, order: int) -> Any:
        answer = self._market.shown(order)
        await self.get(tag, f"/shops/{shop}/orders/{order}", answer)
        return answer


def page_path(shop: int, limit: int, before: int | None = None) -> str:
    return f"/shops/{shop}/orders?limit={limit}" + (f"&before={before}" if before else "")


# -- the answers are right --------------------------------------------------------------------------------------------


@probe("orders-are-right", window_s=0.6, start=False)
async def pages_and_orders(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """Pages from the newest order to the oldest, orders that are out of the ordinary, and what is not there."""
    market = play.Market(inputs, orders=130)
    await market.put(postgres)
    await service.start()
    ask = Asking(client, history, market)
    shop, empty, other = market.shops[:3]
    await ask.get("no limit", f"/shops/{shop}/orders", market.page(shop, 20))
    before: int | None = None
    for number, limit in enumerate((1, inputs.randint(8, 14), 100, 100), start=1):
        before = (await ask.page(f"page {number}", shop, limit, before))["next"]
    await ask.page("a shop without orders", empty, 10)
    for kind, order in market.odd.items():
        await ask.order(kind, shop, order)
    foreign = market.page(other, 1)["orders"][0]["id"]
    await ask.get("another shop's order", f"/shops/{shop}/orders/{foreign}", status=404)
    await ask.get("no such order", f"/shops/{shop}/orders/{2**28}", status=404)
    await ask.get("no such shop", f"/shops/{2**28}/orders", status=404)
    for limit in ("0", "101", "many"):
        await ask.get(f"limit={limit}", f"/shops/{shop}/orders?limit={limit}", status=400)
    await ask.get("before=now", f"/shops/{shop}/orders?before=now", status=400)


@pages_and_orders.judge
def they_are_right(history: History) -> Finding:
    return found(judges.answers_are_right, history)


# -- statements and rows at several sizes -----------------------------------------------------------------------------


async def at_rest(postgres: Postgres) -> None:
    """Until no connection of the service runs anything, and two seconds at most."""
    for _ in range(200):
        if all(session["state"] == "idle" for session in await postgres.sessions()):
            return
        await asyncio.sleep(0.01)


async def ask_at_sizes(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> dict[str, int]:
    """A start, then requests of several sizes in random order, the statements of each counted.

    Returns how many JSON objects each of them should show.
    """
    market = play.Market(inputs)
    await market.put(postgres)
    ask = Asking(client, history, market)
    shop = market.shops[0]
    await postgres.forget_statements()
    await service.start()
    await at_rest(postgres)
    await postgres.census("statements", tag="the start")
    deep = market.page(shop, inputs.randint(150, 250))["next"]
    asked = {
        "1 order": ask.page("1 order", shop, 1),
        "10 orders": ask.page("10 orders", shop, 10),
        "100 orders": ask.page("100 orders", shop, 100),
        "10 orders far back": ask.page("10 orders far back", shop, 10, deep),
        "an order of 40 lines": ask.order("an order of 40 lines", shop, market.odd["many lines"]),
        "an order of no lines": ask.order("an order of no lines", shop, market.odd["nothing in it"]),
    }
    shown = {"the start": 0}
    for tag in inputs.sample(sorted(asked), len(asked)):
        await postgres.forget_statements()
        shown[tag] = play.objects(await asked[tag])
        await at_rest(postgres)
        await postgres.census("statements", tag=tag)
    return shown


@probe("queries-do-not-grow", window_s=0.6, start=False)
async def pages_of_several_sizes(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """The statements of a start, and of requests that show more and less, the first of them the first there is."""
    await ask_at_sizes(service, client, postgres, inputs, history)


@pages_of_several_sizes.judge
def they_take_as_many_statements(history: History) -> Finding:
    return found(judges.queries_do_not_grow, history)


@probe("rows-are-bounded", window_s=0.6, start=False)
async def rows_of_several_sizes(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """The rows of a start, and of requests that show more and less, in a database that holds far more."""
    shown = await ask_at_sizes(service, client, postgres, inputs, history)
    allowed = {tag: judges.ROWS_AN_OBJECT * count + judges.ROWS_BESIDE for tag, count in shown.items()}
    history.note("allowed", allowed)


@rows_of_several_sizes.judge
def they_fetch_what_they_show(history: History) -> Finding:
    return found(judges.rows_are_bounded, history)


# -- what is changed elsewhere is seen --------------------------------------------------------------------------------


@probe("changes-are-seen", window_s=0.6, start=False)
async def others_write(service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History) -> None:
    """Rows of every table are changed by somebody else, and after each change the same page is asked for."""
    market = play.Market(inputs, orders=80, elsewhere=20)
    await market.put(postgres)
    await service.start()
    ask = Asking(client, history, market)
    shop, newest = market.shops[0], market.odd["newest"]
    for time in ("once", "twice"):
        await ask.page(f"before, {time}", shop, PAGE)
        await ask.order(f"before, {time}, the order", shop, newest)
    changes = market.changes(newest)
    history.note("changes", len(changes))
    for what, change in changes.items():
        for statement in change():
            await postgres.execute(*statement)
        await ask.page(f"after {what}", shop, PAGE)
        await ask.order(f"after {what}, the order", shop, newest)


@others_write.judge
def the_next_answer_shows_it(history: History) -> Finding:
    return found(judges.changes_are_seen, history)


# -- ten at once ------------------------------------------------------------------------------------------------------


@probe("requests-stay-apart", window_s=0.6, start=False)
async def ten_shops_at_once(
    service: Service, client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """One shop's page, and then twice those of ten shops at one moment, which sell the same and keep it elsewhere."""
    market = play.Market(inputs, shops=judges.CALLERS + 2, orders=40, elsewhere=40)
    await market.put(postgres)
    await service.start()
    ask = Asking(client, history, market)
    await ask.page("alone", market.shops[0], PAGE)
    pages = {page_path(shop, PAGE): market.page(shop, PAGE) for shop in market.shops[2:]}
    for tag in ("at once", "at once again"):
        for path, page in pages.items():
            ask.expect(tag, path, page)
        await postgres.forget_statements()
        await load.at_once([Req("GET", path) for path in pages], tag=tag)
        await at_rest(postgres)
        await postgres.census("statements", tag=tag)


@ten_shops_at_once.judge
def each_is_its_own(history: History) -> Finding:
    return found(judges.requests_stay_apart, history)
