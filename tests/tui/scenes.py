"""The main screens as they look over the real course and recorded verifications, the same on every machine and day.

`test_screens` keeps them as text, `draw` makes pictures of them. A clock of their own moves with the recording only.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from textual.message import Message
from textual.pilot import Pilot

from runner.catalog.answers import load_key, materialise
from runner.catalog.blocks import Block
from runner.catalog.kata import Kata
from runner.catalog.loader import load_kata
from runner.learner.store import Store
from runner.record.events import Event, SampleTaken
from runner.record.tries import TryEvent
from runner.tui.app import ProdrillApp
from runner.tui.learner_desk import LearnerDesk
from runner.tui.messages import KataRequested, LessonRequested
from tests.tui.fakes import screen_text
from tests.tui.record import RECORDED, recording

KATA, CRITERION = "blocked-event-loop", "others-overtake"
LESSON, PAGE = "the-event-loop", "one-turn-of-the-loop"
PATIENCE_S = 60.0
_LOOKS, _BETWEEN_S = 4, 0.15
_SAMPLES_SEEN = 3


class Clock:
    """Stands still between two events of a recording."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def utc(self, zone: object = None) -> datetime:
        return datetime(2026, 3, 4, 5, 6, tzinfo=UTC) + timedelta(seconds=self.now_s)


@contextlib.contextmanager
def still_clock() -> Iterator[Clock]:
    """All of prodrill goes by this clock for the block; what Textual and asyncio go by is left alone."""
    clock = Clock()
    with (
        patch("runner.clock.time", SimpleNamespace(monotonic=lambda: clock.now_s)),
        patch("runner.clock.datetime", SimpleNamespace(now=clock.utc)),
    ):
        yield clock


class Replay:
    """A `Verify` that gives a recording again, up to the first event that `until` holds for, where it waits."""

    def __init__(self, clock: Clock, events: Sequence[Event], until: Callable[[Event], bool] | None = None) -> None:
        self._clock, self._events, self._until = clock, events, until
        self.waits = False

    async def __call__(self, kata: Kata, source: Path, histories: Path) -> AsyncIterator[Event]:
        began_s = self._clock.now_s
        for event in self._events:
            self._clock.now_s = began_s + event.at_s
            yield event
            if self._until is not None and self._until(event):
                self.waits = True
                await asyncio.Event().wait()


class SceneDesk(LearnerDesk):
    """The real desk, but for what differs from machine to machine."""

    def sandbox_line(self) -> str:
        return "docker 29.0: isolated"


class Scene:
    """One run of the app that a scene is played in."""

    def __init__(self, app: ProdrillApp, pilot: Pilot[None]) -> None:
        self.app, self._pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def open(self, message: Message, sees: str) -> None:
        self.app.post_message(message)
        await self.sees(sees)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in screen_text(self.app), f"to see {text!r}")

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await self._pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"waited {what}:\n{screen_text(self.app)}") from None

    async def at_rest(self) -> str:
        """The screen, once nothing on it changes any more."""
        same, before = 0, ""
        async with asyncio.timeout(PATIENCE_S):
            while same < _LOOKS:
                await self._pilot.pause(_BETWEEN_S)
                now = screen_text(self.app)
                same, before = (same + 1 if now == before else 0), now
        return before


Played = Callable[[Scene], Awaitable[None]]
Look = Callable[[Scene], None]


async def _the_map(scene: Scene) -> None:
    await scene.sees("Prodrill")


async def _a_lesson(scene: Scene) -> None:
    await scene.open(LessonRequested(LESSON, PAGE), "3/")


async def _the_workbench(scene: Scene) -> None:
    await scene.open(KataRequested(KATA), KATA)


async def _running(scene: Scene) -> None:
    await _the_workbench(scene)
    await scene.press("v")
    await scene.sees("probing")


async def _failed(scene: Scene) -> None:
    await _the_workbench(scene)
    await scene.press("v")
    await scene.sees("✗ failed")


async def _passed(scene: Scene) -> None:
    await _the_workbench(scene)
    await scene.press("v")
    await scene.sees("✓ passed")


async def _the_debrief(scene: Scene) -> None:
    await _passed(scene)
    await scene.press("d")
    await scene.sees("Solved")


async def _the_card(scene: Scene) -> None:
    await _the_debrief(scene)
    await scene.press("2")
    await scene.sees("[2 Before and after]")


SCENES: dict[str, Played] = {
    "map": _the_map,
    "lesson": _a_lesson,
    "workbench-idle": _the_workbench,
    "workbench-running": _running,
    "workbench-failed": _failed,
    "workbench-passed": _passed,
    "debrief": _the_debrief,
    "before-after": _the_card,
}
_FIXED = {"workbench-running", "workbench-passed", "debrief", "before-after"}


def play(name: str, size: tuple[int, int], look: Callable[[ProdrillApp], str] | None = None) -> str:
    """The screen's text, or what `look` makes of the app, at the end of the scene."""

    async def played(app: ProdrillApp) -> str:
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            scene = Scene(app, pilot)
            await SCENES[name](scene)
            text = await scene.at_rest()
            return look(app) if look else text

    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        still_clock() as clock,
        Store(Path("learner.sqlite3")) as store,
    ):
        events = recording(KATA, fixed=name in _FIXED)
        if name in _FIXED:
            kata = load_kata(KATA)
            materialise(kata, load_key(kata).named(RECORDED[KATA]), Path("prodrill") / KATA)
        replay = Replay(clock, events, _some_way_in() if name == "workbench-running" else None)
        return asyncio.run(played(ProdrillApp(SceneDesk(store, Path("prodrill")), replay, _no_try)))


def _some_way_in() -> Callable[[Event], bool]:
    """True from where the probe has some evidence to show."""
    samples = 0

    def far_enough(event: Event) -> bool:
        nonlocal samples
        samples += isinstance(event, SampleTaken) and event.criterion == CRITERION
        return samples >= _SAMPLES_SEEN

    return far_enough


async def _no_try(block: Block) -> AsyncIterator[TryEvent]:
    raise AssertionError(f"no scene tries a block, and {block.name} was")
    yield
