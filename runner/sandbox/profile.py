"""The hardened profile: what every container of ours is created with, in one place: the canary proves what runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from runner.catalog.kata import Limits

if TYPE_CHECKING:
    from docker import APIClient

USER = "1000:1000"
RELAY_LIMITS = Limits(memory_mb=192, heap_mb=128, cpus=0, pids=64, tmp_mb=4)
_VERSION = "3"
_SERVICE_FILES, _RELAY_FILES, _BERTH_FILES = 1024, 16384, 64
_RESOLVER: dict[str, Any] = {"dns": ["127.0.0.1"], "dns_opt": ["timeout:1", "attempts:1"]}


def profile_hash() -> str:
    """Changes with anything here that the canary's proof rests on."""
    text = repr(_host_config(Limits(), "", files=_SERVICE_FILES, cpus=1) | _RESOLVER) + _VERSION
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def service_config(api: APIClient, limits: Limits, berth: str, *, cpus: int, volume: str = "") -> Any:
    """The host configuration of a service's container, in the network of the container `berth`.

    Its code, if it has any, is on `volume`, which it sees at `/app`. All there is root's: it cannot write to it, and
    gets the error that it gets on the host, which a read-only mount would not give.
    """
    config = _host_config(limits, f"container:{berth}", files=_SERVICE_FILES, cpus=cpus)
    return _made(api, config | ({"mounts": [_at_app(volume)]} if volume else {}))


def filler_config(api: APIClient, volume: str) -> Any:
    """The host configuration of a container by way of which `volume` is filled; it is never started."""
    return api.create_host_config(network_mode="none", mounts=[_at_app(volume)])


def _at_app(volume: str) -> Any:
    from docker.types import Mount

    return Mount("/app", volume, type="volume", no_copy=True)


def berth_config(api: APIClient, limits: Limits, network: str, hosts: dict[str, str]) -> Any:
    """The host configuration of what holds a service's network, with its names and its resolver, which is dead."""
    config = _host_config(limits, network, files=_BERTH_FILES, cpus=0)
    return _made(api, config | _RESOLVER | {"extra_hosts": hosts})


def relay_config(api: APIClient, network: str, port: int) -> Any:
    """The host configuration of the relay's: published on the loopback, and no router between its two networks."""
    config = _host_config(RELAY_LIMITS, network, files=_RELAY_FILES, cpus=0)
    return _made(
        api,
        config
        | _RESOLVER
        | {"port_bindings": {f"{port}/tcp": ("127.0.0.1", None)}, "sysctls": {"net.ipv4.ip_forward": "0"}},
    )


def _host_config(limits: Limits, network: str, *, files: int, cpus: int) -> dict[str, Any]:
    memory = limits.memory_mb * 2**20
    config: dict[str, Any] = {
        "network_mode": network,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "init": True,
        "pids_limit": limits.pids,
        "mem_limit": memory,
        "memswap_limit": memory,
        "shm_size": 8 * 2**20,
        "ipc_mode": "private",
        "tmpfs": {"/tmp": f"size={limits.tmp_mb}m,uid=1000,gid=1000,mode=0700,noexec,nosuid,nodev"},
        "ulimits": [("nofile", files), ("core", 0)],
        # Lines are read from the attached stream, within a budget; the engine must keep none of them.
        "log_config": "none",
    }
    if limits.cpus and cpus:
        config["nano_cpus"] = int(min(limits.cpus, cpus) * 1e9)
    return config


def _made(api: APIClient, config: dict[str, Any]) -> Any:
    from docker.types import LogConfig, Ulimit

    return api.create_host_config(
        **{
            **config,
            "ulimits": [Ulimit(name=name, soft=value, hard=value) for name, value in config["ulimits"]],
            "log_config": LogConfig(type=config["log_config"]),
        }
    )
