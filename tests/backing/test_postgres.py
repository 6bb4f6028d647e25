"""A PostgreSQL server: fresh at each start, durable over a kill, and nothing left of it afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from runner.sandbox.backing import home, run_folder
from runner.sandbox.backing.home import backing_home, inner, run_places
from runner.sandbox.backing.providers import choose
from runner.sandbox.backing.session import Session
from runner.sandbox.backing.template import Template
from runner.sandbox.base import SandboxError
from tests.backing.serving import own_runs, postgres, segments


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await work

    asyncio.run(limited())


def test_what_is_committed_outlives_a_kill_and_nothing_is_left_at_the_end(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            made = await server.database(connections=5, schema="CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
            session = await Session.connect(made.service)
            await session.execute("INSERT INTO t VALUES (8)")
            await server.end("kill")
            assert not server.runtime.is_up and not server.runtime.has_died
            await server.start()
            session = await Session.connect(made.service)
            assert await session.query("SELECT a FROM t WHERE a > $1 ORDER BY a", 0) == [{"a": 7}, {"a": 8}]
            await session.close()
            await server.end("kill")

    before = segments()
    run(work())
    assert own_runs() == []
    assert segments() <= before


def test_a_fresh_database_has_nothing_of_another_and_its_role_has_no_rights(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            first = await server.database(connections=2, schema="CREATE TABLE t (a int)")
            await server.forget(first)
            second = await server.database(connections=2)
            session = await Session.connect(second.service)
            assert await session.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
            for forbidden in (
                "CREATE ROLE other",
                "ALTER SYSTEM SET max_connections = 9",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                "SELECT pg_read_file('/etc/hostname')",
                f"ALTER ROLE {second.role} CONNECTION LIMIT 99",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await session.execute(forbidden)
            with pytest.raises(psycopg.OperationalError):
                await Session.connect(first.service)
            await session.close()

    run(work())


def test_a_service_that_fills_the_disk_meets_an_ordinary_error(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            made = await server.database(connections=2, schema="CREATE TABLE t (a text)")
            session = await Session.connect(made.service)
            with pytest.raises(psycopg.errors.InternalError_, match="could not extend file"):
                await session.execute("INSERT INTO t SELECT repeat(md5(n::text), 40) FROM generate_series(1, 200000) n")
            assert await session.query("SELECT count(*) AS n FROM t") == [{"n": 0}]
            await session.close()

    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux limits a running process")
    run(work())


def test_a_schema_that_does_not_apply_says_so(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            with pytest.raises(SandboxError, match=r"schema\.sql could not be applied: syntax error"):
                await server.database(connections=2, schema="CREATE TABEL t (a int)")

    run(work())


def test_a_server_that_refuses_to_start_says_why(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            await server.end("stop")
            folder = server.runtime.folder  # type: ignore[attr-defined]  # it runs on this machine
            (folder / "data" / "PG_VERSION").write_text("9.6\n")
            with pytest.raises(SandboxError, match=r"did not start: .*(incompatible|version)"):
                await server.start()

    run(work())


def test_a_taken_port_is_not_a_fresh_servers_port(servers: None) -> None:
    async def work() -> None:
        async with postgres() as one, postgres() as other:
            assert one.port != other.port
            lines = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=False).stdout
            assert f"0100007F:{one.port:04X}" in lines or not lines, "it listens on the loopback alone"

    run(work())


def test_a_port_that_somebody_took_meanwhile_is_told(servers: None) -> None:
    async def work() -> None:
        async with postgres() as server:
            await server.end("stop")
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind(("127.0.0.1", server.port))
                other.listen()
                with pytest.raises(SandboxError, match=r"did not start: .*could not create any TCP/IP sockets"):
                    await server.start()

    run(work())


def test_a_server_of_the_system_serves_where_the_package_is_hidden(
    servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = choose("postgres").programs
    assert programs is not None
    monkeypatch.setenv("PRODRILL_POSTGRES_FROM", "path")
    monkeypatch.setenv("PATH", f"{programs}/bin{os.pathsep}{os.environ['PATH']}")

    async def work() -> None:
        Template(choose("postgres")).make(lambda text, fraction: None)
        async with postgres() as server:
            assert server.found.place == "path"
            assert await server.query("SELECT 1 AS one") == [{"one": 1}]

    run(work())


_MAKE = """
from runner.sandbox.backing.providers import choose
from runner.sandbox.backing.template import Template
template = Template(choose("postgres"))
template.make(lambda text, fraction: None)
print(template.password)
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, with a space in its path."""
    cache = tmp_path / "a cache"
    monkeypatch.setenv("PRODRILL_CACHE", str(cache))
    cache.mkdir()
    yield cache
    shutil.rmtree(run_places()[0])
    if (place := backing_home()) != cache / "backing":
        shutil.rmtree(place)


def test_two_that_need_the_template_at_once_make_one(servers: None, own_cache: Path) -> None:
    command = [sys.executable, "-c", _MAKE]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    passwords = {process.communicate(timeout=60)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(passwords) == 1
    assert [one.name for one in inner("templates").iterdir()] == [Template(choose("postgres")).folder.name]


def test_templates_of_other_versions_are_ignored_and_in_the_end_removed(servers: None, own_cache: Path) -> None:
    for number in range(5):
        stale = inner("templates") / f"postgres-{number:012x}"
        stale.mkdir()
        os.utime(stale, (number, number))
    template = Template(choose("postgres"))
    assert not template.is_made
    template.make(lambda text, fraction: None)
    kept = {one.name for one in inner("templates").iterdir()}
    assert kept == {template.folder.name, "postgres-000000000004", "postgres-000000000003"}

    async def work() -> None:
        async with postgres() as server:
            assert (await server.query("SELECT 1 AS one")) == [{"one": 1}]

    run(work())


def test_templates_of_other_checkouts_that_are_in_use_are_kept(servers: None, own_cache: Path) -> None:
    others = [inner("templates") / f"postgres-{number:012x}" for number in range(5)]
    for each in others:
        each.mkdir()
    Template(choose("postgres")).make(lambda text, fraction: None)
    assert all(each.is_dir() for each in others)


def test_a_template_with_holes_is_made_anew(servers: None, own_cache: Path) -> None:
    template = Template(choose("postgres"))
    template.make(lambda text, fraction: None)
    (template.data / "pg_notify").rmdir()
    assert not template.is_made
    template.make(lambda text, fraction: None)
    assert template.is_made and (template.data / "pg_notify").is_dir()


def test_a_template_that_goes_away_while_it_is_copied_is_told(servers: None, own_cache: Path) -> None:
    template = Template(choose("postgres"))
    template.make(lambda text, fraction: None)
    shutil.rmtree(template.data)
    with pytest.raises(SandboxError, match="was damaged"):
        template.copy(inner("runs") / "data")
    assert not template.is_made


def test_a_disk_without_room_is_told_before_anything_is_written(
    servers: None, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.sandbox.backing.template.free_bytes", lambda folder: 10 * 2**20)
    with pytest.raises(SandboxError, match="has 10 MB left and the database needs"):
        Template(choose("postgres")).make(lambda text, fraction: None)
    monkeypatch.setattr(run_folder, "free_bytes", lambda folder: 10 * 2**20)
    with pytest.raises(SandboxError, match="has 10 MB left and the database needs"):
        run_folder.RunFolder("full")
    assert own_runs() == []


def test_a_place_that_another_user_made_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "backing"
    trap.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path))
    monkeypatch.setattr(home, "can_be_reached", lambda folder: True)
    with pytest.raises(SandboxError, match="belongs to somebody else"):
        backing_home()
