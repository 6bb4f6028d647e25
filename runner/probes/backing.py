"""The backing services of one verification: servers, the tunnel to them, and what each probe gets of them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from runner.catalog.kata import Kata
from runner.probes.link import Link
from runner.probes.postgres import Postgres
from runner.probes.valkey import Valkey
from runner.record.history import History
from runner.sandbox.backing.postgres import PostgresServer, make_postgres
from runner.sandbox.backing.providers import NAMES, Availability, choose
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.tunnel import Tunnel
from runner.sandbox.backing.valkey import ValkeyServer, make_valkey
from runner.sandbox.base import Sandbox
from runner.sandbox.offload import Offload
from runner.sandbox.ports import PortLease

Given = TypeVar("Given", Postgres, Valkey)


class Backing:
    """What the kata's `backing` asks for; nothing at all where it asks for nothing."""

    def __init__(self, kata: Kata, sandbox: Sandbox) -> None:
        self._kata, self._sandbox = kata, sandbox
        self._kinds = kata.spec.backing
        self._found: dict[str, Availability] = {}
        self._run: RunFolder | None = None
        self._tunnel: Tunnel | None = None
        self._server: PostgresServer | None = None
        self._links: dict[str, Link] = {}
        self._leases: list[PortLease] = []
        self._given: dict[str, Postgres | Valkey] = {}
        self._offload = Offload("prodrill-backing", 2)
        self._stores: list[ValkeyServer] = []
        self._spoilt = False
        self.lost = ""
        """What ended by itself in the last probe, in a sentence; empty where nothing did."""

    @contextlib.asynccontextmanager
    async def opening(self) -> AsyncIterator[None]:
        """Start the servers while the block opens the sandbox, then join both."""
        if not self._kinds:
            yield
            return
        starting = asyncio.ensure_future(self._start())
        try:
            yield
        except BaseException:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            raise
        await starting
        await self._join()

    async def _start(self) -> None:
        self._found = await self._offload.run(lambda: {kind: choose(kind) for kind in self._kinds})
        self._run = await self._offload.run(RunFolder, secrets.token_hex(6))
        self._tunnel = Tunnel()
        await _together(
            self._guarded(self._tunnel, self._run), *([self._start_postgres()] if "postgres" in self._kinds else [])
        )

    @staticmethod
    async def _guarded(tunnel: Tunnel, run: RunFolder) -> None:
        await tunnel.start()
        tunnel.own(run.path)

    async def _start_postgres(self) -> None:
        assert self._run is not None and self._tunnel is not None
        self._server = await self._offload.run(make_postgres, self._found["postgres"], self._run, self._tunnel.guard)
        await self._server.start()

    async def _join(self) -> None:
        assert self._tunnel is not None
        self._tunnel.relay(self._sandbox.relay)
        for kind in self._kinds:
            # Not one that the system gives: a link that was shut must find its port free when it opens again.
            lease = PortLease()
            self._leases.append(lease)
            self._links[kind] = Link(kind, self._sandbox.relay, self._tunnel, lease.port)
            await self._tunnel.serve(kind, self._server.port if kind == "postgres" and self._server else 0)
            await self._sandbox.relay.listen(kind, port=lease.port)

    # -- each probe --------------------------------------------------------------------------------------------------

    async def begin(self, history: History) -> None:
        """A fresh database, a fresh store. SandboxError when one cannot be had."""
        self.lost = ""
        try:
            for kind in self._kinds:
                self._given[kind] = await (self._database(history) if kind == "postgres" else self._store(history))
        except BaseException:
            await self.end()
            raise

    async def _database(self, history: History) -> Postgres:
        server = await self._living_server()
        spec, file = self._kata.spec.postgres, self._kata.folder / "schema.sql"
        schema = file.read_text("utf-8") if file.is_file() else ""
        made = await server.database(connections=spec.connections, schema=schema)
        return Postgres(server, made, self._links["postgres"], history)

    async def _living_server(self) -> PostgresServer:
        """The server: started again where a probe left it down, another one in the place of one that died."""
        assert self._server is not None and self._tunnel is not None
        if self._server.runtime.has_died or self._spoilt:
            self._spoilt = False
            await self._server.remove()
            await self._start_postgres()
            await self._tunnel.serve("postgres", self._server.port)
        elif not self._server.runtime.is_up:
            await self._server.start()
        await self._links["postgres"].open(True)
        return self._server

    async def _store(self, history: History) -> Valkey:
        assert self._run is not None and self._tunnel is not None
        number, guard = len(self._stores) + 1, self._tunnel.guard
        server: ValkeyServer = await self._offload.run(make_valkey, self._found["valkey"], self._run, number, guard)
        self._stores.append(server)
        await server.start()
        await self._tunnel.serve("valkey", server.port)
        await self._links["valkey"].open(True)
        return Valkey(server, self._links["valkey"], history)

    async def end(self) -> None:
        """Note what died by itself, and clear away what the probe was given."""
        self.lost = self._died()
        given, self._given = self._given, {}
        for kind, each in given.items():
            try:
                await each.close()
            except Exception:
                # The service left it in a state that no order can be made of: the next probe gets another one.
                self._spoilt |= kind == "postgres"

    def _died(self) -> str:
        if self._run is not None and self._run.is_full:
            return f"The disk of {self._run.path.parent} is full: free some space."
        for kind, each in self._given.items():
            if each.has_died:
                said = f" Its last words: {words}" if (words := each.last_words()) else ""
                return f"{NAMES[kind]} ended by itself while the service was probed.{said}"
        if self._tunnel is not None and self._tunnel.has_died:
            return "The tunnel between the service and its database ended by itself."
        return ""

    @property
    def given(self) -> dict[str, Postgres | Valkey]:
        """What there is now, by the name of its fixture."""
        return dict(self._given)

    @property
    def places(self) -> list[str]:
        """Where each can be looked into by hand, in a sentence."""
        return [f"{NAMES[kind]} is at {each.url} for you to look into." for kind, each in self._given.items()]

    @property
    def postgres(self) -> Postgres:
        return self._one("postgres", Postgres)

    @property
    def valkey(self) -> Valkey:
        return self._one("valkey", Valkey)

    def _one(self, kind: str, wanted: type[Given]) -> Given:
        given = self._given.get(kind)
        if not isinstance(given, wanted):
            raise RuntimeError(f"the fixture `{kind}` was asked for, and `backing` in kata.yaml does not name {kind}")
        return given

    def environment(self) -> dict[str, str]:
        """Where the service finds what it was given."""
        env: dict[str, str] = {}
        for each in self._given.values():
            if isinstance(each, Postgres):
                env["DATABASE_URL"] = each.service_url(self._place("postgres"))
            else:
                env["REDIS_URL"] = each.service_url(self._place("valkey"))
        return env

    def _place(self, kind: str) -> str:
        return self._sandbox.downstream_url(self._links[kind].port).removeprefix("http://")

    def versions(self) -> dict[str, str]:
        """Which servers ran, for the report."""
        return {kind: found.text for kind, found in self._found.items()}

    async def close(self) -> None:
        """Remove everything. Safe after a failed start."""
        await self._offload.idle()
        for each in self._given.values():
            await each.leave()
        for server in (self._server, *self._stores):
            if server is not None:
                await server.remove()
        if self._tunnel is not None:
            await self._tunnel.stop()
        for lease in self._leases:
            lease.release()
        if self._run is not None:
            await self._offload.run(self._run.remove)
        self._offload.close()


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """All at once; the first failure is raised when every one has ended."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
