"""`prodrill watch`: a save begins a run, and ends the one under way."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.cli.commands.watch import watch
from runner.learner.saves import saved
from tests.cli.conftest import Type


async def _until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.01)


class _Runs:
    """Verifications that last until they are cancelled or let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.ended = 0
        self.go = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.ended += 1


async def _watching(folder: Path, play: Callable[[_Runs], object]) -> _Runs:
    runs = _Runs()
    task = asyncio.create_task(watch(folder, runs))
    try:
        await _until(lambda: runs.begun == 1)
        await play(runs)  # type: ignore[misc]
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    return runs


def test_a_save_ends_the_run_under_way_and_begins_another(tmp_path: Path) -> None:
    file = tmp_path / "server.js"
    file.write_text("1")

    async def play(runs: _Runs) -> None:
        file.write_text("22")
        await _until(lambda: runs.begun == 2)
        assert (runs.cancelled, runs.ended) == (1, 0)
        runs.go.set()
        await _until(lambda: runs.ended == 1)

    assert asyncio.run(_watching(tmp_path, play)).begun == 2


def test_several_saves_in_a_row_begin_one_run(tmp_path: Path) -> None:
    async def play(runs: _Runs) -> None:
        for number in range(8):
            (tmp_path / f"file-{number}.js").write_text("x")
            await asyncio.sleep(0.02)
        await _until(lambda: runs.begun == 2)

    assert asyncio.run(_watching(tmp_path, play)).begun == 2


def test_a_file_that_goes_away_counts_as_a_save(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x")

    async def play(runs: _Runs) -> None:
        (tmp_path / "a.js").unlink()
        await _until(lambda: runs.begun == 2)

    assert asyncio.run(_watching(tmp_path, play)).begun == 2


def test_what_npm_and_git_write_is_no_save(tmp_path: Path) -> None:
    before = saved(tmp_path)
    for name in ("node_modules", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    assert saved(tmp_path) == before


def test_a_copy_that_was_not_started_is_told_how(typed: Type) -> None:
    done = typed("watch", "slow-sum")
    assert (done.code, done.out) == (2, "")
    assert "prodrill start slow-sum" in done.err


_WATCH = textwrap.dedent("""
    import sys
    from runner.cli.ending import command_line
    from tests.cli.fake_engine import FAILING, PASSING, FakeEngine, stream_of

    sys.exit(command_line(["watch", "slow-sum"], FakeEngine(stream_of(FAILING), stream_of(PASSING)).engine))
""")


def test_verdicts_follow_saves_until_ctrl_c(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", _WATCH], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    )
    try:
        assert child.stdout is not None
        assert any("✗ failed slow-sum" in line for line in iter(child.stdout.readline, ""))
        (home / "work" / "slow-sum" / "server.js").write_text("const sum = 5;\n")
        assert any("✓ passed slow-sum" in line for line in iter(child.stdout.readline, ""))
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=20)
    finally:
        child.kill()
    assert child.returncode == 130
    assert "Waiting for the next save" in err and "Traceback" not in err
