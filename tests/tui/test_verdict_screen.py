"""The page of a verdict, and the charts to choose from."""

from __future__ import annotations

from pathlib import Path

from runner.record.events import (
    Event,
    LineLogged,
    ProbeStarted,
    SampleTaken,
)
from runner.record.finding import Finding, Verdict
from runner.record.happened import Logged
from runner.tui.kata_screen import KataScreen
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SENTENCES, FakeDesk, FakeEngine, a_kata, a_run, screen_text, the_report


def the_screen(driver: Driver) -> KataScreen:
    assert isinstance(driver.app.screen, KataScreen)
    return driver.app.screen


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
