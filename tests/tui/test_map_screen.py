"""The first screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SANDBOX_LINE, FakeDesk, FakeEngine


@at_every_size
def test_the_map_shows_lessons_and_katas_and_marks_what_is_next(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees(
            "▶ next", SANDBOX_LINE, "0 of 2 done · 52 min left", "next: The event loop (the first that is not done)"
        )
        await driver.sees_line(" lesson ", "The event loop", "▶ next", "12 min")
        await driver.sees_line(" kata ", "The report that stopped the shop", "open", "40 min")
        await driver.sees_line(" kata ", "burst-collapse", "coming")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, size)


def test_the_map_follows_what_was_read(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("n")
        await driver.sees("1/3")
        await driver.press("n", "n", "escape")
        await driver.sees("1 of 2 done")
        await driver.sees_line("✓ lesson", "read")
        await driver.sees_line("○ kata", "▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_the_footer_shows_only_keys_that_act_now(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.sees_footer("Open", "n Continue", without=["Verify"])
        await driver.to_the_kata()
        await driver.sees_footer("v Verify", "q Quit", without=["Cancel", "Debrief"])

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_an_unknown_kata_is_named_and_the_map_stays(tmp_path: Path) -> None:
    from runner.tui.messages import KataRequested

    async def scenario(driver: Driver) -> None:
        driver.app.post_message(KataRequested("blocked-event-lop"))
        await driver.sees("Did you mean", "▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


@pytest.mark.parametrize("theme", ["prodrill-light", "prodrill-dark"])
def test_both_themes_draw_the_map(tmp_path: Path, theme: str) -> None:
    async def scenario(driver: Driver) -> None:
        driver.app.theme = theme
        await driver.sees("▶ next")
        await driver.press("T")
        assert driver.app.theme != theme
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_the_map_survives_a_terminal_of_twenty_by_five(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.pilot.resize_terminal(20, 5)
        await driver.pilot.pause()
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("▶ next", "12 min")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_without_colour_everything_can_still_be_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next", "coming", "open")
        assert driver.app.no_color

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_help_lists_the_keys_of_the_screen(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("question_mark")
        await driver.sees("help", "go on where you were")
        await driver.press("question_mark")
        await driver.sees_no("go on where you were")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)
