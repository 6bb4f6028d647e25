"""The fixture `postgres`: the service's database, seen by a superuser, and all that can go wrong with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from runner.probes.link import Backed, Link
from runner.record.backing import Census
from runner.record.history import History
from runner.sandbox.backing.postgres import Database, PostgresServer
from runner.sandbox.backing.session import Row, Session
from runner.sandbox.base import SandboxError

_SESSIONS = """
SELECT pid, coalesce(state, '') AS state, query, coalesce(wait_event_type, '') AS wait_event_type,
       coalesce(wait_event, '') AS wait_event, application_name AS application,
       extract(epoch FROM clock_timestamp() - backend_start)::float8 AS age_s,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS xact_age_s,
       extract(epoch FROM clock_timestamp() - query_start)::float8 AS query_age_s,
       extract(epoch FROM clock_timestamp() - state_change)::float8 AS state_age_s
FROM pg_stat_activity WHERE usename = $1 AND backend_type = 'client backend' ORDER BY backend_start
"""
_LOCKS = """
SELECT l.pid, l.locktype, coalesce(l.relation::regclass::text, '') AS relation, l.mode, l.granted,
       pg_blocking_pids(l.pid) AS blocked_by
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE a.usename = $1 AND l.locktype <> 'virtualxid' ORDER BY l.pid
"""
_STATEMENTS = """
SELECT query, calls, rows, total_exec_time AS total_ms
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid
WHERE d.datname = $1 AND r.rolname = $2 ORDER BY calls DESC, query
"""
_FORGET = """
SELECT pg_stat_statements_reset((SELECT oid FROM pg_roles WHERE rolname = $2),
                                (SELECT oid FROM pg_database WHERE datname = $1), 0)
"""


class SchemaBroken(Exception):
    """The service destroyed what `schema.sql` had made; the message is for the learner."""


class Seen:
    """What was counted while a block ran; `most` is the highest."""

    def __init__(self) -> None:
        self.most = 0
        self.looks = 0


class Postgres(Backed):
    """One probe's database, empty but for `schema.sql`. The service finds it in `DATABASE_URL`."""

    def __init__(self, server: PostgresServer, made: Database, link: Link, history: History) -> None:
        super().__init__(server, link, history)
        self._postgres, self._made = server, made
        self._witness: Session | None = None
        self._opening = asyncio.Lock()
        self._forgotten = (0, 0)

    @property
    def url(self) -> str:
        """The superuser's way to the service's database, past the relay: the verifier's alone."""
        return self._made.witness.url

    def service_url(self, place: str) -> str:
        """The service's way, by the relay at `place` (`host:port`)."""
        return f"postgres://{self.role}:{self._made.service.password}@{place}/{self.database}"

    @property
    def role(self) -> str:
        """The service's role."""
        return self._made.role

    @property
    def database(self) -> str:
        return self._made.name

    # -- asking ------------------------------------------------------------------------------------------------------

    async def query(self, sql: str, *args: Any) -> list[Row]:
        """The rows of one statement as dicts, by a superuser in the service's database; `$1` stands for an argument."""
        session = await self._session()
        with _schema_is_whole():
            return await session.query(sql, *args)

    async def value(self, sql: str, *args: Any) -> Any:
        """The first column of the first row; None where there is no row."""
        rows = await self.query(sql, *args)
        return next(iter(rows[0].values())) if rows else None

    async def execute(self, sql: str, *args: Any) -> int:
        """How many rows were changed; without `args` it may be several statements, in one transaction."""
        session = await self._session()
        with _schema_is_whole():
            return await session.execute(sql, *args)

    async def _session(self) -> Session:
        self._require_answering()
        async with self._opening:
            if self._witness is None or not self._witness.is_open:
                self._witness = await Session.connect(self._made.witness)
            return self._witness

    async def sessions(self) -> list[Row]:
        """The service's connections now: pid, state, query, wait_event_type, wait_event, application, and ages.

        `state` is `active`, `idle`, `idle in transaction` or `idle in transaction (aborted)`; `age_s`, `xact_age_s`
        (None outside a transaction), `query_age_s` and `state_age_s` are seconds.
        """
        return await self.query(_SESSIONS, self.role)

    async def locks(self) -> list[Row]:
        """The locks the service holds or waits for: pid, locktype, relation, mode, granted, blocked_by (pids)."""
        return await self.query(_LOCKS, self.role)

    async def statements(self) -> list[Row]:
        """What the service has run since the probe began or `forget_statements`: query, calls, rows, total_ms.

        The constants in `query` are replaced by `$1` and so on. What a function of the database runs is counted like
        what the service sends; what failed is not, see `wire`.
        """
        self._require_statements()
        return await self._postgres.query(_STATEMENTS, self.database, self.role)

    async def forget_statements(self) -> None:
        """Count from here."""
        self._require_statements()
        await self._postgres.query(_FORGET, self.database, self.role)
        self._forgotten = await self._link.tally()

    async def wire(self) -> list[Row]:
        """One row, since `forget_statements`: the `bytes` sent to the service, and statements that `failed`."""
        (sent, failed), (before, failed_before) = await self._link.tally(), self._forgotten
        return [{"bytes": sent - before, "failed": failed - failed_before}]

    def _require_statements(self) -> None:
        self._require_answering()
        if not self._postgres.has_statements:
            raise SandboxError(f"PostgreSQL {self._postgres.found.text} comes without pg_stat_statements")

    async def census(self, of: str = "sessions", tag: str = "") -> Census:
        """`sessions`, `locks`, `statements` or `wire` as of now, kept in the history for the judge."""
        found = {"sessions": self.sessions, "locks": self.locks, "statements": self.statements, "wire": self.wire}
        return self._history.add_census(of, await found[of](), tag)

    @contextlib.asynccontextmanager
    async def watched(self, *, every_s: float = 0.05, limit: float | None = None) -> AsyncIterator[Seen]:
        """Count the service's connections while the block runs, as samples of the series `connections`."""
        seen = Seen()
        task = asyncio.ensure_future(self._watch(seen, every_s, limit))
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, seen: Seen, every_s: float, limit: float | None) -> None:
        sql = "SELECT count(*) AS n FROM pg_stat_activity WHERE usename = $1 AND backend_type = 'client backend'"
        while True:
            if self.is_up and not self.is_paused:
                with contextlib.suppress(Exception):
                    count = int(await self.value(sql, self.role))
                    seen.most, seen.looks = max(seen.most, count), seen.looks + 1
                    self._history.sample("connections", count, "connections", limit)
            await asyncio.sleep(every_s)

    # -- doing -------------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def holding(self, sql: str, *args: Any) -> AsyncIterator[Session]:
        """A transaction that has run `sql` (`LOCK TABLE orders`, `SELECT ... FOR UPDATE`) stays open for the block.

        It is the verifier's, a superuser's, on a connection of its own, and is rolled back at the end.
        """
        self._require_answering()
        session = await Session.connect(self._made.witness, name="prodrill-holder")
        try:
            await session.execute("BEGIN")
            await session.query(sql, *args)
            self._record("hold", sql=sql)
            yield session
        finally:
            with contextlib.suppress(Exception):
                await session.execute("ROLLBACK")
            await session.close()
            self._record("release", sql=sql)

    async def set_connection_limit(self, most: int) -> None:
        """How many connections the service's role may have open; those beyond are refused with SQLSTATE 53300."""
        self._record("limit", connections=most)
        await self.execute(f"ALTER ROLE {self.role} CONNECTION LIMIT {int(most)}")

    async def terminate(self, state: str | None = None) -> int:
        """End the service's sessions, or those in `state`, from the server's side (SQLSTATE 57P01); how many."""
        sql = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename = $1 AND ($2::text IS NULL OR state = $2)"
        )
        count = int(await self.value(sql, self.role, state))
        self._record("terminate", sessions=count, **({"state": state} if state else {}))
        return count

    async def leave(self) -> None:
        if self._witness is not None:
            with contextlib.suppress(Exception):
                await self._witness.close()
            self._witness = None

    async def close(self) -> None:
        """At the probe's end: the link is mended, and where the server is up the database is dropped."""
        await self._server.runtime.resume()
        self.is_paused = False
        await self.leave()
        await self.mend()
        if self.is_up:
            await self._postgres.forget(self._made)


@contextlib.contextmanager
def _schema_is_whole() -> Iterator[None]:
    from psycopg import errors

    try:
        yield
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        said = error.diag.message_primary or str(error)
        raise SchemaBroken(f"The database no longer has what it was given at the start: {said}.") from error
