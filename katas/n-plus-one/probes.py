"""Probes of `n-plus-one`: what a page of orders costs the database, and whether it is right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from runner.probes import Census, Client, Finding, History, Inputs, Load, Postgres, Req, Service, beside, probe

play = beside(__file__, "market")
judges = beside(__file__, "judges")
asking = beside(__file__, "asking")
gates = beside(__file__, "gates")
crowds = beside(__file__, "crowds")

PAGES = range(5, 15)
"""Orders of a page where its size is not the point: drawn, so that none is better prepared for than another."""


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


async def by_hand(postgres: Postgres, inputs: Inputs) -> None:
    """For `prodrill run`: shops 1 to 4, of which 1 has most orders and 2 none."""
    await play.Market(inputs, first_shop=1).put(postgres)


# -- the answers are right --------------------------------------------------------------------------------------------


@probe("orders-are-right", window_s=0.5, start=False)
async def pages_and_orders(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """Pages from the newest order to the oldest, orders that are out of the ordinary, and what is not there."""
    market = play.Market(inputs, orders=130)
    await market.put(postgres)
    await service.start()
    ask = asking.Asking(client, history, market)
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
    for wrong in ("0", "101", "many"):
        await ask.get(f"limit={wrong}", f"/shops/{shop}/orders?limit={wrong}", status=400)
    await ask.get("before=now", f"/shops/{shop}/orders?before=now", status=400)


@pages_and_orders.judge
def they_are_right(history: History) -> Finding:
    return found(judges.answers_are_right, history)


# -- statements and rows at several sizes -----------------------------------------------------------------------------

NOBODY_ASKS_S = (0.1, 0.3)
"""For so long nothing is asked, after the start and at the end: what is fetched then is counted as well."""


async def look_at_the_books(postgres: Postgres, tag: str) -> Census:
    """What was run and sent since the last time, and then count anew: nothing in between goes uncounted for long."""
    await gates.at_rest(postgres)
    census = await postgres.census("statements", tag=tag)
    await postgres.census("wire", tag=tag)
    await postgres.forget_statements()
    return census


def show_statements(history: History, census: Census, requests: int = 1) -> None:
    """On the chart, beside what so many requests may take."""
    statements = sum(row["calls"] for row in census.rows)
    history.sample("statements at a time", statements, "statements", judges.STATEMENTS * requests)


def show_rows(history: History, census: Census, answer: Any) -> None:
    """On the chart, as a share of what may be fetched for the answer."""
    share = sum(row["rows"] for row in census.rows) / judges.rows_for(play.objects(answer))
    history.sample("rows fetched", 100 * share, "% of those allowed", 100)


async def ask_at_sizes(
    service: Service,
    client: Client,
    postgres: Postgres,
    inputs: Inputs,
    history: History,
    show: Callable[[Census, Any], None],
    large: int = 0,
) -> dict[str, Any]:
    """A start, then requests of several sizes in random order, the statements of each counted, and shown by `show`.

    Where no request took too many, one more is a page of that many `large` orders. Returns the answer that each should
    have; of the start and of the time in which nobody asks, nothing.
    """
    market = play.Market(inputs, large=large)
    await market.put(postgres)
    ask = asking.Asking(client, history, market)
    # Never 100, the contract's largest page: that one a fix may be prepared for.
    shop, few, many = market.shops[0], inputs.choice(PAGES), inputs.randint(85, 99)
    deep = market.page(shop, inputs.randint(150, 250))["next"]
    asked = {
        "1 order": lambda tag: ask.page(tag, shop, 1),
        f"{few} orders": lambda tag: ask.page(tag, shop, few),
        f"{many} orders": lambda tag: ask.page(tag, shop, many),
        f"{few} orders far back": lambda tag: ask.page(tag, shop, few, deep),
        "an order of 40 lines": lambda tag: ask.order(tag, shop, market.odd["many lines"]),
        "an order of no lines": lambda tag: ask.order(tag, shop, market.odd["nothing in it"]),
    }
    shown: dict[str, Any] = {"the start": None, "afterwards, when nobody asked,": None}
    await postgres.forget_statements()
    await service.start()
    await asyncio.sleep(inputs.uniform(*NOBODY_ASKS_S))
    await look_at_the_books(postgres, "the start")
    for tag in inputs.sample(sorted(asked), len(asked)):
        shown[tag] = await asked[tag](tag)
        show(await look_at_the_books(postgres, tag), shown[tag])
    await asyncio.sleep(inputs.uniform(*NOBODY_ASKS_S))
    await look_at_the_books(postgres, "afterwards, when nobody asked,")
    if large and not judges.took_too_many(history):
        tag = f"{large} orders of {play.MANY_LINES} lines"
        shown[tag] = await ask.page(tag, shop, large, market.behind_large)
        show(await look_at_the_books(postgres, tag), shown[tag])
    return shown


LARGE_ORDERS = range(40, 45)
"""On a page, where each has forty products of its own: more keys than whoever cuts a list into pieces expects."""


@probe("queries-do-not-grow", window_s=1.2, start=False)
async def pages_of_several_sizes(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """The statements of a start, and of requests that show more and less, the first of them the first there is."""
    await ask_at_sizes(
        service,
        client,
        postgres,
        inputs,
        history,
        lambda census, _: show_statements(history, census),
        large=inputs.choice(LARGE_ORDERS),
    )


@pages_of_several_sizes.judge
def they_take_as_many_statements(history: History) -> Finding:
    return found(judges.queries_do_not_grow, history)


@probe("rows-are-bounded", window_s=0.9, start=False)
async def rows_of_several_sizes(
    service: Service, client: Client, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """The rows of a start, and of requests that show more and less, in a database that holds far more."""
    shown = await ask_at_sizes(
        service, client, postgres, inputs, history, lambda census, answer: show_rows(history, census, answer)
    )
    history.note("allowed", {tag: judges.rows_for(play.objects(answer)) for tag, answer in shown.items()})
    history.note("allowed_bytes", {tag: judges.bytes_for(answer) for tag, answer in shown.items()})


@rows_of_several_sizes.judge
def they_fetch_what_they_show(history: History) -> Finding:
    return found(judges.rows_are_bounded, history)


# -- what is changed elsewhere is seen --------------------------------------------------------------------------------


@probe("changes-are-seen", window_s=0.8, start=False)
async def others_write(
    service: Service, client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """Rows of every table are changed by somebody else, and after each change the same page is asked for.

    First while nobody asks, partly behind a crowd that was refused; then while the same is being read for others.
    """
    market = play.Market(inputs, orders=80, elsewhere=20)
    await market.put(postgres)
    await gates.build(postgres)
    await service.start()
    ask = asking.Asking(client, history, market)
    shop, newest, size = market.shops[0], market.odd["newest"], inputs.choice(PAGES)
    for time in ("once", "twice"):
        await ask.page(f"before, {time}", shop, size)
        await ask.order(f"before, {time}, the order", shop, newest)
    changes, refused = market.changes(newest), crowds.refusals(inputs, shop)
    history.note("changes", len(changes))
    for what, (_, change) in changes.items():
        if refused:
            why, (path, status) = refused.popitem()
            if not await crowds.are_refused(ask, load, f"before {what}, {why}", path, status):
                return
            what = f"{what}, behind requests {why}"
        for statement in change():
            await postgres.execute(*statement)
        await ask.page(f"after {what}", shop, size)
        await ask.order(f"after {what}, the order", shop, newest)
    await crowds.Readers(ask, load, postgres, history).meet_changes(shop, newest, size)


@others_write.judge
def the_next_answer_shows_it(history: History) -> Finding:
    return found(judges.changes_are_seen, history)


# -- ten at once ------------------------------------------------------------------------------------------------------


@probe("requests-stay-apart", window_s=0.8, start=False)
async def ten_shops_at_once(
    service: Service, client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """One shop's page, and then twice those of ten shops at one moment, which sell the same and keep it elsewhere.

    The second time in another size: what is quick at one size only, which the draw may hit, is not quick at both.
    Then ten at a time that find nothing, and one that does.
    """
    market = play.Market(inputs, shops=judges.CALLERS + 2, orders=40, elsewhere=40)
    await market.put(postgres)
    await service.start()
    ask = asking.Asking(client, history, market)
    sizes = inputs.sample(PAGES, 2)
    await ask.page("alone", market.shops[0], sizes[0])
    for tag, size in zip(("at once", "at once again"), sizes, strict=True):
        pages = {asking.page_path(shop, size): market.page(shop, size) for shop in market.shops[2:]}
        for path, page in pages.items():
            ask.expect(tag, path, page)
        await postgres.forget_statements()
        await load.at_once([Req("GET", path) for path in pages], tag=tag)
        show_statements(history, await look_at_the_books(postgres, tag), judges.CALLERS)
    if await crowds.in_vain(ask, load, postgres, history, inputs):
        await ask.page("afterwards", market.shops[0], sizes[1])


@ten_shops_at_once.judge
def each_is_its_own(history: History) -> Finding:
    return found(judges.requests_stay_apart, history)
