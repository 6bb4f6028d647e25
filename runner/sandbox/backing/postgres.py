"""A PostgreSQL server of one verification: a copy of the template, and a fresh role and database for each probe."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Callable

from msgspec import Struct

from runner.clock import monotonic_s
from runner.sandbox.backing.container import ContainerPlan, ContainerRuntime
from runner.sandbox.backing.providers import Availability
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.runtime import HostRuntime, Plan, Runtime
from runner.sandbox.backing.session import Address, Session
from runner.sandbox.backing.template import INITDB, SQL, SQL_STATEMENTS, Template, settings_for
from runner.sandbox.base import SandboxError

_UP_WITHIN_S = 20.0
_POLL_S = 0.003


class Database(Struct, frozen=True):
    """A fresh database: `service` is the address its service uses, `witness` the superuser's."""

    service: Address
    witness: Address

    @property
    def role(self) -> str:
        return self.service.user

    @property
    def name(self) -> str:
        return self.service.database


class PostgresServer:
    """One server. `database` may be called any number of times while it is up."""

    kind = "postgres"

    def __init__(self, runtime: Runtime, found: Availability, password: str, *, has_statements: bool) -> None:
        self.runtime, self.found, self.has_statements = runtime, found, has_statements
        self._password = password
        self._is_own = False
        self._admin: Session | None = None
        self._count = 0

    @property
    def port(self) -> int:
        return self.runtime.port

    def address(self, database: str = "postgres") -> Address:
        """The superuser's."""
        return Address(self.port, "postgres", self._password, database)

    async def start(self) -> None:
        """Start it and wait until it answers a query. SandboxError says why it does not."""
        # Loaded on a thread beside the start, for it takes as long.
        loading = asyncio.ensure_future(asyncio.to_thread(_load_client))
        try:
            await self.runtime.start()
        finally:
            await asyncio.gather(loading, return_exceptions=True)
        self._admin = await self._answering()
        if not self._is_own:
            await self._own()

    async def _own(self) -> None:
        """A password of this server's own. Few iterations: it is random, and each check of it takes time."""
        password = secrets.token_hex(16)
        await self._session.execute(f"SET scram_iterations = 64; ALTER ROLE postgres PASSWORD '{password}'")
        self._password, self._is_own = password, True

    async def _answering(self) -> Session:
        import psycopg

        deadline = monotonic_s() + _UP_WITHIN_S
        why: object = ""
        while monotonic_s() < deadline:
            if not self.runtime.is_up:
                break
            try:
                session = await Session.connect(self.address())
                await session.query("SELECT 1")
                return session
            except (psycopg.Error, TimeoutError) as error:
                why = error
            await asyncio.sleep(_POLL_S)
        said = self.runtime.last_words() or why or "it said nothing"
        raise SandboxError(
            f"PostgreSQL {self.found.text} did not start: {said}; run it again, and see `prodrill doctor`"
        )

    @property
    def _session(self) -> Session:
        if self._admin is None:
            raise SandboxError("PostgreSQL is not started")
        return self._admin

    async def database(self, *, connections: int, schema: str = "") -> Database:
        """A fresh role, which is no superuser, and a database of its own; `schema` is run in it as that role."""
        self._count += 1
        name, password = f"kata_{self._count}", secrets.token_hex(12)
        admin = self._session
        await admin.execute(
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
            f"CONNECTION LIMIT {connections}"
        )
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE postgres STRATEGY file_copy")
        await admin.execute(
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {name}"
        )
        made = Database(Address(self.port, name, password, name), self.address(name))
        witness = await Session.connect(made.witness)
        try:
            await witness.execute(f"DROP EXTENSION IF EXISTS pg_stat_statements; ALTER SCHEMA public OWNER TO {name}")
        finally:
            await witness.close()
        if schema:
            await _apply(schema, made.service)
        return made

    async def forget(self, made: Database) -> None:
        """End every connection to a database and drop it, where the server is up."""
        if not self.runtime.is_up or self._admin is None or not self._admin.is_open:
            return
        await self._admin.execute(f"ALTER ROLE {made.role} NOLOGIN")
        await self._admin.execute(f"DROP DATABASE IF EXISTS {made.name} WITH (FORCE)")

    async def query(self, sql: str, *args: object) -> list[dict[str, object]]:
        """By the superuser, in the database `postgres`."""
        return await self._session.query(sql, *args)

    async def end(self, how: str) -> None:
        """`stop` in order, or `kill`."""
        await self._leave()
        await (self.runtime.kill() if how == "kill" else self.runtime.stop())

    async def _leave(self) -> None:
        if self._admin is not None:
            with contextlib.suppress(Exception):
                await self._admin.close()
            self._admin = None

    async def remove(self) -> None:
        await self._leave()
        await self.runtime.remove()


async def _apply(schema: str, to: Address) -> None:
    import psycopg

    session = await Session.connect(to)
    try:
        await session.execute(schema)
    except psycopg.Error as error:
        raise SandboxError(f"the kata's schema.sql could not be applied: {error}") from error
    finally:
        await session.close()


def _load_client() -> None:
    import psycopg  # noqa: F401


def make_postgres(found: Availability, run: RunFolder, on_pid: Callable[[int, bool], None]) -> PostgresServer:
    """A server by whatever provider was found; not started yet. SandboxError where it was not made ready."""
    return host_postgres(found, run, on_pid) if found.programs is not None else container_postgres(found, run)


_IN_CONTAINER = """
if [ ! -f /tmp/prodrill/made ]; then
  printf %s "$SECRET" > /tmp/prodrill-secret
  initdb --pgdata=/tmp/prodrill --pwfile=/tmp/prodrill-secret {options} >&2 || exit 1
  printf '%s\n' "$SETTINGS" >> /tmp/prodrill/postgresql.conf
  printf '%s\n' 'host all all all scram-sha-256' >> /tmp/prodrill/pg_hba.conf
  printf '%s\n' "$SQL" | postgres --single -D /tmp/prodrill postgres >&2 || exit 1
  : > /tmp/prodrill/made
fi
exec postgres -D /tmp/prodrill -p 5432 -c listen_addresses='*'
"""


def container_postgres(found: Availability, run: RunFolder) -> PostgresServer:
    """A server in a container. Its data directory is made at the first start, which takes a second or two longer."""
    secret = secrets.token_hex(16)
    plan = ContainerPlan(
        name="postgres",
        image=found.image,
        user="postgres",
        script=_IN_CONTAINER.format(options=" ".join(INITDB)),
        env={
            "SECRET": secret,
            "SETTINGS": settings_for(int(found.version.split(".")[0]), has_statements=True),
            "SQL": "\n".join((*SQL, *SQL_STATEMENTS)),
            "TZ": "UTC",
        },
        port=5432,
        stop_signal="SIGINT",
    )
    return PostgresServer(ContainerRuntime(run.path.name, plan), found, secret, has_statements=True)


def host_postgres(found: Availability, run: RunFolder, on_pid: Callable[[int, bool], None]) -> PostgresServer:
    """A server of this machine from a template that was made before; not started yet. SandboxError without one."""
    template = Template(found)
    if not template.is_made:
        raise SandboxError("the database's template is not made yet; run `prodrill prepare`")
    program = template.programs / "bin" / "postgres"
    plan = Plan(
        name="postgres",
        fill=lambda folder: template.copy(folder / "data"),
        command=lambda folder, port: [str(program), "-D", str(folder / "data"), "-p", str(port)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGDATA": str(run.path / "postgres" / "data")},
        stop_signal=signal.SIGINT,
        end_signal=signal.SIGQUIT,
    )
    runtime = HostRuntime(run, plan, on_pid)
    return PostgresServer(runtime, found, template.password, has_statements=template.has_statements)
