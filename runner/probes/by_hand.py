"""A service started to be poked by hand: its downstreams answer as they should, and local ports lead to it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from runner.probes.inputs import Inputs
from runner.probes.replicas import Replicas
from runner.probes.service import DidNotStart, Service
from runner.probes.stage import Stage
from runner.record.events import NoticeGiven, ServiceStarted
from runner.record.history import History
from runner.sandbox.base import SandboxError
from runner.sandbox.relay import ConnectRefused, Framed


async def serve_by_hand(stage: Stage) -> None:
    """Start the service and forward a port of 127.0.0.1 to it until it exits or the run is stopped.

    Of several replicas each has a port of its own, and one more leads to the round-robin; it goes on until all exited.
    """
    history = History()
    downstreams = stage.downstreams(history)
    await stage.backing.begin(history)
    script = _script(stage)
    if script is not None:
        given = {"downstreams": downstreams, "inputs": Inputs(0, "by-hand"), **stage.backing.given}
        await _run_script(script, given)
    for place in stage.backing.places:
        stage.emit(NoticeGiven(stage.now(), place))
    make = stage.plain_replicas if stage.kata.spec.replicas > 1 else stage.plain_service
    service: Service | Replicas = make({}, stage.kata.spec.limits, history, "")
    doors: list[asyncio.Server] = []
    try:
        await service.start()
        for place in (service, *service) if isinstance(service, Replicas) else (service,):
            doors.append(await _open_door(stage, place))
        await _until_exited(list(service) if isinstance(service, Replicas) else [service])
    except DidNotStart as error:
        stage.emit(NoticeGiven(stage.now(), str(error)))
    finally:
        for door in doors:
            door.close()
        await service.remove()


async def _open_door(stage: Stage, place: Service | Replicas) -> asyncio.Server:
    """A port of 127.0.0.1 that leads there, announced."""
    door = await asyncio.start_server(
        lambda reader, writer: _forward(stage, place.relay_name, reader, writer), "127.0.0.1", 0
    )
    url = f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}"
    name, kill_line = ("", "") if isinstance(place, Replicas) else (place.name, place.kill_line)
    stage.emit(ServiceStarted(stage.now(), "", url, name, kill_line))
    return door


async def _until_exited(copies: Sequence[Service]) -> None:
    while any([await one.exited(3600) is None for one in copies]):
        pass


def _script(stage: Stage) -> Callable[..., Any] | None:
    """The kata's `by_hand`, which scripts its third parties, and fills its database, for an ordinary day."""
    spec = importlib.util.spec_from_file_location("prodrill_kata_probes", stage.kata.folder / "probes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., Any] | None = getattr(module, "by_hand", None)
    return found


async def _run_script(script: Callable[..., Any], given: dict[str, Any]) -> None:
    """Call it with those of `given` that it has parameters for; it may be async, to put rows into a database."""
    wanted = inspect.signature(script).parameters
    if unknown := [name for name in wanted if name not in given]:
        raise SandboxError(f"by_hand() in probes.py asks for {', '.join(unknown)}; there is {', '.join(given)}")
    done = script(**{name: given[name] for name in wanted})
    if inspect.isawaitable(done):
        await done


class _ToWriter:
    """Passes what the service sends to a local connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def data_received(self, data: bytes) -> None:
        self._writer.write(data)

    def ended(self, how: str) -> None:
        transport: Any = self._writer.transport
        if how == "reset":
            transport.abort()
        else:
            self._writer.close()


async def _forward(stage: Stage, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        framed: Framed = await stage.sandbox.relay.dial(name, _ToWriter(writer))
    except ConnectRefused:
        writer.transport.abort()
        return
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            framed.send(data)
            await framed.drain()
    framed.finish()
