"""A service run by hand, and a copy watched for saves."""

from __future__ import annotations

from pathlib import Path

from runner.record.events import (
    Event,
    LineLogged,
    NoticeGiven,
    ServiceStarted,
    ServiceStopped,
    VitalsSampled,
)
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import FakeDesk, FakeEngine, a_kata, a_run

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
