"""The rotation: which replicas the round-robin gives connections to, as the relay tells it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets

from runner.record.history import History
from runner.sandbox.relay import Relay, RelayError

RELAY_GONE = (RelayError, TimeoutError)


class Rotation:
    """A pool of the relay, kept up to date while replicas come and go. `relay_name` is what a client dials.

    A replica is in while its readiness path answers 200, of which the relay assures itself every 50 ms, and leaves at
    the first other answer or refused connection. Each change is recorded in the history.
    """

    def __init__(self, relay: Relay, readiness: str, history: History) -> None:
        self.relay_name = f"replicas-{secrets.token_hex(4)}"
        self.readiness = readiness
        self._relay, self._history = relay, history
        self._targets: dict[str, str] = {}
        self._ready: set[str] = set()
        self._news = asyncio.Event()

    def has(self, replica: str) -> bool:
        """Whether it is given connections now."""
        return replica in self._ready

    async def put(self, replica: str, target: str) -> None:
        """A replica was started, and the relay knows it as `target`: it comes in as soon as it is ready."""
        self._targets[replica] = target
        await self._tell()

    async def drop(self, replica: str) -> None:
        """A replica is gone for good, or will be started anew."""
        if self._targets.pop(replica, None) is not None:
            with contextlib.suppress(*RELAY_GONE):
                await self._tell()

    async def _tell(self) -> None:
        """The whole of it each time, in the order of the replicas, so that their turns are in that order."""
        await self._relay.pool(self.relay_name, dict(sorted(self._targets.items())), self.readiness, self._changed)

    def _changed(self, replica: str, is_in: bool) -> None:
        (self._ready.add if is_in else self._ready.discard)(replica)
        self._history.add_rotation(replica, is_in)
        self._news.set()

    async def comes_in(self, replica: str, within_s: float) -> bool:
        """Wait until it is given connections; False where it is not after `within_s`."""
        return await self._until(replica, True, within_s)

    async def goes_out(self, replica: str, within_s: float) -> bool:
        """Wait until it is given none; False where it still is after `within_s`."""
        return await self._until(replica, False, within_s)

    async def _until(self, replica: str, is_in: bool, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while self.has(replica) is not is_in:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        return self.has(replica) is is_in

    async def close(self) -> None:
        """Nothing is checked any more, and nothing dialled here is taken."""
        self._targets.clear()
        with contextlib.suppress(*RELAY_GONE):
            await self._relay.unpool(self.relay_name)
