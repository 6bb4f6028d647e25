"""Removes what runs left behind whose owner was killed; never touches what belongs to a living one.

A run folder names its owner and its processes in `owner.json`; Docker's objects name the owner in a label.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from runner.sandbox.cache import remove_tree
from runner.sandbox.owner import Owner, is_alive
from runner.sandbox.tree import ProcessTree

OWNER_FILE = "owner.json"
LABEL_RUN, LABEL_OWNER = "prodrill.run", "prodrill.owner"


class RunRecord(msgspec.Struct, frozen=True):
    """`owner.json`: whose run it is, and its processes by number with their creation (seconds since the epoch)."""

    owner: str
    pids: dict[int, float]


def reap_runs(runs: Path, before: Callable[[Path], None] = lambda folder: None) -> list[str]:
    """Remove the run folders of dead owners, and end their processes; returns the names of the runs.

    `before` is called with each folder once its processes have ended.
    """
    reaped = []
    for folder in sorted(runs.glob("*")):
        record = _read(folder / OWNER_FILE)
        owner = Owner.parse(record.owner) if record is not None else None
        if record is None or owner is None or not owner.is_dead:
            continue
        for pid, created_s in record.pids.items():
            _end(pid, created_s, folder)
        before(folder)
        remove_tree(folder)
        reaped.append(folder.name)
    return reaped


def _read(path: Path) -> RunRecord | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (OSError, msgspec.DecodeError):
        return None


def _end(pid: int, created_s: float, folder: Path) -> None:
    """End a recorded process and its descendants, if the number still names the same process."""
    if is_alive(pid, created_s):
        ProcessTree(pid, folder).kill()
    # What it started may live on without it, in the session that still has its number.
    _end_session(pid, folder)


def _end_session(session: int, folder: Path) -> None:
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        with contextlib.suppress(OSError):
            if os.getsid(pid) == session and bytes(folder) + b"/" in (entry / "environ").read_bytes():
                os.kill(pid, signal.SIGKILL)


def reap_engine(client: Any) -> list[str]:
    """Remove containers, networks and volumes of dead owners from a Docker engine; returns their names."""
    wanted = {"label": LABEL_OWNER}
    reaped: list[str] = []
    for container in client.containers.list(all=True, filters=wanted, ignore_removed=True):
        if _is_orphaned(container.labels):
            _try(lambda one=container: one.remove(force=True, v=True), container.name, reaped)
    for network in client.networks.list(filters=wanted):
        if _is_orphaned(network.attrs.get("Labels") or {}):
            _try(network.remove, network.name, reaped)
    for volume in client.volumes.list(filters=wanted):
        if _is_orphaned(volume.attrs.get("Labels") or {}):
            _try(lambda one=volume: one.remove(force=True), volume.name, reaped)
    return reaped


def remove_run(client: Any, run_id: str) -> None:
    """Remove what one's own run still has on the engine, such as what a cancelled start was making."""
    wanted = {"label": f"{LABEL_RUN}={run_id}"}
    for container in client.containers.list(all=True, filters=wanted, ignore_removed=True):
        _try(lambda one=container: one.remove(force=True, v=True), container.name, [])
    for network in client.networks.list(filters=wanted):
        _try(network.remove, network.name, [])
    for volume in client.volumes.list(filters=wanted):
        _try(lambda one=volume: one.remove(force=True), volume.name, [])


def _is_orphaned(labels: dict[str, str]) -> bool:
    owner = Owner.parse(labels.get(LABEL_OWNER, ""))
    return owner is not None and owner.is_dead


def _try(remove: Any, name: str, reaped: list[str]) -> None:
    """Another run may be removing the same thing now; what cannot be removed is tried again at the next start."""
    from docker.errors import DockerException

    with contextlib.suppress(DockerException):
        remove()
        reaped.append(name)
