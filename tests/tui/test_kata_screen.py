"""The workbench: verifying, the reasons, cancelling, leaving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from runner.record.events import Event, RunStarted
from runner.record.finding import Finding, Verdict
from runner.tui.app import ProdrillApp
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SANDBOX_LINE, SENTENCES, FakeDesk, FakeEngine, FakeTrier, a_kata, a_run

ALL_PASS = dict.fromkeys(SENTENCES, Finding(Verdict.PASSED, "As it should be."))


@at_every_size
def test_a_kata_shows_its_incident_its_criteria_and_the_sandbox(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        beginnings = [sentence[:28] for sentence in SENTENCES.values()]
        await driver.sees(SANDBOX_LINE, "not verified yet", "v Verify", *beginnings)
        assert (tmp_path / "blocked-event-loop" / "server.js").is_file()

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, size)


@at_every_size
def test_verdicts_vitals_and_the_reason_of_a_failure_can_be_read(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = FakeDesk(tmp_path)
    engine = FakeEngine(a_run(a_kata(tmp_path), lines=["listening on 3000"]), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("4 of 4 criteria judged", "loop delay 12 ms", "84/256 MB", "CPU 63%", "c Cancel")
        engine.go_on.set()
        await driver.sees(
            "failed: 3 passed, 1 failed", "Requests sent while a report rendered",
            "measured 0.05 share of requests, limit 0.9", "ping 4 was sent 31 ms into the report",
            "$ curl -s localhost:3000/reports",
        )  # fmt: skip
        await driver.sees_line(starts="✗ A report being rendered")
        await driver.press("pagedown", "pagedown", "pagedown")
        await driver.sees("Why this limit")
        await driver.press("3")
        await driver.sees("listening on 3000")

    drive(desk, engine, scenario, size)
    assert [report.verdict for report in desk.recorded] == [Verdict.FAILED]


def test_the_chart_draws_what_is_measured_and_its_limit_while_it_happens(tmp_path: Path) -> None:
    events = a_run(a_kata(tmp_path))
    halfway = next(index for index, event in enumerate(events) if type(event).__name__ == "ProbeJudged")
    engine = FakeEngine([*events[:halfway], events[-1]], holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("being probed now", "ping latency (ms)", "limit 100 ╌", "probing reports-are-right")

    drive(FakeDesk(tmp_path), engine, scenario)


def test_cancelling_runs_the_clean_up_and_leaves_no_attempt(tmp_path: Path) -> None:
    desk, engine = FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path)), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        for key in ("c", "escape"):
            await driver.press("v")
            await driver.sees("c Cancel")
            await driver.press(key)
            await driver.sees("v Verify")
        assert engine.cleaned_up == engine.started == 2

    drive(desk, engine, scenario)
    assert desk.recorded == [] and desk.dropped == 2


def test_quitting_in_the_middle_of_a_run_waits_for_its_clean_up(tmp_path: Path) -> None:
    for key in ("q", "ctrl+q", "ctrl+c"):
        engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)

        async def scenario(driver: Driver, key: str = key, engine: FakeEngine = engine) -> None:
            await driver.to_the_kata()
            await driver.press("v")
            await driver.sees("c Cancel")
            await driver.press(key)
            await driver.until(lambda: engine.cleaned_up == 1, "for the clean-up")

        drive(FakeDesk(tmp_path), engine, scenario)
        assert engine.cleaned_up == 1


def test_an_app_that_is_torn_down_ends_its_run(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("c Cancel")

    drive(FakeDesk(tmp_path), engine, scenario)
    assert engine.cleaned_up == 1


def test_success_is_a_stop_with_the_debrief(tmp_path: Path) -> None:
    desk, engine = FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path), ALL_PASS))

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("d")
        await driver.press("v")
        await driver.sees("passed: all 4 criteria", "d Debrief")
        await driver.press("d")
        await driver.sees("Key derivation ran on the loop.")
        await driver.press("escape")
        await driver.sees("passed: all 4 criteria")
        await driver.press("escape")
        await driver.sees("✓ kata", "solved")

    drive(desk, engine, scenario)


def test_the_last_attempt_is_shown_when_a_kata_is_opened_again(tmp_path: Path) -> None:
    desk, engine = FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path)))

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("failed: 3 passed")
        await driver.press("escape")
        await driver.sees("not right yet")
        await driver.press("enter")
        await driver.sees("failed: 3 passed, 1 failed", "✗ A report")

    drive(desk, engine, scenario)


def test_the_cursor_stays_where_the_learner_put_it(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("4 of 4 criteria judged")
        await driver.press("up")
        engine.go_on.set()
        await driver.press("k", "k", "k")
        await driver.sees("failed: 3 passed", "All 12 answers were")

    drive(FakeDesk(tmp_path), engine, scenario)


def test_blocked_and_error_say_what_they_mean(tmp_path: Path) -> None:
    findings = dict(ALL_PASS)
    findings["reports-are-right"] = Finding(Verdict.ERROR, "The relay could not be started.")
    findings["others-overtake"] = Finding(Verdict.BLOCKED, "reports-are-right was not judged.")
    engine = FakeEngine(a_run(a_kata(tmp_path), findings))

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("The relay could not be started.", "our fault, not your service's")
        await driver.press("j")
        await driver.sees("not judged: a criterion it needs did not pass")

    drive(FakeDesk(tmp_path), engine, scenario)


def test_trouble_of_the_verifier_is_told_and_the_app_goes_on(tmp_path: Path) -> None:
    async def broken(kata: object, source: Path, histories: Path) -> AsyncIterator[Event]:
        yield RunStarted(0.0, "x", "process", False, 1, ())
        raise RuntimeError("server.js is missing: [/put] it back")

    async def run() -> None:
        desk = FakeDesk(tmp_path)
        app = ProdrillApp(desk, broken, FakeTrier([]))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            driver = Driver(app, pilot, desk, FakeEngine([]))
            await driver.to_the_kata()
            await driver.press("v")
            await driver.sees("[/put] it back", "v Verify")
        assert desk.dropped == 1

    asyncio.run(run())


def test_a_copy_that_cannot_be_made_is_told_and_nothing_can_be_verified(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.trouble = "The disk is full: free some space and retry."

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.sees("The disk is full", "h Hint")
        await driver.sees_footer("h Hint", without=["v Verify"])

    drive(desk, FakeEngine([]), scenario)


def test_a_hint_is_of_the_criterion_under_the_cursor(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("down", "h")
        await driver.sees("hint: others-overtake", "Look at the loop delay.", "2 more hints")
        await driver.press("h")
        await driver.sees_no("Look at the loop delay.")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_reset_asks_first(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("x")
        await driver.sees("Put the broken service back?", "y Yes")
        await driver.press("n")
        await driver.sees("v Verify")
        assert desk.resets == 0
        await driver.press("x")
        await driver.sees("Put the broken service back?")
        await driver.press("y")
        await driver.sees("The broken service is back")
        assert desk.resets == 1

    drive(desk, FakeEngine([]), scenario)


def test_the_lesson_of_a_kata_opens_over_it(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("l")
        await driver.sees("1/3", "What blocks one")
        await driver.press("escape")
        await driver.sees("Reports stay correct")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_resize_in_the_middle_of_a_run_keeps_the_log_and_the_verdicts(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path), lines=["listening on 3000"]), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v", "3")
        await driver.sees("listening on 3000")
        for width, height in ((140, 42), (20, 5), (80, 24)):
            await driver.pilot.resize_terminal(width, height)
            await driver.pilot.pause()
        await driver.press("3")
        await driver.sees("listening on 3000", "✗ A report")

    drive(FakeDesk(tmp_path), engine, scenario)


def test_at_a_failed_criterion_l_opens_the_page_that_explains_it(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path)))

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("l")
        await driver.sees("1/3", "What blocks one")
        await driver.press("escape")
        await driver.sees("not verified yet")
        await driver.press("v")
        await driver.sees("failed: 3 passed, 1 failed")
        await driver.press("2")
        await driver.press("pagedown")
        await driver.press("l")
        await driver.sees("3/3", "Loop delay tells more than latency.")

    drive(FakeDesk(tmp_path), engine, scenario)
