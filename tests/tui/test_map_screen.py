"""The first screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from runner.tui.desk import CourseMap, Entry, Page, Part, Progress
from runner.tui.map_rows import why_next
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SANDBOX_LINE, FakeDesk, FakeEngine, screen_text, the_finding, the_report


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
        await driver.sees_footer("v Verify", "q Quit", without=["Cancel", "Debrief", "Past"])

    desk = FakeDesk(tmp_path)
    desk.kept_records.reports.clear()
    drive(desk, FakeEngine([]), scenario)


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


@pytest.mark.parametrize(("typed", "found"), [("LOOP event", "lesson"), ("a3.1", "kata"), ("measure it", "lesson")])
def test_a_search_narrows_the_map_with_each_letter(tmp_path: Path, typed: str, found: str) -> None:
    """By title, by point of the syllabus, by a heading of the text."""

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next", "coming")
        await driver.press("slash", *("space" if letter == " " else letter for letter in typed))
        await driver.sees(f'with "{typed}"')
        await driver.sees_no("coming")
        await driver.sees_line(f" {found} ")
        await driver.sees_footer("To the list", "esc Show all", without=["Continue", "Quit"])
        await driver.press("escape")
        await driver.sees("coming")
        await driver.sees_footer("Continue", "Quit", without=["Show all"])

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_what_was_found_is_opened_from_the_search(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("slash", *"stopped")
        await driver.sees("1 of 3")
        await driver.press("enter")
        await driver.sees("03:12")
        await driver.press("escape")
        await driver.sees('with "stopped"')
        await driver.press("slash", "down")
        await driver.sees_footer("Open", "Continue", "Show all")
        await driver.press("enter")
        await driver.sees("03:12")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_search_without_a_match_says_so(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("slash", *"[/zzz")
        await driver.sees('with "[/zzz": 0 of 3')
        await driver.press("enter", "slash", "down", "enter", "escape")
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_the_filter_goes_through_open_failed_and_done(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.read = True
    kata = desk.kata("blocked-event-loop")
    desk.recorded = [the_report(kata, {each.id: the_finding(each.id) for each in kata.criteria})]

    async def scenario(driver: Driver) -> None:
        await driver.sees("1 of 2 done", "The event loop")
        for name, seen, unseen in (
            ("open", "✗ kata", "✓ lesson"),
            ("failed", "✗ kata", "✓ lesson"),
            ("done", "✓ lesson", "✗ kata"),
        ):
            await driver.press("f")
            await driver.sees(f"shown: {name}: 1 of 3", seen)
            await driver.sees_no(unseen)
        await driver.press("f")
        await driver.sees("✓ lesson", "✗ kata", "coming")

    drive(desk, FakeEngine([]), scenario)


def test_a_kata_that_is_not_built_yet_says_so(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("G", "enter")
        await driver.sees("burst-collapse is not built yet", "The event loop.")
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_wide_map_tells_beside_the_list_what_an_entry_is_about(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.pages = (Page("The event loop", "a"), Page("Measure it", "b"))
    desk.place = 1
    kata = desk.kata("blocked-event-loop")
    desk.recorded = [the_report(kata, {each.id: the_finding(each.id) for each in kata.criteria})]

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶  2 Measure it", "A3.1 the event loop is shared")
        await driver.press("j")
        await driver.sees("✗ failed:", "✓ passed: Reports stay correct", "1 attempt", "practises The event loop")
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees_no("✗ failed:")

    drive(desk, FakeEngine([]), scenario, (160, 50))


def test_one_key_goes_on_where_the_learner_was(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("escape")
        await driver.sees("next: The report that stopped the shop (you were here last)")
        await driver.press("n")
        await driver.sees("03:12")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_rows_are_opened_with_the_mouse(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        rows = screen_text(driver.app).splitlines()
        row = next(index for index, line in enumerate(rows) if "The report that stopped" in line)
        await driver.pilot.click(offset=(30, row))
        await driver.sees("03:12")
        await driver.sees_footer("esc Back")
        lines = driver.footer()
        row = next(row for row, line in enumerate(lines) if "esc Back" in line)
        await driver.pilot.click(offset=(lines[row].index("esc Back") + 2, 24 - len(lines) + row))
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def an_entry(slug: str, progress: Progress, kind: Literal["lesson", "kata"] = "lesson") -> Entry:
    return Entry(kind, slug, slug.title(), 10, progress)


@pytest.mark.parametrize(
    ("states", "last", "expected"),
    [
        ("oo", "", ("a", "the first that is not done")),
        ("do", "", ("b", "the first that is not done")),
        ("so", "", ("a", "you began it")),
        ("oos", "lesson b", ("b", "you were here last")),
        ("odo", "lesson b", ("c", "it follows in the course")),
        ("oddK", "lesson c", ("d", "it practises the lesson you read")),
        ("fo", "kata a", ("a", "verified, and not right yet")),
        ("od", "lesson b", ("a", "the first that is not done")),
    ],
)
def test_the_next_one_and_why_it_is_next(states: str, last: str, expected: tuple[str, str]) -> None:
    kinds = {"d": Progress.DONE, "s": Progress.STARTED, "f": Progress.FAILED}
    entries = tuple(
        an_entry(slug, kinds.get(state, Progress.OPEN), "kata" if state in "fK" else "lesson")
        for slug, state in zip("abcd", states, strict=False)
    )
    kind, _, slug = last.partition(" ")
    course = CourseMap((Part("One", entries),), last=(kind, slug))
    following = course.next_entry
    assert following is not None
    assert (following.slug, why_next(course, following)) == expected


def test_each_module_tells_what_is_done_and_the_minutes_left(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees_line("Load", "0 of 2 done · 52 min left")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)
