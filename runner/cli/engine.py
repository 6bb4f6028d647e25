"""The verifier as the commands see it: three functions, loaded when first called, replaced whole by tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from runner.record.events import Event

if TYPE_CHECKING:
    from runner.verifier import RunRequest, VerifyRequest


def _verify(request: VerifyRequest) -> AsyncIterator[Event]:
    from runner.verifier import verify

    return verify(request)


def _run(request: RunRequest) -> AsyncIterator[Event]:
    from runner.verifier import run

    return run(request)


async def _prove(*arguments: Any, **options: Any) -> Any:
    from runner.verifier.prove import prove

    return await prove(*arguments, **options)


class Engine(Struct, frozen=True):
    """What runs things. Each stream is an async generator; closing it ends the run and leaves nothing running."""

    verify: Callable[[VerifyRequest], AsyncIterator[Event]] = _verify
    run: Callable[[RunRequest], AsyncIterator[Event]] = _run
    prove: Callable[..., Awaitable[Any]] = _prove


def engine_of(ctx: click.Context) -> Engine:
    """The engine this command line was started with: the real one, unless a test gave another."""
    found = ctx.find_object(Engine)
    return found if found is not None else Engine()
