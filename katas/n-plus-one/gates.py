"""What the probes of `n-plus-one` hold at the database, so that requests meet, or stop in the midst of a reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from runner.probes import Postgres

SHOWN = ("customers", "products", "makers", "shelves", "lines", "payments", "orders")
"""The tables whose rows are in an answer."""

_POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON {table} USING (
  CASE WHEN pg_advisory_lock_shared({key}) IS NOT NULL THEN pg_advisory_unlock_shared({key}) END
);
"""


async def build(postgres: Postgres) -> None:
    """Gates before the rows of each table, all of them open: whoever reads a row goes through.

    A statement stops at one in its midst: it has begun, and what it sees of the database is settled by then.
    """
    await postgres.execute("".join(_POLICY.format(table=table, key=key) for key, table in enumerate(SHOWN)))


@contextlib.asynccontextmanager
async def shut(postgres: Postgres, table: str) -> AsyncIterator[None]:
    """While the block runs, the service reads no row of that table."""
    async with postgres.holding(f"SELECT pg_advisory_xact_lock({SHOWN.index(table)})"):
        yield


@contextlib.asynccontextmanager
async def orders_locked(postgres: Postgres) -> AsyncIterator[None]:
    """While the block runs, whoever asks for orders waits, and keeps what connections it has.

    Where a transaction was left open there is no lock: it would wait for that one.
    """
    async with contextlib.AsyncExitStack() as stack:
        if await at_rest(postgres):
            await stack.enter_async_context(postgres.holding("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
        yield


async def at_rest(postgres: Postgres) -> bool:
    """Whether no connection of the service runs anything any more, or does not within two seconds."""

    async def all_are_idle() -> bool:
        return all(session["state"] == "idle" for session in await postgres.sessions())

    return await until(all_are_idle, 2.0)


async def waiting(postgres: Postgres) -> int:
    """How many sessions of the service wait for a lock, ours being the only ones."""
    return sum(session["wait_event_type"] == "Lock" for session in await postgres.sessions())


async def until(look: Callable[[], Awaitable[bool]], within_s: float) -> bool:
    """Whether it came true in that time."""
    ends = asyncio.get_running_loop().time() + within_s
    while not await look():
        if asyncio.get_running_loop().time() > ends:
            return False
        await asyncio.sleep(0.005)
    return True


async def until_waiting(postgres: Postgres, count: int, within_s: float, gone: Callable[[], int] = lambda: 0) -> int:
    """The most sessions seen to wait at once, as soon as they are so many with the requests that are `gone`."""
    most = 0

    async def enough() -> bool:
        nonlocal most
        past = gone()
        most = max(most, now := await waiting(postgres))
        return now + past >= count

    await until(enough, within_s)
    return most
