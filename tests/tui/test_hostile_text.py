"""What a service, a report or a file says must never drive the reader's screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.record.events import Event, NoticeGiven, ServiceStarted, ServiceStopped, StageReached
from runner.record.finding import Finding, Series, Verdict
from runner.tui.messages import KataRequested
from runner.tui.safe import safe_line, safe_text
from tests.tui.driving import Driver, drive
from tests.tui.fakes import SENTENCES, FakeDesk, FakeEngine, a_kata, a_run, screen_text

HOSTILE = "\x1b[2J\x1b[H\x1b]0;title\x07 [/foo] [bold red]{'\x9b31m \x00\x07\u202e\ud800 after\r\nnext\x1b"


def is_harmless(text: str) -> bool:
    return all(ord(c) >= 0x20 or c == "\n" for c in text) and not any(
        0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 or c == "\u202e" for c in text
    )


def test_safe_text_drops_what_a_terminal_would_obey_and_keeps_the_rest() -> None:
    assert is_harmless(safe_text(HOSTILE))
    assert "[/foo] [bold red]{'" in safe_text(HOSTILE)
    assert safe_text("ok\ttab\nüñ 日本") == "ok  tab\nüñ 日本"
    assert safe_text("\x1b[31mred\x1b[0m") == "red"
    assert len(safe_line("x" * 100_000)) == 2_000


def hostile_run(folder: Path) -> FakeEngine:
    finding = Finding(
        Verdict.FAILED, HOSTILE, value=1.0, limit=2.0, unit=HOSTILE, decided_by=(HOSTILE,), reproduce=HOSTILE,
        series=(Series(HOSTILE, HOSTILE, ((0.0, 1.0), (1.0, float("nan")), (2.0, 3.0)), 2.0, HOSTILE),),
    )  # fmt: skip
    events = a_run(a_kata(folder), dict.fromkeys(SENTENCES, finding), lines=[HOSTILE, "x" * 100_000])
    extra: list[Event] = [
        StageReached(0.1, HOSTILE),
        NoticeGiven(0.1, HOSTILE),
        ServiceStarted(0.1, HOSTILE, HOSTILE),
        ServiceStopped(0.1, None, HOSTILE, HOSTILE),
    ]
    return FakeEngine([*events[:-1], *extra, events[-1]], holds=True)


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
def test_no_sink_of_the_workbench_obeys_the_service(tmp_path: Path, size: tuple[int, int]) -> None:
    engine = hostile_run(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees("4 of 4 criteria judged")
        for keys in (["3"], ["2"], ["h"], ["escape"]):
            await driver.press(*keys)
            await driver.pilot.pause(0.25)
            assert is_harmless(screen_text(driver.app))
        engine.go_on.set()
        await driver.sees("[/foo]")
        assert is_harmless(screen_text(driver.app))

    drive(FakeDesk(tmp_path), engine, scenario, size)


def test_hostile_content_files_and_messages_are_shown_as_text(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path, incident="# 03:12\n\n" + HOSTILE + "\n\n```js\n" + HOSTILE + "\n```")
    desk.trouble = HOSTILE

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.sees("[/foo]")
        driver.app.post_message(KataRequested(HOSTILE))
        await driver.sees("There is no kata")
        assert is_harmless(screen_text(driver.app))

    drive(desk, FakeEngine([]), scenario)


def test_a_flood_of_lines_keeps_the_app_answering(tmp_path: Path) -> None:
    engine = FakeEngine(a_run(a_kata(tmp_path), lines=[f"line {n}" for n in range(50_000)]), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v", "3")
        await driver.sees("line ", "4 of 4 criteria judged")
        await driver.press("c")
        await driver.sees("v Verify")

    drive(FakeDesk(tmp_path), engine, scenario)
