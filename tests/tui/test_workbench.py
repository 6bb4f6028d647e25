"""The workbench in trouble: files of all kinds, an engine that dies, a machine that slept, a tiny terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from runner import clock
from runner.record.events import (
    Event,
)
from runner.tui.app import ProdrillApp
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import FakeDesk, FakeEngine, FakeTrier, a_kata, a_run

URL = "http://127.0.0.1:40123"
LINES = ['{"time":"2026-01-02T03:04:05.678Z","level":"error","msg":"pool exhausted","waiting":14}', "listening on 3000"]


def test_files_are_read_with_what_is_large_or_no_text_told(tmp_path: Path) -> None:
    copy = tmp_path / "blocked-event-loop"
    copy.mkdir()
    (copy / "dump.bin").write_bytes(b"\0" * 100)
    with (copy / "huge.json").open("wb") as huge:
        huge.write(b'{"first": 1}\n')
        huge.truncate(100 * 2**20)
    (copy / "odd.txt").write_bytes(b"ok \xff\xfe \x1b[2J end")

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("4")
        await driver.sees("server.js · 1 line", "1 // here", "lib/report.js")
        await driver.press("j")
        await driver.sees("README.md · 1 line")
        await driver.press("j")
        await driver.sees("100 bytes that are no text")
        await driver.press("j")
        await driver.sees("bytes that are no text")
        await driver.press("j")
        await driver.sees("not valid UTF-8", "ok")
        (copy / "odd.txt").write_text("mended")
        await driver.press("1", "4")
        await driver.sees("mended")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_an_engine_that_dies_half_way_is_told_and_leaves_no_attempt(tmp_path: Path) -> None:
    async def dies(kata: object, source: Path, histories: Path) -> AsyncIterator[Event]:
        for event in a_run(a_kata(tmp_path))[:20]:
            yield event
        raise OSError("the pipe broke")

    async def run() -> None:
        desk = FakeDesk(tmp_path)
        app = ProdrillApp(desk, dies, FakeTrier([]))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            driver = Driver(app, pilot, desk, FakeEngine([]))
            await driver.to_the_kata()
            await driver.press("v")
            await driver.sees("the pipe broke", "v Verify")
        assert desk.dropped == 1 and desk.recorded == []

    asyncio.run(run())


def test_a_machine_that_slept_ends_the_run_and_says_that_it_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, engine = FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path)), holds=True)
    now = clock.utc_now

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("4 of 4 criteria judged")
        monkeypatch.setattr(clock, "utc_now", lambda: now() + timedelta(minutes=10))
        await driver.sees("The machine slept 600 s", "v Verify")
        assert engine.cleaned_up == 1

    drive(desk, engine, scenario)
    assert desk.recorded == [] and desk.dropped == 1


def test_every_pane_survives_a_tiny_terminal_in_the_middle_of_a_run(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path), lines=LINES), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("4 of 4 criteria judged")
        for pane in ("1", "2", "3", "4"):
            await driver.press(pane)
            for width, height in ((20, 5), (1, 1), (160, 50), (80, 24)):
                await driver.pilot.resize_terminal(width, height)
                await driver.pilot.pause()
        await driver.press("2")
        await driver.sees("✗ A report", "[2 Evidence]", "c Cancel")

    drive(FakeDesk(tmp_path), engine, scenario)


@at_every_size
def test_the_workbench_stays_small(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        assert len(list(driver.app.screen.walk_children())) <= 150

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, size)
