"""A berth: a place on a lane where one service after another lies, each in a container of its own.

Making a container's network takes the engine longer than all else of a start, and taking it away longer than all else
of a removal. So a small container that sleeps holds it, and the services of a run join it one after another; whatever
a service leaves of its connections ends with its processes. An address stays where it is when its service dies: what
dials it is refused at once, as at a machine whose process ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from runner.catalog.kata import Limits
from runner.sandbox.profile import USER, berth_config

if TYPE_CHECKING:
    from docker import APIClient

    from runner.sandbox.engine_calls import EngineCalls
    from runner.sandbox.lane import Lane

HOST_NAME = "service"
_LIMITS = Limits(memory_mb=64, heap_mb=16, cpus=0, pids=16, tmp_mb=1)
_SLEEP = ["node", "--jitless", "-e", "setInterval(() => {}, 2 ** 30)"]


class Berth(Struct, frozen=True):
    """The container that holds the network, and the address it has on its lane."""

    identity: str
    address: str


class Berths:
    """The berths of one run: made as many as are needed at once, and used again."""

    def __init__(self, calls: EngineCalls, image: str, labels: dict[str, str]) -> None:
        self._calls, self._image, self._labels = calls, image, labels
        self._free: list[Berth] = []
        self._all: list[Berth] = []

    async def take(self, lane: Lane) -> Berth:
        """One that nobody uses; making one takes the engine about 0.3 s."""
        if self._free:
            return self._free.pop()
        address = lane.take_address()
        endpoint, hosts = lane.endpoint(address), {"relay": lane.relay_address}
        berth = await self._calls.run(lambda api: self._make(api, lane.id, address, endpoint, hosts))
        self._all.append(berth)
        return berth

    def give_back(self, berth: Berth) -> None:
        """Nothing runs in it any more."""
        self._free.append(berth)

    def _make(self, api: APIClient, lane: str, address: str, endpoint: Any, hosts: dict[str, str]) -> Berth:
        identity = make_berth(api, self._image, lane, self._labels, endpoint=endpoint, hosts=hosts)
        return Berth(identity, address)

    async def remove(self) -> None:
        """Remove all of them, one after the other. Services go first.

        Two that leave one network at a time may lock up an engine older than 23 for good (moby/moby#42545).
        """
        berths, self._all, self._free = self._all, [], []
        for berth in berths:
            await self._remove(berth.identity)

    async def _remove(self, identity: str) -> None:
        await self._calls.gently(lambda api: api.remove_container(identity, force=True, v=True))


def make_berth(
    api: APIClient,
    image: str,
    network: str,
    labels: dict[str, str],
    *,
    endpoint: Any = None,
    hosts: dict[str, str] | None = None,
) -> str:
    """Make and start one on `network`; returns the container's id."""
    made = api.create_container(
        image,
        _SLEEP,
        user=USER,
        hostname=HOST_NAME,
        host_config=berth_config(api, _LIMITS, network, hosts or {}),
        networking_config=endpoint,
        labels=labels,
    )
    identity = str(made["Id"])
    api.start(identity)
    return identity
