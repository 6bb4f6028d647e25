"""An ordinary evening at the playhouse, and what each request of it should come to."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from runner.probes import Client, Exchange, History, Load, Req, beside

scene = beside(__file__, "theatre")

SOLD = (
    "SELECT s.id, s.sold, count(t.seat)::int AS tickets FROM shows s LEFT JOIN tickets t ON t.show_id = s.id "
    "GROUP BY s.id"
)


class Evening:
    """Sends requests, and notes the answer and the rows that the contract wants."""

    def __init__(self, house: Any, client: Client, history: History) -> None:
        self._house, self._client, self._history = house, client, history
        self._answers: dict[str, Any] = {}
        self._sold: dict[str, int] = {}
        history.note("answers", self._answers)
        history.note("should_be_sold", self._sold)

    def expect_sold(self, show: Any, seats: int) -> None:
        self._sold[str(show.id)] = self._sold.get(str(show.id), 0) + seats

    async def _send(self, tag: str, method: str, path: str, status: int, json: Any = None, **body: Any) -> Exchange:
        self._answers[tag] = {"status": status, "body": body}
        return await self._client.request(method, path, json=json, tag=tag, timeout_s=10)

    async def _book(self, tag: str, order: dict[str, Any], status: int = 201, **body: Any) -> Exchange:
        wanted = {"showId": order["showId"], "seats": order["seats"], "customer": order["customer"]}
        body = wanted if status == 201 else body
        return await self._send(tag, "POST", "/bookings", status, order, **body)

    async def sales(self) -> None:
        """Two bookings, one of them given back, and the show in between: somebody else sells a seat of it, too."""
        house, client = self._house, self._client
        show = await house.show()
        await self._book("two seats", house.order(show, 2))
        given_back = await self._book("one seat", house.order(show))
        await self._send("look", "GET", f"/shows/{show.id}", 200, id=show.id, sold=3, onSale=True)
        await house.sold(show)
        tag = "look after the till has sold a seat"
        await self._send(tag, "GET", f"/shows/{show.id}", 200, id=show.id, sold=4, onSale=True)
        await self._send("give back", "DELETE", f"/bookings/{_number(given_back)}", 204)
        await self._send("give back again", "DELETE", f"/bookings/{_number(given_back)}", 404, error="no_such_booking")
        self.expect_sold(show, 3)
        await self._send("look at nothing", "GET", f"/shows/{house.unknown_show()}", 404, error="no_such_show")
        await self._send("malformed", "POST", "/bookings", 400, {"showId": show.id, "seats": "A1", "customer": "a"})
        await self._send("a seat twice", "POST", "/bookings", 400, {**house.order(show), "seats": ["A1", "A1"]})
        await client.request("GET", "/healthz", tag="barrier")

    async def refusals(self) -> None:
        """What cannot be had, each at a show of its own."""
        house = self._house
        show, closed, kept, greedy = [await house.show(on_sale=n not in (1, 2)) for n in range(4)]
        _, seats = await house.sold(show)
        order = house.order(show, 2)
        await self._book("seat taken", {**order, "seats": [order["seats"][0], *seats]}, 409, error="seat_taken")
        self.expect_sold(show, 1)
        await self._book("not on sale", house.order(closed), 422, error="not_on_sale")
        self.expect_sold(closed, 0)
        booking, _ = await house.sold(kept, 2)
        await self._send("keep", "DELETE", f"/bookings/{booking}", 422, error="not_on_sale")
        self.expect_sold(kept, 2)
        customer = house.customer()
        await self._book("four seats", house.order(greedy, 4, customer))
        await self._book("three more", house.order(greedy, 3, customer), 422, error="too_many_seats")
        self.expect_sold(greedy, 4)
        order = {**house.order(greedy), "showId": house.unknown_show()}
        await self._book("unknown show", order, 404, error="no_such_show")

    async def two_after_one_seat(self, load: Load) -> None:
        """One is sold it and one is not."""
        show = await self._house.show()
        orders = [self._house.order(show) for _ in range(2)]
        orders[1]["seats"] = orders[0]["seats"]
        await load.at_once([scene.book(order) for order in orders], tag="rivals", timeout_s=10)
        self.expect_sold(show, 1)

    async def given_back_twice_at_once(self, office: Any, load: Load) -> None:
        """The same booking, by two at once: both are at the show before either has its turn."""
        show = await self._house.show()
        booking, _ = await self._house.sold(show, 2)
        await self._house.sold(show, 3)
        async with office.counting(show) as lock:
            requests = [Req("DELETE", f"/bookings/{booking}")] * 2
            sent = asyncio.ensure_future(load.at_once(requests, tag="given back twice", timeout_s=10))
            self._history.fault("given back twice at once", await lock.until_waiting(2, sent=sent))
        await sent
        self.expect_sold(show, 3)

    async def no_such_seat(self) -> None:
        """The last request of all: a connection that it spoils is seen by other probes."""
        show = await self._house.show()
        order = {**self._house.order(show), "seats": ["Z99"]}
        await self._book("no such seat", order, 422, error="no_such_seat")
        self.expect_sold(show, 0)


def _number(exchange: Exchange) -> Any:
    with contextlib.suppress(ValueError):
        body = exchange.json()
        return body.get("id") if isinstance(body, dict) else None
    return None
