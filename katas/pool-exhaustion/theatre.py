"""A playhouse in the database, customers of all kinds, and the box office's locks: what the probes are played with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from runner.probes import Client, History, Inputs, Load, Postgres, Req

POLL_S = 0.02
ROWS, PLACES = "ABCDEFGH", 10
LOCK_SHOW = "SELECT 1 FROM shows WHERE id = $1 FOR UPDATE"
LOCK_SHOWS = "LOCK TABLE shows IN ACCESS EXCLUSIVE MODE"
WAITING = (
    "SELECT pid, pg_blocking_pids(pid) AS blocked_by FROM pg_stat_activity "
    "WHERE usename = $1 AND wait_event_type = 'Lock'"
)
END_IDLE = (
    "SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity "
    "WHERE usename = $1 AND state = 'idle' AND backend_type = 'client backend'"
)

ENDED_IDLE = "idle sessions ended"
LEFT, REFUSED = "customers left while they waited", ", to be refused"

Order = dict[str, Any]


class Show:
    """One show; `take` names seats that nobody was given yet."""

    def __init__(self, show_id: int, inputs: Inputs) -> None:
        self.id = show_id
        self._free = [f"{row}{place}" for row in ROWS for place in range(1, PLACES + 1)]
        inputs.shuffle(self._free)

    def take(self, count: int = 1) -> list[str]:
        return [self._free.pop() for _ in range(count)]


class House:
    """Shows of random numbers, in the database of this probe."""

    def __init__(self, postgres: Postgres, inputs: Inputs) -> None:
        self._postgres, self._inputs = postgres, inputs
        self._numbers = inputs.sample(range(1000, 100_000), 60)

    async def show(self, *, on_sale: bool = True, number: int = 0) -> Show:
        """Another show, with 80 seats."""
        show = Show(number or self._numbers.pop(), self._inputs)
        await self._postgres.execute(
            "INSERT INTO shows (id, title, on_sale) VALUES ($1, $2, $3)", show.id, self._inputs.token(), on_sale
        )
        await self._postgres.execute(
            "INSERT INTO seats (show_id, seat) "
            "SELECT $1, r || p FROM unnest(string_to_array($2, NULL)) r, generate_series(1, $3::int) p",
            show.id, ROWS, PLACES,
        )  # fmt: skip
        return show

    def unknown_show(self) -> int:
        return int(self._numbers.pop())

    def customer(self) -> str:
        return f"{self._inputs.token(8)}@alder.example"

    def order(self, show: Show, seats: int = 1, customer: str = "") -> Order:
        """A booking of seats that nobody has, by a customer of its own."""
        return {"showId": show.id, "seats": show.take(seats), "customer": customer or self.customer()}

    async def sold(self, show: Show, seats: int = 1) -> tuple[int, list[str]]:
        """Seats that are somebody's, written past the service: the booking's number, and the seats."""
        taken = show.take(seats)
        booking = await self._postgres.value(
            "WITH b AS (INSERT INTO bookings (show_id, customer) VALUES ($1, $2) RETURNING id), "
            "t AS (INSERT INTO tickets (booking_id, show_id, seat) SELECT id, $1, unnest($3::text[]) FROM b) "
            "SELECT id FROM b",
            show.id, self.customer(), taken,
        )  # fmt: skip
        await self._postgres.execute("UPDATE shows SET sold = sold + $2 WHERE id = $1", show.id, seats)
        return int(booking), taken


def book(order: Order) -> Req:
    return Req("POST", "/bookings", json=order)


async def until(
    look: Callable[[], Awaitable[bool]], within_s: float, history: History, every_s: float = POLL_S
) -> bool:
    """Whether it came true in that time."""
    ends = history.now() + within_s
    while not await look():
        if history.now() > ends:
            return False
        await asyncio.sleep(every_s)
    return True


class Lock:
    """A lock that the box office holds, and who stands before it."""

    def __init__(self, postgres: Postgres, history: History, pid: int) -> None:
        self._postgres, self._history, self._pid = postgres, history, pid

    async def waiting(self) -> int:
        """How many sessions of the service wait for it, or for one that does."""
        rows = await self._postgres.query(WAITING, self._postgres.role)
        held = {self._pid}
        while more := {row["pid"] for row in rows if held & set(row["blocked_by"])} - held:
            held |= more
        return len(held) - 1

    async def until_waiting(self, count: int, within_s: float = 3.0, sent: asyncio.Future[Any] | None = None) -> int:
        """The most that were seen waiting at once, as soon as it is `count`, or all that was sent is answered."""
        most = 0

        async def enough() -> bool:
            nonlocal most
            is_over = sent is not None and sent.done()
            most = max(most, await self.waiting())
            return most >= count or is_over

        await until(enough, within_s, self._history)
        return most


class BoxOffice:
    """Locks shows while it counts, and sees who waits meanwhile, and who leaves."""

    def __init__(self, postgres: Postgres, client: Client, history: History) -> None:
        self._postgres, self._client, self._history = postgres, client, history

    @contextlib.asynccontextmanager
    async def counting(self, show: Show | None = None) -> AsyncIterator[Lock]:
        """While the block runs: one show locked, or all of them."""
        holding = self._postgres.holding(LOCK_SHOW, show.id) if show else self._postgres.holding(LOCK_SHOWS)
        async with holding as session:
            pid = (await session.query("SELECT pg_backend_pid() AS pid"))[0]["pid"]
            yield Lock(self._postgres, self._history, int(pid))

    async def until_idle(self, within_s: float = 1.0) -> bool:
        """Whether no session of the service runs a statement any more."""

        async def is_idle() -> bool:
            return not any(row["state"] == "active" for row in await self._postgres.sessions())

        return await until(is_idle, within_s, self._history)

    async def until_at_rest(self, within_s: float = 0.5) -> bool:
        """Whether no session of the service is inside a statement or a transaction any more, and the service knows."""

        async def is_at_rest() -> bool:
            return all(row["state"] == "idle" for row in await self._postgres.sessions())

        rests = await until(is_at_rest, within_s, self._history)
        await self.barrier()
        return rests

    async def ends_idle_sessions(self) -> None:
        """All sessions of the service that do nothing; it has had the time to notice."""
        ended = await self._postgres.value(END_IDLE, self._postgres.role)
        self._history.add_act("postgres", ENDED_IDLE, sessions=ended)
        await self.barrier()

    async def barrier(self, tag: str = "barrier") -> None:
        """Two answers on new connections: the service has seen whatever came before them."""
        for _ in range(2):
            await self._client.request("GET", "/healthz", tag=tag, timeout_s=5)

    async def wait_and_leave(self, lock: Lock, orders: list[Order], within_s: float = 3.0) -> int:
        """Customers who close their connections while their bookings wait at a lock; how many were seen waiting."""
        conns = [await self._client.connect() for _ in orders]
        sends = [
            asyncio.ensure_future(self._client.request("POST", "/bookings", json=order, conn=conn, tag="left"))
            for order, conn in zip(orders, conns, strict=True)
        ]
        seen = await lock.until_waiting(len(orders), within_s)
        for conn in conns:
            conn.reset()
        # Nothing comes on a connection that was reset.
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)
        await self.barrier()
        return seen


class Storm:
    """Requests that fail, in every way there is, `width` of one kind at a time."""

    def __init__(self, house: House, office: BoxOffice, width: int, patience_s: float) -> None:
        self._house, self._office, self._width, self._patience_s = house, office, width, patience_s
        self.shows: list[Show] = []

    async def _show(self) -> Show:
        self.shows.append(await self._house.show())
        return self.shows[-1]

    async def _failing(self) -> dict[str, list[Req]]:
        """Each kind of refusal, at a show of its own."""
        house, wide = self._house, range(self._width)
        taken, seatless, greedy = await self._show(), await self._show(), await self._show()
        closed = await house.show(on_sale=False)
        sold = [(await house.sold(taken))[1] for _ in wide]
        kept = [(await house.sold(closed))[0] for _ in wide]
        return {
            "unknown show": [book({**house.order(taken), "showId": house.unknown_show()}) for _ in wide],
            "seat taken": [book({**house.order(taken), "seats": seats}) for seats in sold],
            "no such seat": [book({**house.order(seatless), "seats": ["Z99"]}) for _ in wide],
            "too many seats": [book(house.order(greedy, 7)) for _ in wide],
            "not on sale": [book(house.order(closed)) for _ in wide],
            "look at an unknown show": [Req("GET", f"/shows/{house.unknown_show()}") for _ in wide],
            "unknown booking": [Req("DELETE", f"/bookings/{house.unknown_show()}") for _ in wide],
            "booking not on sale": [Req("DELETE", f"/bookings/{booking}") for booking in kept],
        }

    async def rages(self, load: Load, inputs: Inputs, history: History) -> None:
        """All of it, in a random order that ends inside a transaction; it breaks off where a round ends in silence.

        Between two rounds every connection has time to come back: whoever sheds what finds none free is not at fault.
        """
        failing = await self._failing()
        last = inputs.choice(["no such seat", "too many seats", "not on sale"])
        kinds = inputs.sample(sorted({*failing, LEFT} - {last}), len(failing))
        history.note("kinds", tried := [])
        rests = True
        for kind in (*kinds, last):
            tried.append(kind)
            rests = rests and await self._office.until_at_rest()
            if kind == LEFT:
                await self._customers_leave(load, history)
                continue
            answers = await load.at_once(failing[kind], tag=f"{kind}{REFUSED}", timeout_s=self._patience_s)
            if all(answer.status in (None, 503) for answer in answers):
                return
        if rests:
            await self._office.until_at_rest()

    async def _customers_leave(self, load: Load, history: History) -> None:
        """All but one connection wait for customers who have gone; the last one serves somebody else meanwhile."""
        show, other = await self._show(), await self._show()
        leaving = [self._house.order(show) for _ in range(self._width - 1)]
        async with self._office.counting(show) as lock:
            history.fault(LEFT, await self._office.wait_and_leave(lock, leaving, 1.5))
            await load.at_once([book(self._house.order(other))], tag="bystander", timeout_s=self._patience_s)
