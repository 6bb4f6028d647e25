"""A lane: the network of one run's services, from which there is no way out but the relay.

It is `internal` and its bridge has no address, because `internal` alone leaves the host reachable at the bridge's.
"""

from __future__ import annotations

import contextlib
import ipaddress
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.sandbox.base import SandboxError

if TYPE_CHECKING:
    from docker import DockerClient

    from runner.sandbox.engine import EngineFacts

_POOLS = ("10.213.0.0/16", "172.29.0.0/16", "192.168.208.0/20", "10.91.0.0/16")
_PREFIX = 28
_TRIES = 40
_ISOLATED_SINCE = 28


class Lane:
    """A made network, by its `id`; addresses are given out here, so that no inspection is needed to know them."""

    def __init__(self, client: DockerClient, network_id: str, subnet: ipaddress.IPv4Network) -> None:
        self._client, self.id, self.subnet = client, network_id, subnet
        gateway, relay, *rest = map(str, subnet.hosts())
        self.gateway, self.relay_address = gateway, relay
        self._free = rest

    @classmethod
    def make(cls, client: DockerClient, facts: EngineFacts, name: str, labels: dict[str, str]) -> Lane:
        """A lane on a subnet that overlaps nothing; SandboxError when none is left."""
        from docker.errors import APIError
        from docker.types import IPAMConfig, IPAMPool

        why = ""
        for subnet in _candidates():
            ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
            try:
                made = client.api.create_network(
                    name, driver="bridge", internal=True, options=_options(facts), ipam=ipam, labels=labels
                )
            except APIError as error:
                why = str(error.explanation or error)
                if "overlap" in why.lower():
                    continue
                raise SandboxError(f"the engine could not make a network: {why}; see `docker network ls`") from error
            return cls(client, str(made["Id"]), subnet)
        raise SandboxError(
            f"no free subnet was found for a network: {why}; remove unused ones with `docker network prune`"
        )

    def take_address(self) -> str:
        if not self._free:
            raise SandboxError(
                f"more than {2 ** (32 - _PREFIX) - 5} copies of a service at once do not fit one network"
            )
        return self._free.pop(0)

    def endpoint(self, address: str) -> Any:
        """The networking configuration of a container with `address` on this lane."""
        api = self._client.api
        endpoints: Any = {self.id: api.create_endpoint_config(ipv4_address=address)}
        return api.create_networking_config(endpoints)

    def remove(self) -> None:
        from docker.errors import DockerException

        with contextlib.suppress(DockerException):
            self._client.api.remove_network(self.id)


def _options(facts: EngineFacts) -> dict[str, str]:
    options = {"com.docker.network.bridge.inhibit_ipv4": "true"}
    if facts.major >= _ISOLATED_SINCE:
        options["com.docker.network.bridge.gateway_mode_ipv4"] = "isolated"
    return options


def _candidates() -> list[ipaddress.IPv4Network]:
    """Random subnets of the first pool that no route of this host runs into."""
    taken = _routed()
    pools = [pool for pool in map(ipaddress.ip_network, _POOLS) if not any(pool.overlaps(one) for one in taken)]
    pool = pools[0] if pools else ipaddress.ip_network(_POOLS[0])
    subnets = list(pool.subnets(new_prefix=_PREFIX))
    return [one for one in random.sample(subnets, _TRIES) if isinstance(one, ipaddress.IPv4Network)]


def _routed() -> list[ipaddress.IPv4Network]:
    """The networks that this host has routes to, other than the default; empty where the system does not tell."""
    found = []
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            fields = line.split()
            target, mask = (int.from_bytes(bytes.fromhex(one)[::-1], "big") for one in (fields[1], fields[7]))
            if mask:
                found.append(ipaddress.IPv4Network((target, mask.bit_count())))
    return found
