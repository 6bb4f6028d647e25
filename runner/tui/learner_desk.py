"""The desk over the real catalog and the learner's real store; thin, because what it passes on is decided there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.catalog.errors import CatalogError
from runner.catalog.hints import load_hints
from runner.catalog.kata import Kata
from runner.catalog.lessons import load_lesson
from runner.catalog.loader import kata_slugs, load_kata
from runner.catalog.quiz import Question, question_key, quiz_of
from runner.catalog.yaml_file import read_text
from runner.learner.errors import LearnerError
from runner.learner.histories import pack_histories
from runner.learner.snapshot import Snapshot, unpack
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.tui.course_entries import kata_entry, lesson_pages, read_course
from runner.tui.desk import AttemptFiles, CourseMap, DeskError, Hints, Lesson
from runner.tui.learner_records import LearnerRecords
from runner.tui.records import Records


class LearnerDesk:
    """A `Desk` over one store and one workspace; `sandbox` is the one that was asked for."""

    def __init__(self, store: Store, root: Path, sandbox: str = "auto") -> None:
        self._sandbox = sandbox
        self._store = store
        self._workspace = Workspace(root, store)
        self._held: dict[Path, tuple[tempfile.TemporaryDirectory[str], Snapshot]] = {}

    # -- the course

    def course_map(self) -> CourseMap:
        with _explained():
            return read_course(self._store)

    def lesson(self, slug: str) -> Lesson:
        with _explained():
            lesson = load_lesson(slug)
            questions, pages = quiz_of(lesson), lesson_pages(lesson)
            reading = self._store.readings().get(slug)
            answered = {name: each.given for name, each in self._store.quiz.of(slug).items()}
            progress, there = self._store.progress(), kata_slugs()
            katas = tuple(kata_entry(load_kata(kata), progress.get(kata)) for kata in lesson.katas if kata in there)
        place = reading.page if reading else 0
        return Lesson(slug, lesson.title, pages, place, katas, questions, answered)

    def remember_place(self, slug: str, page: int, last: bool) -> None:
        with _explained():
            self._store.read_to(slug, page, finished=last)

    def keep_answer(self, lesson: str, question: Question, given: tuple[str, ...]) -> None:
        with _explained():
            self._store.quiz.add(lesson, question_key(question), given, was_right=question.is_right(given))

    # -- a kata

    def kata(self, slug: str) -> Kata:
        with _explained():
            return load_kata(slug)

    def incident(self, kata: Kata) -> str:
        with _explained():
            return read_text(kata.folder / "incident.md")

    def debrief(self, kata: Kata) -> str:
        with _explained():
            return read_text(kata.folder / "debrief.md")

    def solved(self, kata: Kata) -> bool:
        with _explained():
            progress = self._store.progress().get(kata.slug)
        return progress is not None and progress.first_passed_at is not None

    def last_report(self, kata: Kata) -> Report | None:
        with _explained():
            attempts = self._store.attempts(kata.slug)
            return self._store.report(attempts[-1].id) if attempts else None

    def hints(self, kata: Kata, criterion: str) -> Hints:
        with _explained():
            texts = load_hints(kata)[criterion]
            level = self._store.show_hint(kata.slug, criterion)
        until = "each rejected attempt on this criterion opens the next"
        return Hints(texts[:level], len(texts) - level, until)

    # -- the learner's copy and attempts on it

    def start(self, kata: Kata) -> Path:
        with _explained():
            return self._workspace.start(kata)

    def reset(self, kata: Kata) -> str:
        with _explained():
            self._workspace.reset(kata)
        return f"The broken service is back; u brings your files back, as `prodrill reset {kata.slug} --undo` does."

    def begin_attempt(self, kata: Kata) -> AttemptFiles:
        with _explained():
            snapshot = self._workspace.snapshot(kata)
            held = tempfile.TemporaryDirectory(prefix="prodrill-attempt-", ignore_cleanup_errors=True)
            place = Path(held.name)
            files = AttemptFiles(unpack(snapshot, place / "service"), place / "histories")
            files.histories.mkdir()
        self._held[files.source] = held, snapshot
        return files

    def record_attempt(self, kata: Kata, files: AttemptFiles, report: Report) -> None:
        held, snapshot = self._held.pop(files.source)
        with held, _explained():
            if report.verdict is not Verdict.ERROR:  # our own faults cost no attempt
                self._store.add_attempt(report, snapshot, pack_histories(files.histories))

    def drop_attempt(self, files: AttemptFiles) -> None:
        held, _ = self._held.pop(files.source)
        held.cleanup()

    def sandbox_line(self) -> str:
        from runner.tui.sandbox_line import sandbox_line

        return sandbox_line(self._sandbox)

    # -- what was done

    @property
    def records(self) -> Records:
        return LearnerRecords(self._store, self._workspace)


@contextmanager
def _explained() -> Iterator[None]:
    """What the rooms below say of trouble is ready to show; a disk's own trouble is named with its file."""
    try:
        yield
    except (CatalogError, LearnerError) as error:
        raise DeskError(str(error)) from error
    except OSError as error:
        where = error.filename or "a file"
        raise DeskError(f"{where}: {error.strerror}. Free some space or mend its permissions, then retry.") from error
