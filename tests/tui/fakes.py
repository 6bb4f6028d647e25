"""A desk in memory and a stream of events that a test steps through: the app's two seams, filled for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from textual.app import App

from runner.catalog.blocks import Block
from runner.catalog.kata import Criterion, Kata, KataSpec
from runner.catalog.quiz import Question
from runner.record.events import (
    Event,
    LineLogged,
    NoticeGiven,
    ProbeJudged,
    ProbeStarted,
    RunEnded,
    RunStarted,
    SampleTaken,
    ServiceStarted,
    StageReached,
    VitalsSampled,
)
from runner.record.finding import Finding, Series, Verdict
from runner.record.happened import Logged
from runner.record.report import CriterionResult, Report
from runner.record.tries import TryEvent
from runner.tui.desk import About, AttemptFiles, CourseMap, DeskError, Entry, Hints, Lesson, Page, Part, Progress
from tests.tui.fake_records import FakeRecords

SANDBOX_LINE = "no Docker engine: runs on this machine, isolates nothing"
SENTENCES = {
    "reports-are-right": "Reports stay correct while several render.",
    "others-overtake": "A report being rendered holds nothing else up: what is sent during it is answered before it.",
    "several-at-once": "Several reports at once all finish.",
    "idle-stays-fast": "An idle service is not made slow.",
}
DIAGRAM = "client ──► API ──► auth and validation ──► queue ──► workers ──► database, each in a process of its own"


def a_kata(folder: Path, slug: str = "blocked-event-loop") -> Kata:
    criteria = tuple(
        Criterion(
            id=name, sentence=sentence, measure="requests answered before the report ends", limit="at least 0.9",
            why="the rest is noise", needs=() if index == 0 else ("reports-are-right",),
            lesson="the-event-loop#measure-it" if name == "others-overtake" else "",
        )
        for index, (name, sentence) in enumerate(SENTENCES.items())
    )  # fmt: skip
    spec = KataSpec(
        title="The report that stopped the shop", lesson="the-event-loop", points=("A3.1",), difficulty=2,
        minutes=40, criteria=criteria,
    )  # fmt: skip
    return Kata(slug, folder, spec)


def the_finding(name: str) -> Finding:
    """`others-overtake` fails with everything a finding can carry; the others pass."""
    if name != "others-overtake":
        return Finding(Verdict.PASSED, "All 12 answers were as the contract says.")
    return Finding(
        Verdict.FAILED,
        "Requests sent while a report rendered were answered only after it.",
        value=0.05, limit=0.9, unit="share of requests",
        decided_by=("ping 4 was sent 31 ms into the report and answered 2 ms after it: it waited",),
        reproduce="curl -s localhost:3000/reports & time curl -s localhost:3000/ping",
        series=(Series("ping latency", "ms", tuple((t / 10, 40.0 + t * 3) for t in range(60)), 100.0, "prompt"),),
    )  # fmt: skip


def the_report(kata: Kata, findings: dict[str, Finding]) -> Report:
    results = tuple(CriterionResult(c.id, c.sentence, findings[c.id]) for c in kata.criteria)
    return Report(kata.slug, "process", False, 4711, "2026-01-02T03:04:05Z", 6.5, results, {})


def a_run(kata: Kata, findings: dict[str, Finding] | None = None, lines: Iterable[str] = ()) -> list[Event]:
    """The events of a whole verification; where no findings are given, as `the_finding` has them."""
    findings = findings or {c.id: the_finding(c.id) for c in kata.criteria}
    events: list[Event] = [
        RunStarted(0.0, kata.slug, "process", False, 4711, tuple(findings)),
        NoticeGiven(0.0, SANDBOX_LINE),
        StageReached(0.1, "starting the service", 0.5),
        ServiceStarted(0.2, "reports-are-right", "http://127.0.0.1:40123"),
        VitalsSampled(0.3, 12.0, 0.41, 84 * 2**20, 60 * 2**20, 12, 0.63),
        *(LineLogged(0.4, "stdout", line) for line in lines),
    ]
    for criterion in kata.criteria:
        events.append(ProbeStarted(1.0, criterion.id))
        events += [SampleTaken(1.0, criterion.id, "ping latency", "ms", t / 5, 20.0 + t, 100.0) for t in range(20)]
        events.append(ProbeJudged(2.0, CriterionResult(criterion.id, criterion.sentence, findings[criterion.id])))
    return [*events, RunEnded(3.0, the_report(kata, findings))]


class FakeEngine:
    """Gives its events, then waits for `go_on` where `holds` says so; counts how its streams ended."""

    def __init__(self, events: list[Event], holds: bool = False) -> None:
        self.events = events
        self.holds = holds
        self.go_on = asyncio.Event()
        self.started = 0
        self.cleaned_up = 0

    async def __call__(self, kata: Kata, source: Path, histories: Path) -> AsyncIterator[Event]:
        self.started += 1
        try:
            *before, last = self.events
            for event in before:
                yield event
            if self.holds:
                await self.go_on.wait()
            yield last
        finally:
            await asyncio.sleep(0)  # a real clean-up waits too
            self.cleaned_up += 1


class FakeTrier:
    """Plays one stream for each try, the last one again and again; waits for `go_on` before its end where told."""

    def __init__(self, *scripts: list[TryEvent], holds: bool = False) -> None:
        self.scripts = scripts
        self.holds = holds
        self.go_on = asyncio.Event()
        self.tried: list[str] = []
        self.cleaned_up = 0

    async def __call__(self, block: Block) -> AsyncIterator[TryEvent]:
        script = self.scripts[min(len(self.tried), len(self.scripts) - 1)]
        self.tried.append(block.name)
        try:
            *before, last = script
            for event in before:
                yield event
            if self.holds:
                await self.go_on.wait()
            yield last
        finally:
            await asyncio.sleep(0)
            self.cleaned_up += 1


class FakeDesk:
    """One module with a lesson, its kata and a kata to come; remembers what it was told."""

    def __init__(self, folder: Path, incident: str = "# 03:12\n\nThe shop stopped.") -> None:
        self.folder = folder
        self._kata = a_kata(folder)
        self._incident = incident
        self.place = 0
        self.read = False
        self.recorded: list[Report] = []
        self.dropped = 0
        self.resets = 0
        self.answers: list[tuple[str, tuple[str, ...]]] = []
        self.pages: tuple[Page, ...] = ()
        self.questions: tuple[Question, ...] = ()
        self.answered: dict[str, tuple[str, ...]] = {}
        self.trouble = ""
        self.last = ("", "")
        self.scroll = 0.0
        self.only_reads = ""
        self.hand_run: FakeEngine | None = None
        self.printed: tuple[Logged, ...] = ()
        self.copies_kept = 0
        self.kept_records = FakeRecords(self._kata)

    def course_map(self) -> CourseMap:
        done = Progress.DONE if self.solved(self._kata) else Progress.FAILED if self.recorded else Progress.OPEN
        lesson = Progress.DONE if self.read else Progress.OPEN
        entries = (
            Entry("lesson", "the-event-loop", "The event loop", 12, lesson),
            Entry("kata", self._kata.slug, self._kata.spec.title, 40, done),
            Entry("kata", "burst-collapse", "burst-collapse", 0, Progress.COMING),
        )
        return CourseMap((Part("Load", entries),), last=self.last)

    def lesson(self, slug: str) -> Lesson:
        if slug != "the-event-loop":
            raise DeskError(f"There is no lesson {slug!r}.")
        pages = (
            Page("The event loop", "What blocks one, blocks all.\n\n[the kata](../katas/blocked-event-loop)"),
            Page("A picture", f"```text\n{DIAGRAM}\n```"),
            Page("Measure it", "Loop delay tells more than latency.", "measure-it"),
        )
        katas = self.course_map().entries[1:2]
        shown = self.pages or pages
        return Lesson(slug, "The event loop", shown, self.place, katas, self.questions, self.answered, self.scroll)

    def remember_place(self, slug: str, page: int, last: bool) -> None:
        self.place, self.read = page, self.read or last

    def keep_answer(self, lesson: str, question: Question, given: tuple[str, ...]) -> None:
        self.answers.append((question.ask, given))

    def kata(self, slug: str) -> Kata:
        if slug != self._kata.slug:
            raise DeskError(f"There is no kata {slug!r}. Did you mean {self._kata.slug!r}?")
        return self._kata

    def incident(self, kata: Kata) -> str:
        return self._incident

    def debrief(self, kata: Kata) -> str:
        return "## What broke\n\nKey derivation ran on the loop."

    def solved(self, kata: Kata) -> bool:
        return any(report.verdict is Verdict.PASSED for report in self.recorded)

    def last_report(self, kata: Kata) -> Report | None:
        return self.recorded[-1] if self.recorded else None

    def hints(self, kata: Kata, criterion: str) -> Hints:
        return Hints(("Look at the loop delay.",), 2, "the next comes after another rejected attempt")

    def start(self, kata: Kata) -> Path:
        if self.trouble:
            raise DeskError(self.trouble)
        copy = self.folder / kata.slug
        (copy / "lib").mkdir(parents=True, exist_ok=True)
        for name in ("server.js", "lib/report.js", "README.md"):
            (copy / name).write_text("// here\n")
        return copy

    def reset(self, kata: Kata) -> str:
        self.resets += 1
        return "The broken service is back; `prodrill reset --undo` brings yours back."

    def begin_attempt(self, kata: Kata) -> AttemptFiles:
        return AttemptFiles(self.folder / kata.slug, self.folder / "histories")

    def record_attempt(self, kata: Kata, files: AttemptFiles, report: Report) -> None:
        self.recorded.append(report)

    def drop_attempt(self, files: AttemptFiles) -> None:
        self.dropped += 1

    def sandbox_line(self) -> str:
        return SANDBOX_LINE

    # -- finding one's way

    @property
    def read_only(self) -> str:
        return self.only_reads

    def remember_opened(self, kind: str, slug: str) -> None:
        self.last = (kind, slug)

    def remember_scroll(self, slug: str, page: int, share: float) -> None:
        self.scroll = share

    def about(self, entry: Entry) -> About:
        if entry.kind == "lesson":
            return About(("A3.1 the event loop is shared",), tuple(page.title for page in self.pages), self.place)
        results = {each.criterion: each.finding.verdict for report in self.recorded[-1:] for each in report.results}
        criteria = tuple((each.sentence, results.get(each.id)) for each in self._kata.criteria)
        if entry.progress is Progress.COMING:
            return About(("A1.1 predictable degradation under load",), lesson="The event loop")
        return About(("A3.1 the event loop is shared",), (), None, "The event loop", criteria, len(self.recorded))

    def search_texts(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {
            ("lesson", "the-event-loop"): ("A3.1 the event loop is shared", "Measure it"),
            ("kata", self._kata.slug): ("A3.1 the event loop is shared", *SENTENCES.values()),
            ("kata", "burst-collapse"): ("A1.1 predictable degradation under load",),
        }

    def by_hand(self, kata: Kata) -> AsyncIterator[Event]:
        if self.hand_run is None:
            raise DeskError("There is no copy of it. Start it first.")
        return self.hand_run(kata, self.folder, self.folder)

    def log_file(self, kata: Kata) -> Path | None:
        return self.folder / "logs" / f"{kata.slug}.log"

    def logged(self, kata: Kata, criterion: str) -> tuple[Logged, ...]:
        return self.printed

    def draft_file(self, kata: Kata, file: Path) -> Path:
        return self.folder / "drafts" / kata.slug / file

    def keep_copy(self, kata: Kata) -> str:
        self.copies_kept += 1
        return "`prodrill reset --undo` brings it back."

    # -- what was done

    @property
    def records(self) -> FakeRecords:
        return self.kept_records


def screen_text(app: App[None]) -> str:
    """What a person reads on the screen now."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
