"""Runs the app without a terminal and waits on what a person would see, never on time alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.pilot import Pilot

from runner.clock import monotonic_s
from runner.learner.settings import Settings
from runner.tui.app import ProdrillApp
from runner.tui.key_bar import KeyBar
from tests.tui.fakes import FakeDesk, FakeEngine, FakeTrier, screen_text

SIZES = [(80, 24), (100, 30), (140, 42)]
PATIENCE_S = 15.0
at_every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
Scenario = Callable[["Driver"], Awaitable[None]]


class Driver:
    """The app under test with its two seams."""

    def __init__(self, app: ProdrillApp, pilot: Pilot[None], desk: FakeDesk, engine: FakeEngine) -> None:
        self.app, self.pilot, self.desk, self.engine = app, pilot, desk, engine

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> None:
        """Waits until all `texts` are on the screen at once."""
        await self.until(lambda: all(text in screen_text(self.app) for text in texts), f"to see {texts}")

    async def sees_no(self, text: str) -> None:
        await self.until(lambda: text not in screen_text(self.app), f"not to see {text!r}")

    async def sees_line(self, *texts: str, without: str = "\0", starts: str = "") -> None:
        """Waits for a line that has all `texts`, not `without`, and begins with `starts`."""

        def fits(line: str) -> bool:
            return all(text in line for text in texts) and without not in line and line.lstrip().startswith(starts)

        def holds() -> bool:
            return any(fits(line) for line in screen_text(self.app).splitlines())

        await self.until(holds, f"for a line {starts!r} with {texts} without {without!r}")

    def footer(self) -> list[str]:
        """The lines of keys at the foot of the screen."""
        return screen_text(self.app).splitlines()[-self.app.screen.query_one(KeyBar).size.height :]

    async def sees_footer(self, *texts: str, without: Sequence[str] = ()) -> None:
        """Waits until the lines of keys have all `texts` and nothing of `without`."""

        def holds() -> bool:
            footer = "\n".join(self.footer())
            return all(text in footer for text in texts) and not any(text in footer for text in without)

        await self.until(holds, f"for a footer with {texts} without {without}")

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = monotonic_s() + PATIENCE_S
        while not holds():
            assert monotonic_s() < deadline, f"waited {what}:\n{screen_text(self.app)}"
            await self.pilot.pause(0.02)

    async def to_the_kata(self) -> None:
        await self.sees("▶ next")
        await self.press("down", "enter")
        await self.sees("03:12", "Reports stay correct")


def drive(
    desk: FakeDesk,
    engine: FakeEngine,
    scenario: Scenario,
    size: tuple[int, int] = (80, 24),
    trier: FakeTrier | None = None,
    settings: Settings | None = None,
) -> None:
    async def run() -> None:
        app = ProdrillApp(desk, engine, trier or FakeTrier([]), settings=settings)
        app.animation_level = "none"
        async with app.run_test(size=size, notifications=True) as pilot:
            await scenario(Driver(app, pilot, desk, engine))

    asyncio.run(run())
