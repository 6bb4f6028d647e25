"""The verifier as the commands see it: four functions, loaded when first called, replaced whole by tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from runner.record.events import Event
from runner.record.tries import TryEvent

if TYPE_CHECKING:
    from runner.verifier import RunRequest, VerifyRequest
    from runner.verifier.tryout import TryRequest


def _verify(request: VerifyRequest) -> AsyncIterator[Event]:
    from runner.verifier import verify

    return verify(request)


def _run(request: RunRequest) -> AsyncIterator[Event]:
    from runner.verifier import run

    return run(request)


def _try_out(request: TryRequest) -> AsyncIterator[TryEvent]:
    from runner.verifier.tryout import try_out

    return try_out(request)


async def _prove(*arguments: Any, **options: Any) -> Any:
    from runner.verifier.prove import prove

    return await prove(*arguments, **options)


class Engine(Struct, frozen=True):
    """What runs things. Each stream is an async generator; closing it ends the run and leaves nothing running."""

    verify: Callable[[VerifyRequest], AsyncIterator[Event]] = _verify
    run: Callable[[RunRequest], AsyncIterator[Event]] = _run
    prove: Callable[..., Awaitable[Any]] = _prove
    try_out: Callable[[TryRequest], AsyncIterator[TryEvent]] = _try_out


def engine_of(ctx: click.Context) -> Engine:
    """The engine this command line was started with: the real one, unless a test gave another."""
    found = ctx.find_object(Engine)
    return found if found is not None else Engine()
