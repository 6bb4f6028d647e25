"""Starts servers and verifies the kata of these tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from runner.catalog.loader import load_kata
from runner.record.events import Event, RunEnded
from runner.record.report import Report
from runner.sandbox.backing.home import run_places
from runner.sandbox.backing.postgres import PostgresServer, host_postgres
from runner.sandbox.backing.providers import choose
from runner.sandbox.backing.run_folder import RunFolder
from runner.verifier import VerifyRequest, verify

KATA = Path(__file__).parent / "kata"


@contextlib.asynccontextmanager
async def postgres() -> AsyncIterator[PostgresServer]:
    """A started server, removed at the end."""
    run = RunFolder(f"test-{secrets.token_hex(4)}")
    try:
        server = host_postgres(choose("postgres"), run, lambda pid, up: None)
        try:
            await server.start()
            yield server
        finally:
            await server.remove()
    finally:
        run.remove()


def run_folders() -> list[Path]:
    """The folders of all runs on this machine."""
    return [folder for place in run_places() for folder in place.iterdir()]


def own_runs() -> list[str]:
    """The folders of runs that this process has now."""
    label = f'"{os.getpid()}@'
    records = [(folder.name, folder / "owner.json") for folder in run_folders()]
    return [name for name, record in records if record.is_file() and label in record.read_text()]


def segments() -> set[str]:
    """The System V shared memory segments on this machine that nobody is attached to."""
    table = Path("/proc/sysvipc/shm")
    fields = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    return {each[1] for each in fields if each[6] == "0"}


def kata_with(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the kata with texts replaced: (file, old, new)."""
    folder = tmp_path / "kata"
    if not folder.exists():
        shutil.copytree(KATA, folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert old in text, (name, old)
        (folder / name).write_text(text.replace(old, new))
    return folder


async def events_of(folder: Path, sandbox: str, *only: str, histories: Path | None = None) -> list[Event]:
    request = VerifyRequest(load_kata(folder), folder / "service", sandbox, only=only, histories=histories)
    async with asyncio.timeout(120):
        return [event async for event in verify(request)]


def report_of(folder: Path, sandbox: str, *only: str, histories: Path | None = None) -> Report:
    ended = asyncio.run(events_of(folder, sandbox, *only, histories=histories))[-1]
    assert isinstance(ended, RunEnded)
    return ended.report
