"""A run's files are given to the engine once for each frozen copy, and are the same for whoever starts from it."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

from runner.sandbox.choose import make_sandbox
from runner.sandbox.engine import connect
from runner.sandbox.freeze import BadSource
from runner.sandbox.reaper import LABEL_RUN
from tests.sandbox.driving import start_from

pytestmark = pytest.mark.docker

TELLS = """
const fs = require('node:fs');
try { fs.appendFileSync(__filename, '\\nconsole.log("changed")') } catch { /* not ours */ }
console.log('I am NAME');
"""


def _volumes(run_id: str) -> int:
    client, _ = connect()
    try:
        return len(client.volumes.list(filters={"label": f"{LABEL_RUN}={run_id}"}))
    finally:
        client.close()


def test_copies_of_two_services_are_told_apart_and_each_start_finds_them_as_they_were(
    docker_ready: None, tmp_path: Path
) -> None:
    run_id = f"test-{uuid.uuid4().hex[:8]}"

    async def said() -> list[str]:
        sandbox, _ = make_sandbox("docker", run_id)
        texts = []
        try:
            await sandbox.open()
            for name in ("one", "two"):
                (tmp_path / name).mkdir()
                (tmp_path / name / "server.js").write_text(TELLS.replace("NAME", name))
            for name in ("one", "two", "one"):
                started = await start_from(sandbox, tmp_path / name)
                await started.ended()
                texts.append(started.text)
            assert _volumes(run_id) == 2
        finally:
            await sandbox.close()
        return texts

    assert asyncio.run(said()) == ["I am one", "I am two", "I am one"]
    assert _volumes(run_id) == 0


def test_a_folder_that_cannot_be_frozen_is_refused_each_time_and_leaves_nothing(
    docker_ready: None, tmp_path: Path
) -> None:
    run_id = f"test-{uuid.uuid4().hex[:8]}"
    (tmp_path / "link").symlink_to("/etc/hostname")

    async def refused() -> None:
        sandbox, _ = make_sandbox("docker", run_id)
        try:
            await sandbox.open()
            for _ in range(2):
                with pytest.raises(BadSource, match="link is a symbolic link"):
                    await start_from(sandbox, tmp_path)
        finally:
            await sandbox.close()

    asyncio.run(refused())
    assert _volumes(run_id) == 0
