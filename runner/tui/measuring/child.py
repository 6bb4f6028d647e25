"""The app that is measured: `python -m runner.tui.measuring.child JOB`, real but for where its events come from.

`F12` opens the next lesson of the course, so that every page can be opened by keys.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from runner.catalog.kata import Kata
from runner.catalog.lessons import all_lessons
from runner.learner.home import open_store, workspace_root
from runner.record.events import Event
from runner.record.stream import read_stream, replay
from runner.tui import app
from runner.tui.app import ProdrillApp
from runner.tui.heap import settle
from runner.tui.learner_desk import LearnerDesk
from runner.tui.measuring.flood import Flood
from runner.tui.opening import trier_in, verifier_in
from runner.tui.verification import Verify

NEXT_LESSON = "\x1b[24~"


class Job(Struct, frozen=True):
    """`kata` is opened at once. Its events are real without `flood` and `recording`, a file of `write_stream`."""

    kata: str = ""
    flood: Flood | None = None
    recording: str = ""


class MeasuredApp(ProdrillApp):
    """The app, and a key that opens one lesson after the other."""

    CSS_PATH = str(Path(app.__file__).with_name("app.tcss"))

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._lessons = itertools.cycle(lesson.slug for lesson in all_lessons())
        self._bindings.bind("f12", "next_lesson", show=False)

    def action_next_lesson(self) -> None:
        self.open_entry("lesson", next(self._lessons))


def _verifier(job: Job) -> Verify:
    if job.flood is not None:
        from runner.tui.measuring.flood import flooded

        return partial(flooded, job.flood)
    if job.recording:
        return partial(_replayed, read_stream(Path(job.recording)))
    return verifier_in("process")


def _replayed(events: list[Event], kata: Kata, source: Path, histories: Path) -> AsyncIterator[Event]:
    return replay(events)


def main() -> None:
    job = msgspec.json.decode(sys.argv[1], type=Job)
    with open_store() as store:
        desk = LearnerDesk(store, workspace_root(), "process")
        verify = _verifier(job)
        settle()
        MeasuredApp(desk, verify, trier_in("process"), job.kata).run()


if __name__ == "__main__":
    main()
