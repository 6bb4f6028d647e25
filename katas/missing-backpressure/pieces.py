"""Pages of several exports written side by side, as a busy ledger does, in pieces that end anywhere."""

from __future__ import annotations

import asyncio
import contextlib

from runner.probes import Call, Client, Inputs, beside

JSON: dict[str, str] = beside(__file__, "feed").JSON
PIECES = 8
# A service that asks for one page at a time need not wait for the others longer than that.
MEET_WITHIN_S = 1.5
_PULSE_WITHIN_S = 5.0


class Interleaved:
    """Writes a piece of each page in turn. All but the first piece and the last end within a character.

    A health check after each piece is answered by a service that ran before the next piece came, of another page.
    """

    def __init__(self, client: Client, inputs: Inputs, exports: int) -> None:
        self._client, self._exports, self._inputs = client, exports, inputs.apart("where pages are cut")
        self._turn, self._met = asyncio.Lock(), asyncio.Event()
        self._came, self._torn_in = 0, 0
        self.torn = 0
        """How often a page went on while a character of another one was not whole."""

    async def __call__(self, call: Call, page: bytes) -> None:
        await self._meet()
        await call.head(200, JSON | {"content-length": str(len(page))})
        pieces = in_pieces(self._inputs, page)
        for n, piece in enumerate(pieces):
            async with self._turn:
                self.torn += self._torn_in not in (0, call.n)
                self._torn_in = call.n if 0 < n < len(pieces) - 1 else 0
                await call.write(piece)
                await self._client.request("GET", "/healthz", tag="pulse", timeout_s=_PULSE_WITHIN_S)
        await call.end()

    async def _meet(self) -> None:
        self._came += 1
        if self._came >= self._exports:
            self._met.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MEET_WITHIN_S):
                await self._met.wait()
        self._met.set()


def in_pieces(inputs: Inputs, page: bytes) -> list[bytes]:
    """The page, cut before a character beyond ASCII first and then within such characters."""
    within = [at for at, byte in enumerate(page) if byte & 0xC0 == 0x80]
    if len(within) < PIECES:
        return [page]
    cuts = sorted(inputs.sample(within, k=PIECES - 1))
    while page[cuts[0]] & 0xC0 == 0x80:
        cuts[0] -= 1
    return [page[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(page)], strict=True)]
