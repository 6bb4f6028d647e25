"""Several copies of one service, side by side behind a round-robin that obeys their readiness."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any, overload

from runner.probes.rotation import Rotation
from runner.probes.service import READY_WITHIN_S, Service


class Replicas(Sequence[Service]):
    """All copies of the service, in order: `replicas[0]` is `replica-1`. What is done to all of them is done here.

    Each is a Service with its own port, `INSTANCE_ID`, lines, signals and end; they share nothing that we give them.
    """

    def __init__(self, copies: Sequence[Service], rotation: Rotation) -> None:
        self._copies, self._rotation = tuple(copies), rotation

    @overload
    def __getitem__(self, index: int) -> Service: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Service]: ...
    def __getitem__(self, index: int | slice) -> Service | Sequence[Service]:
        return self._copies[index]

    def __len__(self) -> int:
        return len(self._copies)

    def __iter__(self) -> Iterator[Service]:
        return iter(self._copies)

    @property
    def relay_name(self) -> str:
        """What a client dials to be given the next ready replica."""
        return self._rotation.relay_name

    @property
    def in_rotation(self) -> list[Service]:
        """The replicas that the round-robin gives connections to now."""
        return [one for one in self if self._rotation.has(one.name)]

    @property
    def starts(self) -> int:
        return sum(one.starts for one in self)

    async def start(self) -> None:
        """Start all of them side by side and wait until they are ready; DidNotStart says why one is not."""
        await self.launch()
        await self.ready()

    async def launch(self) -> None:
        """Start all of them without waiting for them to be ready."""
        await _together(Service.launch(one) for one in self)

    async def ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Wait until each answers its health route with its own nonce and is in the rotation."""
        await _together(one.ready(within_s) for one in self)

    async def roll(self, grace_s: float = 10.0) -> None:
        """A rolling restart: one after another is replaced, the next only when the last is in the rotation again.

        Each gets SIGTERM, and SIGKILL where it still runs after `grace_s`.
        """
        for one in self:
            await one.replace(grace_s)

    async def leaves_rotation(self, replica: Service, within_s: float) -> bool:
        """Wait until a replica is given no more connections; False where it still is after `within_s`."""
        return await self._rotation.goes_out(replica.name, within_s)

    async def remove(self) -> None:
        """End all of them and remove what they left."""
        await self._rotation.close()
        for ended in await asyncio.gather(*(one.remove() for one in self), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended


async def _together(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of them side by side; the first that fails ends the others, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
