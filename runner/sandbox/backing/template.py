"""The data directory that every fresh PostgreSQL server is a copy of, made once for a machine by `initdb`."""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from pathlib import Path

from runner.sandbox.backing.home import (
    backing_home,
    forget,
    give,
    inner,
    is_root,
    make_once,
    mark_used,
    reachable,
    rights,
)
from runner.sandbox.backing.providers import Availability
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import free_bytes
from runner.sandbox.toolbox import Progress

_WITHIN_S = 60.0
_COUNT = "entries"
_NEEDED_BYTES = 200 * 2**20
INITDB = (
    "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions",
    "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--wal-segsize=1",
)  # fmt: skip
# Commits are written at once, though not to the disk: what was committed outlives a killed server.
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
superuser_reserved_connections = 10
shared_buffers = 32MB
min_wal_size = 2MB
max_wal_size = 64MB
fsync = off
full_page_writes = off
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
io_method = sync
dynamic_shared_memory_type = mmap
temp_file_limit = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = fatal
log_min_error_statement = panic
"""
_STATEMENTS = """
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 1000
pg_stat_statements.track = 'all'
"""
# Every copied file costs time, and a database is 300 of them: `postgres` alone remains, and databases are made of it.
SQL = (
    "UPDATE pg_database SET datistemplate = false",
    "DROP DATABASE template1",
    "DROP DATABASE template0",
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
)
SQL_STATEMENTS = ("CREATE EXTENSION pg_stat_statements",)


class Template:
    """The template of one PostgreSQL; `data` is its data directory and `password` the superuser's in it."""

    def __init__(self, found: Availability) -> None:
        assert found.programs is not None
        major = int(found.version.split(".")[0])
        self.has_statements = any(found.programs.rglob("pg_stat_statements.control")) or _is_debian_like(found, major)
        self._settings = settings_for(major, has_statements=self.has_statements)
        self._sql = SQL + (SQL_STATEMENTS if self.has_statements else ())
        text = f"{found.programs} {found.version} {INITDB} {self._settings} {self._sql} {is_root()}"
        self.key = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._found = found

    @property
    def programs(self) -> Path:
        """The installation, where the server's user can reach it. Copies it at the first call where it must."""
        assert self._found.programs is not None
        return reachable(self._found.programs, self.key)

    @property
    def folder(self) -> Path:
        return inner("templates") / f"postgres-{self.key}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    @property
    def is_made(self) -> bool:
        """It is there and whole: what clears temporary folders of old files leaves holes."""
        try:
            return int((self.folder / _COUNT).read_text()) == _entries(self.data)
        except (OSError, ValueError):
            return False

    def copy(self, data: Path) -> None:
        """Copy it to the folder `data`, which is to be made. SandboxError; a template with holes is made anew then.

        By `cp`, with the server's rights: faster than copying here, and every file is the server's at once.
        """
        mark_used(self.folder)
        command = ["cp", "-R", str(self.data), str(data)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **rights())
        if done.returncode == 0:
            return
        words = (done.stderr.strip().splitlines() or ["cp failed"])[-1]
        if free_bytes(data.parent) < _NEEDED_BYTES:
            raise SandboxError(f"the database's files could not be copied: {words}; free some space and run it again")
        forget(self.folder)
        raise SandboxError(f"the database's template was damaged: {words}; run it again, which makes it anew")

    def make(self, progress: Progress) -> None:
        """Make it, unless that was done; blocks for about a second. SandboxError with what to do next."""
        if self.is_made:
            return
        forget(self.folder)
        progress("Making the database's template", None)
        free = free_bytes(backing_home())
        if free < _NEEDED_BYTES:
            raise SandboxError(
                f"{backing_home()} has {free // 2**20} MB left and the database needs {_NEEDED_BYTES // 2**20}; "
                "free some space, or set PRODRILL_CACHE to a folder on another disk"
            )
        try:
            make_once(self.folder, self._fill)
        except OSError as error:
            raise SandboxError(
                f"the database's template could not be made: {error.strerror} ({error.filename}); run "
                "`prodrill prepare` again"
            ) from error
        progress("The database's template is made", 1.0)

    def _fill(self, part: Path) -> None:
        password, secret = secrets.token_hex(16), part / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        data = part / "data"
        data.mkdir(mode=0o700)
        for path in (secret, data):
            give(path)
        self._run(["initdb", f"--pgdata={data}", f"--pwfile={secret}", *INITDB], "")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(self._settings)
        self._run(["postgres", "--single", "-D", str(data), "postgres"], "".join(f"{line}\n" for line in self._sql))
        (part / _COUNT).write_text(str(_entries(data)))

    def _run(self, command: list[str], text: str) -> None:
        program = self.programs / "bin" / command[0]
        try:
            done = subprocess.run(
                [str(program), *command[1:]],
                input=text, capture_output=True, text=True, timeout=_WITHIN_S, cwd="/", check=False,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}, **rights(),
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxError(f"{program} could not be run: {error}; see `prodrill doctor`") from error
        if done.returncode != 0 or "ERROR:" in done.stderr:
            said = [line for line in done.stderr.splitlines() if "ERROR" in line or "FATAL" in line or "error:" in line]
            words = (said or done.stderr.strip().splitlines() or ["it said nothing"])[0]
            raise SandboxError(f"the database's template could not be made: {command[0]}: {words}")


def _entries(folder: Path) -> int:
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


def settings_for(major: int, *, has_statements: bool) -> str:
    """What is added to `postgresql.conf`."""
    lines = _SETTINGS if major >= 18 else _SETTINGS.replace("io_method = sync\n", "")
    return lines + (_STATEMENTS if has_statements else "")


def _is_debian_like(found: Availability, major: int) -> bool:
    return Path(f"/usr/share/postgresql/{major}/extension/pg_stat_statements.control").is_file() and str(
        found.programs
    ).startswith("/usr/lib/postgresql/")
