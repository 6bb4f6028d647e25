"""Finding a Docker engine, quickly, or saying in one sentence why there is none.

docker-py takes long to import, so this is done only where there is something to talk to.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from runner.sandbox.base import NoEngine

if TYPE_CHECKING:
    from docker import DockerClient

ANSWERS_WITHIN_S = 1.5
# For an engine that was asked for by name: a busy one takes its time, and nothing else will do.
ASKED_FOR_WITHIN_S = 15.0
_CALL_TIMEOUT_S = 60
_SOCKETS = ("/var/run/docker.sock", "~/.docker/run/docker.sock", "~/.colima/default/docker.sock", "~/.rd/docker.sock")


class EngineFacts(msgspec.Struct, frozen=True):
    """What an engine says of itself. `major` is the first number of its version; `id` is the engine's own."""

    version: str
    major: int
    id: str
    kernel: str
    system: str
    cgroup: str
    architecture: str
    cpus: int
    is_local: bool


def connect(within_s: float = ANSWERS_WITHIN_S) -> tuple[DockerClient, EngineFacts]:
    """A client of the engine that `DOCKER_HOST`, the context or a usual socket names; NoEngine if none answers."""
    where = _address()
    import docker
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        # Seconds, in whole and in part: requests takes both, whatever the type says.
        quick = docker.DockerClient(base_url=where, tls=_tls(), timeout=cast(int, within_s), version="auto")
        info = quick.info()
    except (DockerException, RequestException, OSError, ValueError) as error:
        raise NoEngine(f"no Docker engine answers at {where}: {_short(error)}") from error
    quick.api.timeout = _CALL_TIMEOUT_S
    return quick, _facts(info, where)


def _address() -> str:
    named = os.environ.get("DOCKER_HOST")
    if named:
        return named
    context = _context_address()
    if context:
        return context
    for candidate in _SOCKETS:
        if Path(candidate).expanduser().exists():
            return f"unix://{Path(candidate).expanduser()}"
    raise NoEngine("no Docker engine was found: there is no socket at /var/run/docker.sock and DOCKER_HOST is not set")


def _context_address() -> str:
    """The address of the `docker context` in use, where one was chosen."""
    config = Path(os.environ.get("DOCKER_CONFIG", "~/.docker")).expanduser() / "config.json"
    try:
        chosen = msgspec.json.decode(config.read_bytes()).get("currentContext", "default")
    except (OSError, msgspec.DecodeError, AttributeError):
        return ""
    if chosen == "default":
        return ""
    from docker.context import ContextAPI

    context = ContextAPI.get_context(chosen)
    return str(context.Host) if context is not None else ""


def _tls() -> Any:
    from docker.utils import kwargs_from_env

    return kwargs_from_env().get("tls", False)


def _facts(info: dict[str, Any], where: str) -> EngineFacts:
    version = str(info.get("ServerVersion", "0"))
    major = version.partition(".")[0]
    return EngineFacts(
        version=version,
        major=int(major) if major.isdigit() else 0,
        id=str(info.get("ID", "")),
        kernel=str(info.get("KernelVersion", "")),
        system=str(info.get("OperatingSystem", "")),
        cgroup=f"v{info.get('CgroupVersion', '1')} {info.get('CgroupDriver', '')}".strip(),
        architecture=str(info.get("Architecture", "")),
        cpus=int(info.get("NCPU", 1)),
        is_local=where.startswith("unix://"),
    )


def _short(error: BaseException) -> str:
    text = str(error)
    for hint in ("Permission denied", "Connection refused", "No such file or directory", "timed out"):
        if hint in text:
            return hint.lower()
    return text[:120]
