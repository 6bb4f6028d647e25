"""The workbench besides verifying: run by hand, watch, the page of a verdict, the log, the files, trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from runner import clock
from runner.record.events import (
    Event,
    LineLogged,
    NoticeGiven,
    ProbeStarted,
    RunEnded,
    SampleTaken,
    ServiceStarted,
    ServiceStopped,
    VitalsSampled,
)
from runner.record.finding import Finding, Verdict
from runner.record.happened import Logged
from runner.tui.app import ProdrillApp
from runner.tui.kata_screen import KataScreen
from runner.tui.log_pane import LogPane
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SENTENCES, FakeDesk, FakeEngine, FakeTrier, a_kata, a_run, screen_text, the_report

URL = "http://127.0.0.1:40123"
LINES = ['{"time":"2026-01-02T03:04:05.678Z","level":"error","msg":"pool exhausted","waiting":14}', "listening on 3000"]


def a_hand_run(holds: bool = True) -> FakeEngine:
    events: list[Event] = [
        NoticeGiven(0.0, "PostgreSQL is at port 5555"),
        ServiceStarted(0.1, "", URL),
        VitalsSampled(0.2, 12.0, 0.41, 84 * 2**20, 60 * 2**20, 12, 0.63, 3, 1),
        *(LineLogged(0.3, "stdout", line) for line in LINES),
        ServiceStopped(9.0, 1, None),
    ]
    return FakeEngine(events, holds=holds)


def the_screen(driver: Driver) -> KataScreen:
    assert isinstance(driver.app.screen, KataScreen)
    return driver.app.screen


# -- by hand


@at_every_size
def test_a_service_run_by_hand_shows_its_address_and_how_it_feels_until_it_is_cancelled(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    desk = FakeDesk(tmp_path)
    desk.hand_run = engine = a_hand_run()

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("r")
        await driver.sees(f"curl -i {URL}/healthz", "PostgreSQL is at port 5555", "84/256 MB", "y Copy", "[5 By hand]")
        await driver.press("y")
        assert driver.app.clipboard == f"curl -i {URL}/healthz"
        await driver.press("c")
        await driver.sees("v Verify", "r starts it again")
        assert engine.cleaned_up == engine.started == 1

    drive(desk, FakeEngine([]), scenario, size)
    assert desk.recorded == [] and desk.dropped == 0


def test_r_again_starts_what_was_saved_meanwhile_and_ends_the_one_before(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.hand_run = engine = a_hand_run()

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("r")
        await driver.sees(f"curl -i {URL}")
        await driver.press("r")
        await driver.until(lambda: engine.started == 2 and engine.cleaned_up == 1, "for the second")
        await driver.sees(f"curl -i {URL}")

    drive(desk, FakeEngine([]), scenario)
    assert engine.cleaned_up == 2


def test_a_service_that_ends_by_itself_is_told_and_the_verdicts_stay(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.hand_run = a_hand_run(holds=False)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("failed: 3 passed")
        await driver.press("r")
        await driver.sees("service ended with code 1", "the service is not running", "✗ A report", "v Verify")

    drive(desk, FakeEngine(a_run(a_kata(tmp_path))), scenario)


def test_a_run_by_hand_that_cannot_begin_says_why(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("r")
        await driver.sees("There is no copy of it", "v Verify")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


# -- watching


def test_a_save_ends_the_run_under_way_and_begins_the_next_until_the_watch_is_ended(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)
    copy = tmp_path / "blocked-event-loop" / "server.js"

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("w")
        await driver.sees("watching for saves", "4 of 4 criteria judged")
        copy.write_text("// better\n")
        await driver.until(lambda: engine.started == 2 and engine.cleaned_up == 1, "for the second run")
        engine.go_on.set()
        await driver.sees("failed: 3 passed", "watching for saves")
        copy.write_text("// better still\n")
        await driver.until(lambda: engine.started == 3, "for the third run")
        await driver.sees("failed: 3 passed")
        await driver.press("c")
        await driver.sees_no("watching for saves")
        await driver.sees_footer("v Verify", "w Watch")

    drive(FakeDesk(tmp_path), engine, scenario)
    assert engine.cleaned_up == engine.started == 3


def test_cancelling_while_watching_leaves_nothing_running(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("w")
        await driver.sees("watching for saves", "4 of 4")
        await driver.press("escape")
        await driver.sees("v Verify")
        await driver.sees_no("watching for saves")
        assert engine.cleaned_up == engine.started == 1

    drive(FakeDesk(tmp_path), engine, scenario)


# -- the page of a verdict


@at_every_size
def test_a_failure_opens_into_all_that_explains_it(tmp_path: Path, size: tuple[int, int]) -> None:
    events = a_run(a_kata(tmp_path))
    start = next(n for n, e in enumerate(events) if isinstance(e, ProbeStarted) and e.criterion == "others-overtake")
    events[start + 1 : start + 1] = [LineLogged(6.5, "stderr", "hash took 412 ms"), *extra_samples()]

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("failed: 3 passed, 1 failed")
        await driver.press("enter")
        await driver.sees("Verdict", "Requests sent while a report rendered", "measured 0.05", "prompt 100", "y Copy")
        await driver.press("y")
        assert driver.app.clipboard.startswith("curl -s localhost:3000/reports")
        await driver.press("Y")
        assert driver.app.clipboard == "prodrill verify blocked-event-loop --only others-overtake --seed 4711"
        seen = ""
        for _ in range(4):
            seen += screen_text(driver.app)
            await driver.press("pagedown")
        for part in (
            "ping 4 was sent 31 ms",
            "around second 5.9",
            "hash took 412 ms",
            "--seed 4711",
            "Why this limit",
            "h gives",
        ):
            assert part in seen, part
        await driver.press("l")
        await driver.sees("3/3", "Loop delay tells more than latency.")
        await driver.press("escape")
        await driver.sees_footer("v Verify")

    drive(FakeDesk(tmp_path), FakeEngine(events), scenario, size)


def extra_samples() -> list[Event]:
    return [SampleTaken(1.0, "others-overtake", "memory", "MB", t / 5, 50.0 + t) for t in range(9)]


def test_a_verdict_of_an_earlier_attempt_has_its_lines_from_the_record(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.recorded.append(the_report(desk.kata("blocked-event-loop"), findings_failing()))
    desk.printed = (Logged(5.5, "stderr", "hash took 412 ms \x1b[2J"),)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.sees("failed: 3 passed")
        await driver.press("down", "enter")
        await driver.sees("Verdict")
        await driver.press("pagedown")
        await driver.sees("hash took 412 ms")
        await driver.press("h")
        await driver.sees("hint: others-overtake", "Look at the loop delay.")

    drive(desk, FakeEngine([]), scenario)


def findings_failing() -> dict[str, Finding]:
    from tests.tui.fakes import the_finding

    return {name: the_finding(name) for name in SENTENCES}


def test_inconclusive_says_what_the_machine_did_and_offers_to_repeat(tmp_path: Path) -> None:
    findings = findings_failing()
    findings["others-overtake"] = Finding(Verdict.INCONCLUSIVE, "The machine was too busy to time requests.")
    events: list[Event] = []
    for event in a_run(a_kata(tmp_path), findings):
        events.append(event)
        if isinstance(event, ProbeStarted) and event.criterion == "others-overtake":
            events.append(ProbeStarted(1.5, event.criterion, 2))
    engine = FakeEngine(events)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("inconclusive: 3 passed, 1 inconclusive")
        told = the_screen(driver)._bench.neighbours.told
        await driver.until(lambda: "others-overtake" in told, "for the machine's load")
        await driver.press("enter")
        await driver.sees("too busy to time requests", "What else the machine was doing", "cores", "v verifies again")
        await driver.press("v")
        await driver.until(lambda: engine.started == 2, "for another run")

    drive(FakeDesk(tmp_path), engine, scenario)


def test_s_shows_the_next_thing_that_was_measured(tmp_path: Path) -> None:
    events = a_run(a_kata(tmp_path))
    start = next(n for n, e in enumerate(events) if isinstance(e, ProbeStarted) and e.criterion == "others-overtake")
    engine = FakeEngine([*events[: start + 21], *extra_samples(), events[-1]], holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("ping latency (ms)", "chart 1 of 2", "s: memory", "s Chart")
        await driver.press("s")
        await driver.sees("memory (MB)", "chart 2 of 2", "s: ping latency")

    drive(FakeDesk(tmp_path), engine, scenario)


# -- the log


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


# -- files


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


# -- trouble


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
