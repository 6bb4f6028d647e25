"""The warehouse of `abrupt-shutdown`, as the verifier plays it, and the orders and stock lists it is asked about."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from runner.probes import Call, Downstream, Gate, Inputs


class Warehouse:
    """Books what comes and writes it to the ledger; holds what it was told to hold."""

    def __init__(self, end: Downstream, inputs: Inputs) -> None:
        self.end, self._names = end, inputs.apart("reservations")
        self._held: dict[str, Gate] = {}
        self.out_of_stock: set[str] = set()
        self.refused: set[str] = set()
        self.settled: set[str | None] = set()
        """References of the orders that were confirmed or released."""
        self._references: dict[str, str] = {}
        self._dawdle: tuple[str, float] | None = None
        end.on("POST", "/reservations", self._reserve)
        end.on("POST", "/reservations/*/confirm", self._confirm)
        end.on("DELETE", "/reservations/*", self._release)

    def hold(self, reference: str) -> Gate:
        """A gate before the reservation of one order."""
        return self._held.setdefault(reference, self.end.gate(self._book))

    def dawdle(self, prefix: str, seconds: float) -> None:
        """Take that long over the reservation of an order whose reference begins so."""
        self._dawdle = (prefix, seconds)

    def hold_confirmations(self) -> Gate:
        gate = self.end.gate(self._confirm)
        self.end.on("POST", "/reservations/*/confirm", gate)
        return gate

    def hold_stock(self, lines: list[str]) -> Gate:
        """A stock list whose second half waits for the gate."""
        gate = self.end.gate(_end_of(lines))

        async def half(call: Call) -> None:
            await call.head(200, {"content-type": "application/x-ndjson"})
            await call.write("".join(lines[: len(lines) // 2]).encode())
            await gate(call)

        self.end.on("GET", "/stock", half)
        return gate

    async def _reserve(self, call: Call) -> None:
        reference = str(call.json().get("reference", ""))
        if self._dawdle is not None and reference.startswith(self._dawdle[0]):
            await asyncio.sleep(self._dawdle[1])
        await self._held.get(reference, self._book)(call)

    async def _book(self, call: Call) -> None:
        order = call.json()
        reference = str(order.get("reference", ""))
        if reference in self.out_of_stock:
            await call.reply(409, json={"error": "out of stock"})
            return
        reservation = self._names.token()
        self._references[reservation] = reference
        self.end.effect("reserve", reservation, **{name: order.get(name) for name in ("reference", "sku", "quantity")})
        await call.reply(201, json={"reservationId": reservation})

    async def _confirm(self, call: Call) -> None:
        reservation = call.path.split("/")[2]
        if self._references.get(reservation) in self.refused:
            await call.reply(409, json={"error": "damaged"})
            return
        self._settle("confirm", reservation)
        await call.reply(200, json={"status": "confirmed"})

    async def _release(self, call: Call) -> None:
        self._settle("release", call.path.split("/")[2])
        await call.reply(204)

    def _settle(self, how: str, reservation: str) -> None:
        self.end.effect(how, reservation)
        self.settled.add(self._references.get(reservation))


def _end_of(lines: list[str]) -> Callable[[Call], Any]:
    async def rest(call: Call) -> None:
        await call.write("".join(lines[len(lines) // 2 :]).encode())
        await call.end()

    return rest


def slowly(lines: list[str], seconds: float) -> Callable[[Call], Any]:
    """A stock list that comes line by line and takes that long."""

    async def handler(call: Call) -> None:
        await call.head(200, {"content-type": "application/x-ndjson"})
        for line in lines:
            await call.write(line.encode())
            await asyncio.sleep(seconds / len(lines))
        await call.end()

    return handler


def an_order(inputs: Inputs, name: str) -> dict[str, Any]:
    letters = "".join(inputs.choices("ABCDEFGHKMNPRSTW", k=2))
    return {
        "reference": f"{name}-{inputs.token(8)}",
        "sku": f"{letters}-{inputs.randrange(10_000):04d}",
        "quantity": inputs.randint(1, 99),
    }


def stock_lines(inputs: Inputs) -> list[str]:
    return [
        json.dumps({"sku": an_order(inputs, "s")["sku"], "left": inputs.randrange(500)}) + "\n"
        for _ in range(inputs.randint(60, 120))
    ]
