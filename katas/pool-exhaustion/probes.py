"""Probes of `pool-exhaustion`: refusals, departures, bursts and restarts, and what is left of the pool behind them."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import Client, Exchange, Finding, History, Inputs, Load, Postgres, Req, beside, probe

scene = beside(__file__, "theatre")
judges = beside(__file__, "judges")
bursts = beside(__file__, "bursts")
told = beside(__file__, "evidence")
takings = beside(__file__, "takings")

IDLE_S = 0.15
OF_ALL_ROUTES = 36
SHARES = (7, 12)
LOOK_AT_LEAST_S, LOOK_AFTER_S = 0.7, 0.5


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


async def by_hand(postgres: Postgres, inputs: Inputs) -> None:
    """For `prodrill run`: shows 1 to 3 with seats A1 to H10 each, the third one not on sale."""
    house = scene.House(postgres, inputs)
    for number, on_sale in ((1, True), (2, True), (3, False)):
        await house.show(on_sale=on_sale, number=number)


def settings(pool_max: int, acquire_ms: float = 2000, idle_ms: float = 10_000) -> dict[str, str]:
    return {
        "POOL_MAX": f"{pool_max}",
        "POOL_ACQUIRE_TIMEOUT_MS": f"{acquire_ms:.0f}",
        "POOL_IDLE_TIMEOUT_MS": f"{idle_ms:.0f}",
    }


def share_of(inputs: Inputs) -> int:
    """How many connections the copy may have that meets a burst: the same each time it is asked for."""
    return inputs.apart("share").randint(*SHARES)


# -- the service does its work ----------------------------------------------------------------------------------------


@probe("bookings-work", window_s=0.4, env=settings(18, 10_000))
async def an_ordinary_evening(client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History) -> None:
    """Bookings and cancellations, refusals, two after one seat or one ticket, and one who leaves while she waits."""
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    evening = takings.Evening(house, client, history)
    await evening.sales()
    await evening.refusals()
    await evening.two_after_one_seat(load)
    await evening.given_back_twice_at_once(office, load)
    show = await house.show()
    async with office.counting(show) as lock:
        history.fault("left while she waited", await office.wait_and_leave(lock, [house.order(show)]))
    evening.expect_sold(show, 0)
    await evening.no_such_seat()
    await office.until_idle()
    history.note("sold", await postgres.query(takings.SOLD))


@an_ordinary_evening.judge
def bookings_are_right(history: History) -> Finding:
    return found(judges.bookings_are_right, history)


# -- after the storm --------------------------------------------------------------------------------------------------


@probe("connections-come-back", window_s=0.6, env=settings(told.WIDTH))
async def a_storm_of_refusals(client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History) -> None:
    """Then as many good bookings as there are connections, all at our lock at the same moment."""
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    storm = scene.Storm(house, office, told.WIDTH, 3.0)
    await storm.rages(load, inputs, history)
    await _all_at_once(told.WIDTH, house, office, load, history)
    await postgres.census("sessions", "after")
    for show in storm.shows:
        await client.request("POST", "/bookings", json=house.order(show), tag="same show", timeout_s=3)
    await office.barrier()


async def _all_at_once(count: int, house: Any, office: Any, load: Load, history: History) -> None:
    """Good bookings that meet at a lock, which opens once `count` stand there or the time is over."""
    show = await house.show()
    requests = [scene.book(house.order(show)) for _ in range(count)]
    async with office.counting(show) as lock:
        good = asyncio.ensure_future(load.at_once(requests, tag="good", timeout_s=6))
        history.note("together", await lock.until_waiting(count, 3.0, good))
    await good


@a_storm_of_refusals.judge
def every_connection_works(history: History) -> Finding:
    return found(judges.every_connection_works, history)


# -- the database's limit ---------------------------------------------------------------------------------------------


async def of_all_routes(house: Any, inputs: Inputs, count: int) -> list[Req]:
    """Good requests in any order, at several shows: bookings, and a sixth each of looks and cancellations."""
    shows = [await house.show() for _ in range(1 + count // 60)]
    sixth = count // 6
    requests = [scene.book(house.order(shows[n % len(shows)])) for n in range(count - 2 * sixth)]
    requests += [Req("GET", f"/shows/{shows[n % len(shows)].id}") for n in range(sixth)]
    requests += [Req("DELETE", f"/bookings/{(await house.sold(shows[n % len(shows)]))[0]}") for n in range(sixth)]
    inputs.shuffle(requests)
    return requests


@probe("within-the-limit", window_s=3.0, env=lambda inputs: settings(share_of(inputs), 10_000))
async def a_presale_begins(client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History) -> None:
    """The box office counts, and many come; it counts again, and those who wait leave and others come."""
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    share = share_of(inputs)
    history.note("share", share)
    burst = await of_all_routes(house, inputs, share + told.MAY_WAIT)
    others = await of_all_routes(house, inputs, 2 * share)
    show = await house.show()
    leaving = [house.order(show) for _ in range(share)]
    async with postgres.watched(limit=share):
        async with office.counting() as lock:
            began_s = history.now()
            sent = asyncio.ensure_future(load.at_once(burst, tag="burst", timeout_s=12))
            history.fault("waited", await lock.until_waiting(share, sent=sent))
            opening_s = history.now() - began_s
            await _look("burst", office, postgres, history, max(LOOK_AT_LEAST_S, 4 * opening_s), share)
        await sent
        async with office.counting() as lock:
            history.fault(scene.LEFT, await office.wait_and_leave(lock, leaving))
            sent = asyncio.ensure_future(load.at_once(others, tag="others", timeout_s=2))
            await _look("left", office, postgres, history, max(LOOK_AT_LEAST_S, 4 * opening_s), share)
        await sent


async def _look(tag: str, office: Any, postgres: Postgres, history: History, for_s: float, limit: int) -> None:
    """Count sessions, with answers between, for a time in which they could have grown; or until they are too many."""
    ends, above = history.now() + for_s, 0
    while history.now() < ends and above < told.LOOKS:
        await office.barrier()
        await asyncio.sleep(0.1)
        above = above + 1 if told.opened(await postgres.census("sessions", tag)) > limit else 0


@a_presale_begins.judge
def it_keeps_to_its_share(history: History) -> Finding:
    return found(bursts.it_keeps_to_its_share, history)


# -- every connection is taken ----------------------------------------------------------------------------------------


@probe("saturation-answered", window_s=0.7, env=settings(told.SEATED, told.ACQUIRE_S * 1000, IDLE_S * 1000))
async def every_connection_is_taken(
    client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """As many bookings as connections stand at our lock; what else comes has ten times the acquisition's time.

    Those connections have been used before, and stand there for longer than an idle one may.
    """
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    await _all_at_once(told.SEATED, house, office, load, history)
    requests = await of_all_routes(house, inputs, OF_ALL_ROUTES)
    history.note("excess", len(requests))
    show = await house.show()
    async with office.counting() as lock:
        seated = [load.start(scene.book(house.order(show)), tag="seated") for _ in range(told.SEATED)]
        history.fault("connections taken", await lock.until_waiting(told.SEATED))
        excess = [load.start(request, tag="excess") for request in requests]
        await asyncio.wait(excess, timeout=told.ACQUIRE_S * told.PATIENCE)
        await office.barrier()
        history.note("opened_s", history.now())
    await asyncio.wait(seated, timeout=10)
    await _is_served_again(client, house, history)
    for task in (*excess, *seated):
        task.cancel()
    await asyncio.gather(*excess, *seated, return_exceptions=True)


async def _is_served_again(client: Client, house: Any, history: History, within_s: float = told.SERVED_AGAIN_S) -> None:
    """Bookings until one is answered 201, or nobody listens any more; then some more at once."""
    show = await house.show()

    async def send(tag: str) -> Exchange:
        return await client.request("POST", "/bookings", json=house.order(show), tag=tag, timeout_s=within_s)

    async def is_decided() -> bool:
        exchange = await send("again")
        return exchange.how == "refused" or exchange.status == 201

    await scene.until(is_decided, within_s, history, every_s=0.1)
    await asyncio.gather(*(send("again at once") for _ in range(told.SEATED)))


@every_connection_is_taken.judge
def the_rest_is_told(history: History) -> Finding:
    return found(bursts.the_rest_is_told, history)


# -- at rest ----------------------------------------------------------------------------------------------------------


@probe("nothing-left-open", window_s=0.3, env=settings(told.ROOM))
async def the_house_is_empty(client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History) -> None:
    """A small storm, and then nobody: sessions some time later, or sooner where none is in a transaction."""
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    show = await house.show()
    await client.request("POST", "/bookings", json=house.order(show), tag="before", timeout_s=5)
    await client.request("GET", f"/shows/{show.id}", tag="before", timeout_s=5)
    await scene.Storm(house, office, 2, 1.0).rages(load, inputs, history)
    await office.barrier()

    async def is_at_rest() -> bool:
        left = told.in_transaction((await postgres.census("sessions", "rest")).rows)
        history.sample("sessions in a transaction", len(left), "sessions", 0)
        return not left

    await scene.until(is_at_rest, told.AT_REST_AFTER_S, history, every_s=0.1)


@the_house_is_empty.judge
def nothing_is_open(history: History) -> Finding:
    return found(judges.nothing_is_open, history)


# -- the database goes and comes back ---------------------------------------------------------------------------------


@probe("outlives-a-restart", window_s=1.2, env=settings(told.SEATED, 1500))
async def the_database_restarts(
    client: Client, load: Load, postgres: Postgres, inputs: Inputs, history: History
) -> None:
    """Killed once, stopped in order once, each time with two bookings under way and two connections idle.

    Before it only the idle ones end, and after it all of them, under bookings that have just begun.
    """
    house = scene.House(postgres, inputs)
    office = scene.BoxOffice(postgres, client, history)
    await _all_at_once(told.SEATED, house, office, load, history)
    history.note("before", history.notes["together"])
    await _idle_ones_end(house, office, postgres, load, history)
    made: list[int] = []
    for end in inputs.sample([postgres.kill, postgres.stop], 2):
        show = await house.show()
        async with office.counting(show) as lock:
            under_way = [
                load.start(scene.book(house.order(show)), tag="under way", timeout_s=judges.AWAY_S) for _ in range(2)
            ]
            history.fault("bookings under way", await lock.until_waiting(2))
            await end()
        await asyncio.gather(*under_way)
        for request in (scene.book(house.order(show)), Req("GET", f"/shows/{show.id}")):
            await client.request(request.method, request.path, json=request.json, tag="away", timeout_s=judges.AWAY_S)
        await postgres.start()
        made += [row["id"] for row in await postgres.query("SELECT id FROM bookings WHERE show_id = $1", show.id)]
        await _is_served_again(client, house, history)
    history.note("made as it went", made)
    show = await house.show()
    await postgres.blackhole()
    begun = [
        load.start(scene.book(house.order(show)), tag="cut off", timeout_s=judges.AWAY_S) for _ in range(told.SEATED)
    ]
    await office.barrier()
    await postgres.reset()
    await postgres.heal()
    await asyncio.gather(*begun)
    await _all_at_once(told.SEATED, house, office, load, history)


async def _idle_ones_end(house: Any, office: Any, postgres: Postgres, load: Load, history: History) -> None:
    """While two bookings wait for a lock; then as many come as there are connections."""
    show = await house.show()
    async with office.counting(show) as lock:
        waiting = [load.start(scene.book(house.order(show)), tag="kept", timeout_s=judges.AWAY_S) for _ in range(2)]
        await lock.until_waiting(2)
        await office.ends_idle_sessions()
        waiting += [
            load.start(scene.book(house.order(show)), tag="kept", timeout_s=judges.AWAY_S) for _ in range(told.SEATED)
        ]
        await lock.until_waiting(told.SEATED)
        await _look("ended", office, postgres, history, LOOK_AFTER_S, told.SEATED)
    await asyncio.gather(*waiting)


@the_database_restarts.judge
def so_does_the_service(history: History) -> Finding:
    return found(judges.so_does_the_service, history)
