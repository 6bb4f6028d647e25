"""The log: narrowed, paused, and never taken from under its reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runner.record.events import (
    Event,
    LineLogged,
    RunEnded,
)
from runner.tui.app import ProdrillApp
from runner.tui.kata_screen import KataScreen
from runner.tui.log_pane import LogPane
from tests.tui.driving import Driver, drive
from tests.tui.fakes import FakeDesk, FakeEngine, FakeTrier, a_kata, a_run, screen_text

URL = "http://127.0.0.1:40123"
LINES = ['{"time":"2026-01-02T03:04:05.678Z","level":"error","msg":"pool exhausted","waiting":14}', "listening on 3000"]


def the_screen(driver: Driver) -> KataScreen:
    assert isinstance(driver.app.screen, KataScreen)
    return driver.app.screen


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_a_filter_narrows_the_log_and_json_reads_as_text(tmp_path: Path, size: tuple[int, int]) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path), lines=LINES), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v", "3")
        await driver.sees("03:04:05.678 error pool exhausted  waiting=14", "listening on 3000", "log · 2 lines")
        await driver.press("slash", *"level:loud")
        await driver.sees("There is no level 'loud'")
        for _ in range(4):
            await driver.press("backspace")
        await driver.press(*"warn")
        await driver.sees("pool exhausted", "1 of 2 lines")
        await driver.sees_no("listening on 3000")
        await driver.press("escape")
        await driver.sees("listening on 3000", "log · 2 lines")

    drive(FakeDesk(tmp_path), engine, scenario, size)


class Feed:
    """A verification whose events come when a test sends them."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.sent = 0

    async def __call__(self, kata: object, source: Path, histories: Path) -> AsyncIterator[Event]:
        while True:
            event = await self.events.get()
            yield event
            if isinstance(event, RunEnded):
                return

    def prints(self, count: int) -> None:
        for _ in range(count):
            self.sent += 1
            self.events.put_nowait(LineLogged(0.1, "stdout", f"line {self.sent};"))


def with_a_feed(folder: Path, play: object) -> None:
    async def run() -> None:
        feed, desk = Feed(), FakeDesk(folder)
        app = ProdrillApp(desk, feed, FakeTrier([]))
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            driver = Driver(app, pilot, desk, FakeEngine([]))
            await driver.to_the_kata()
            await driver.press("v")
            await play(driver, feed)  # type: ignore[operator]

    asyncio.run(run())


def test_a_reader_who_scrolled_back_keeps_the_place_and_one_at_the_end_goes_along(tmp_path: Path) -> None:
    async def play(driver: Driver, feed: Feed) -> None:
        feed.prints(1_990)
        await driver.sees("line 1990;")
        await driver.press("3")
        for _ in range(3):
            await driver.press("pageup")
        await driver.sees("reading back")
        lines = the_screen(driver).query_one(LogPane).view
        top = lines.rows[lines.scroll_offset.y].text
        feed.prints(60)  # the oldest 50 go
        await driver.sees("of 2,050 lines", top)
        assert lines.rows[lines.scroll_offset.y].text == top and len(lines.rows) == 2_000
        await driver.press("G")
        feed.prints(5)
        await driver.sees("line 2055;")

    with_a_feed(tmp_path, play)


def test_a_paused_log_holds_still_and_goes_on_with_what_came_meanwhile(tmp_path: Path) -> None:
    async def play(driver: Driver, feed: Feed) -> None:
        feed.prints(3)
        await driver.sees("line 3;")
        await driver.press("p")
        feed.prints(4)
        await driver.sees("paused, 4 new")
        assert "line 7;" not in screen_text(driver.app)
        await driver.press("p")
        await driver.sees("line 7;")
        await driver.sees_no("paused")

    with_a_feed(tmp_path, play)
