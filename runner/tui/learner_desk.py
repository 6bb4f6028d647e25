"""The desk over the real catalog and the learner's real store; thin, because what it passes on is decided there."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from runner.catalog.hints import load_hints
from runner.catalog.kata import Kata
from runner.catalog.lessons import load_lesson
from runner.catalog.loader import kata_slugs, load_kata
from runner.catalog.quiz import Question, question_key, quiz_of
from runner.catalog.yaml_file import read_text
from runner.learner.histories import lines_logged, pack_histories
from runner.learner.home import data_home
from runner.learner.snapshot import Snapshot, take_snapshot, unpack
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from runner.record.events import Event
from runner.record.finding import Verdict
from runner.record.happened import Logged
from runner.record.report import Report
from runner.tui.course_about import about_entry, search_texts
from runner.tui.course_entries import LAST_OPENED, kata_entry, lesson_pages, read_course
from runner.tui.desk import About, AttemptFiles, CourseMap, Entry, Hints, Lesson
from runner.tui.explained import explained
from runner.tui.learner_records import LearnerRecords
from runner.tui.records import Records

_WHOLE = 10_000


class LearnerDesk:
    """A `Desk` over one store and one workspace; `sandbox` is the one that was asked for.

    `holder` names the app that is open on the same state already, where there is one: then nothing is changed.
    """

    def __init__(self, store: Store, root: Path, sandbox: str = "auto", holder: str = "") -> None:
        self._holder = holder
        self._sandbox = sandbox
        self._store = store
        self._workspace = Workspace(root, store)
        self._held: dict[Path, tuple[tempfile.TemporaryDirectory[str], Snapshot]] = {}

    # -- the course

    def course_map(self) -> CourseMap:
        with explained():
            return read_course(self._store)

    def lesson(self, slug: str) -> Lesson:
        with explained():
            lesson = load_lesson(slug)
            questions, pages = quiz_of(lesson), lesson_pages(lesson)
            reading = self._store.readings().get(slug)
            answered = {name: each.given for name, each in self._store.quiz.of(slug).items()}
            progress, there = self._store.progress(), kata_slugs()
            katas = tuple(kata_entry(load_kata(kata), progress.get(kata)) for kata in lesson.katas if kata in there)
        place, scroll = (reading.page, reading.scroll / _WHOLE) if reading else (0, 0.0)
        return Lesson(slug, lesson.title, pages, place, katas, questions, answered, scroll)

    def remember_place(self, slug: str, page: int, last: bool) -> None:
        if self._holder:
            return
        with explained():
            self._store.read_to(slug, page, finished=last)

    def keep_answer(self, lesson: str, question: Question, given: tuple[str, ...]) -> None:
        with explained():
            self._store.quiz.add(lesson, question_key(question), given, was_right=question.is_right(given))

    # -- a kata

    def kata(self, slug: str) -> Kata:
        with explained():
            return load_kata(slug)

    def incident(self, kata: Kata) -> str:
        with explained():
            return read_text(kata.folder / "incident.md")

    def debrief(self, kata: Kata) -> str:
        with explained():
            return read_text(kata.folder / "debrief.md")

    def solved(self, kata: Kata) -> bool:
        with explained():
            progress = self._store.progress().get(kata.slug)
        return progress is not None and progress.first_passed_at is not None

    def last_report(self, kata: Kata) -> Report | None:
        with explained():
            attempts = self._store.attempts(kata.slug)
            return self._store.report(attempts[-1].id) if attempts else None

    def hints(self, kata: Kata, criterion: str) -> Hints:
        with explained():
            texts = load_hints(kata)[criterion]
            level = self._store.show_hint(kata.slug, criterion)
        until = "each rejected attempt on this criterion opens the next"
        return Hints(texts[:level], len(texts) - level, until)

    # -- the learner's copy and attempts on it

    def start(self, kata: Kata) -> Path:
        with explained():
            return self._workspace.started(kata) if self._holder else self._workspace.start(kata)

    def reset(self, kata: Kata) -> str:
        with explained():
            self._workspace.reset(kata)
        return f"The broken service is back; u brings your files back, as `prodrill reset {kata.slug} --undo` does."

    def begin_attempt(self, kata: Kata) -> AttemptFiles:
        with explained():
            snapshot = self._workspace.snapshot(kata)
            held = tempfile.TemporaryDirectory(prefix="prodrill-attempt-", ignore_cleanup_errors=True)
            place = Path(held.name)
            files = AttemptFiles(unpack(snapshot, place / "service"), place / "histories")
            files.histories.mkdir()
        self._held[files.source] = held, snapshot
        return files

    def record_attempt(self, kata: Kata, files: AttemptFiles, report: Report) -> None:
        held, snapshot = self._held.pop(files.source)
        with held, explained():
            if report.verdict is not Verdict.ERROR:  # our own faults cost no attempt
                self._store.add_attempt(report, snapshot, pack_histories(files.histories))

    def drop_attempt(self, files: AttemptFiles) -> None:
        held, _ = self._held.pop(files.source)
        held.cleanup()

    def sandbox_line(self) -> str:
        from runner.tui.sandbox_line import sandbox_line

        return sandbox_line(self._sandbox)

    # -- finding one's way

    @property
    def read_only(self) -> str:
        if not self._holder:
            return ""
        return (
            f"Another prodrill ({self._holder}) is open on your work, so this one only shows it: verifying, editing "
            "and answers are off. Close the other one and start this one again to change things."
        )

    def remember_opened(self, kind: str, slug: str) -> None:
        if not self._holder:
            with explained():
                self._store.set_setting(LAST_OPENED, f"{kind} {slug}")

    def remember_scroll(self, slug: str, page: int, share: float) -> None:
        if not self._holder:
            with explained():
                self._store.scrolled_to(slug, page, round(share * _WHOLE))

    def about(self, entry: Entry) -> About:
        with explained():
            return about_entry(self._store, entry)

    def search_texts(self) -> dict[tuple[str, str], tuple[str, ...]]:
        with explained():
            return search_texts()

    # -- the workbench

    def by_hand(self, kata: Kata) -> AsyncIterator[Event]:
        from runner.verifier import RunRequest, run

        with explained():
            folder = self._workspace.started(kata)
        return run(RunRequest(kata=kata, source=folder, sandbox=self._sandbox))

    def log_file(self, kata: Kata) -> Path | None:
        return data_home() / "logs" / f"{kata.slug}.log"

    def logged(self, kata: Kata, criterion: str) -> tuple[Logged, ...]:
        with explained():
            attempts = self._store.attempts(kata.slug)
            packed = self._store.histories(attempts[-1].id) if attempts else b""
        return lines_logged(packed, criterion)

    def draft_file(self, kata: Kata, file: Path) -> Path:
        return data_home() / "drafts" / kata.slug / file

    def keep_copy(self, kata: Kata) -> str:
        with explained():
            self._store.keep(kata.slug, take_snapshot(self._workspace.started(kata)), "edit")
        return f"`prodrill reset {kata.slug} --undo` brings it back."

    # -- what was done

    @property
    def records(self) -> Records:
        return LearnerRecords(self._store, self._workspace, may_change=not self._holder)
