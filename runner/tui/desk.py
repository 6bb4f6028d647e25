"""What the app asks of the rooms below it, in one place: the course to show, the learner's copies, what is on record.

`Desk` is the seam: the app draws what a desk says and never opens a file of the catalog or the store itself.
`runner.tui.learner_desk` is the real one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from runner.catalog.blocks import Block
from runner.catalog.kata import Kata
from runner.catalog.quiz import Question
from runner.record.events import Event
from runner.record.finding import Verdict
from runner.record.happened import Logged
from runner.record.report import Report

if TYPE_CHECKING:
    from runner.tui.records import Records


class DeskError(Exception):
    """Something asked of the desk could not be done; its text says what, and what to do next."""


class Progress(StrEnum):
    """How far the learner is with a lesson or a kata."""

    COMING = "coming"
    OPEN = "open"
    STARTED = "started"
    FAILED = "failed"
    DONE = "done"


class Entry(Struct, frozen=True):
    """A lesson or a kata on the map; `minutes` is the time it is expected to take.

    `note` is shown in place of the word for its progress, and has at most eight characters.
    """

    kind: Literal["lesson", "kata"]
    slug: str
    title: str
    minutes: int
    progress: Progress
    note: str = ""


class Part(Struct, frozen=True):
    """A module of the course with its lessons, each followed by its katas."""

    title: str
    entries: tuple[Entry, ...]

    @property
    def minutes_left(self) -> int:
        return sum(entry.minutes for entry in self.entries if entry.progress is not Progress.DONE)


class CourseMap(Struct, frozen=True):
    """The whole course as the learner stands in it; `problems` name what could not be read.

    `last` is the kind and the slug of what was opened last, or empty.
    """

    parts: tuple[Part, ...]
    problems: tuple[str, ...] = ()
    last: tuple[str, str] = ("", "")

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for part in self.parts for entry in part.entries)

    @property
    def there(self) -> tuple[Entry, ...]:
        """What can be opened now."""
        return tuple(entry for entry in self.entries if entry.progress is not Progress.COMING)

    @property
    def next_entry(self) -> Entry | None:
        """Where the learner was, or what follows it in the course; before that, whatever is not done yet."""
        there = self.there
        place = next((at for at, entry in enumerate(there) if (entry.kind, entry.slug) == self.last), 0)
        return next((entry for entry in (*there[place:], *there[:place]) if entry.progress is not Progress.DONE), None)

    @property
    def minutes_left(self) -> int:
        return sum(entry.minutes for entry in self.there if entry.progress is not Progress.DONE)


class Page(Struct, frozen=True):
    """One `##` section of a lesson; its heading is `title` and not in `markdown`.

    `name` is what a link to it says. `fences` has an entry for each fenced block in `markdown`: the block to try, or
    None where it is to be read only.
    """

    title: str
    markdown: str
    name: str = ""
    fences: tuple[Block | None, ...] = ()


class Lesson(Struct, frozen=True):
    """A lesson to read; `place` is the page the reader was on, `katas` what practises it.

    `answered` holds the newest answer to each question that was answered, by its key. `scroll` is how far down the
    page the reader was, as a share of it.
    """

    slug: str
    title: str
    pages: tuple[Page, ...]
    place: int
    katas: tuple[Entry, ...]
    questions: tuple[Question, ...] = ()
    answered: dict[str, tuple[str, ...]] = {}
    scroll: float = 0.0


class About(Struct, frozen=True):
    """What a lesson or a kata is about, for the pane beside the map.

    `points` are the syllabus's, each as `A3.1 text`. Of a lesson: the titles of its `pages`, and the index of the one
    that was left. Of a kata: its `lesson`, its criteria with the last verdict on each, and how often it was tried.
    """

    points: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    place: int | None = None
    lesson: str = ""
    criteria: tuple[tuple[str, Verdict | None], ...] = ()
    attempts: int = 0


class Hints(Struct, frozen=True):
    """The hints of a criterion that may be read now, and how many are still kept back, and until when."""

    texts: tuple[str, ...]
    locked: int = 0
    until: str = ""


class AttemptFiles(Struct, frozen=True):
    """Where one verification reads and writes: a frozen copy to judge, a folder for the histories."""

    source: Path
    histories: Path


class Desk(Protocol):
    """Everything here answers at once or in a few milliseconds, except `sandbox_line`. Failures are `DeskError`s."""

    def course_map(self) -> CourseMap: ...

    def lesson(self, slug: str) -> Lesson: ...

    def remember_place(self, slug: str, page: int, last: bool) -> None:
        """Keep the page the reader is on; `last` says that it is the lesson's end."""
        ...

    def keep_answer(self, lesson: str, question: Question, given: tuple[str, ...]) -> None:
        """Keep what was chosen, or the order that was given."""
        ...

    def kata(self, slug: str) -> Kata: ...

    def incident(self, kata: Kata) -> str: ...

    def debrief(self, kata: Kata) -> str: ...

    def solved(self, kata: Kata) -> bool:
        """Whether any attempt passed."""
        ...

    def last_report(self, kata: Kata) -> Report | None: ...

    def hints(self, kata: Kata, criterion: str) -> Hints: ...

    def start(self, kata: Kata) -> Path:
        """The learner's copy, made now where there is none yet; what is there is left as it is."""
        ...

    def reset(self, kata: Kata) -> str:
        """Put the broken service back, after keeping a copy; says how to undo it."""
        ...

    def begin_attempt(self, kata: Kata) -> AttemptFiles: ...

    def record_attempt(self, kata: Kata, files: AttemptFiles, report: Report) -> None: ...

    def drop_attempt(self, files: AttemptFiles) -> None:
        """A cancelled run leaves no attempt behind."""
        ...

    def sandbox_line(self) -> str:
        """Which sandbox will be used, in one line. May take a second: asks the engine."""
        ...

    # -- finding one's way

    @property
    def read_only(self) -> str:
        """Why nothing can be changed from here, in a sentence or two; empty where it can."""
        ...

    def remember_opened(self, kind: str, slug: str) -> None:
        """Keep what was opened last, so that the map can lead back to it."""
        ...

    def remember_scroll(self, slug: str, page: int, share: float) -> None:
        """Keep how far down the page of a lesson was read, as a share of it."""
        ...

    def about(self, entry: Entry) -> About: ...

    def search_texts(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """What each entry can be found by besides its title, by kind and slug: points, headings, criteria."""
        ...

    # -- the workbench

    def by_hand(self, kata: Kata) -> AsyncIterator[Event]:
        """The learner's copy, started to be poked; closing the iterator ends it."""
        ...

    def log_file(self, kata: Kata) -> Path | None:
        """Where all that the service prints in the next run is kept, until the run after it; None for nowhere."""
        ...

    def logged(self, kata: Kata, criterion: str) -> tuple[Logged, ...]:
        """What the service printed in the probe of a criterion, in the newest attempt; times are the probe's."""
        ...

    def draft_file(self, kata: Kata, file: Path) -> Path:
        """Where what was typed into a file of the copy and not saved yet is kept."""
        ...

    def keep_copy(self, kata: Kata) -> str:
        """Keep the learner's files as they are now; says how to get them back."""
        ...

    # -- what was done

    @property
    def records(self) -> Records: ...
