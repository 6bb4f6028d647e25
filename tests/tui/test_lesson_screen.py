"""Reading a lesson."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from runner.tui.desk import Page
from runner.tui.links import has_browser, links_of
from runner.tui.reader import Reader, with_plain_diagrams
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import DIAGRAM, FakeDesk, FakeEngine, screen_text


def test_pages_turn_and_the_place_is_kept(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3", "What blocks one")
        await driver.sees_footer("n Next", without=["Previous"])
        await driver.press("n")
        await driver.sees("2/3", "A picture")
        await driver.press("escape")
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("2/3", "A picture")
        await driver.press("p")
        await driver.sees("1/3")

    drive(desk, FakeEngine([]), scenario)
    assert desk.place == 0 and not desk.read


def test_the_last_page_marks_the_lesson_read_and_leads_to_the_kata(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.place = 2

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("3/3")
        await driver.sees_footer("Kata", without=["n Next"])
        await driver.press("enter")
        await driver.sees("Reports stay correct")

    drive(desk, FakeEngine([]), scenario)
    assert desk.read


@at_every_size
def test_a_diagram_is_never_wrapped(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = FakeDesk(tmp_path)
    desk.place = 1

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("client ──► API")

        def is_one_line() -> bool:
            lines = screen_text(driver.app).splitlines()
            return len([line for line in lines if "──►" in line or "of its own" in line]) == 1

        await driver.until(is_one_line, "for a diagram of one line")
        if size[0] < len(DIAGRAM):
            await driver.sees("> Right")
            await driver.press("greater_than_sign")
            await driver.sees("each in a process")

    drive(desk, FakeEngine([]), scenario, size)


def test_links_lead_to_katas_and_lessons_and_never_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "firefox")

    async def scenario(driver: Driver) -> None:
        opened: list[str] = []
        driver.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3")
        reader = driver.app.screen.query_one(Reader)
        reader.follow("https://nodejs.org/en/docs?a=[/b]")
        reader.follow("mailto:[/nobody]")
        reader.follow("no-such-lesson.md")
        await driver.sees("There is no lesson", "1/3")
        reader.follow("#measure-it")
        await driver.sees("3/3", "Loop delay tells more")
        reader.follow("lesson:the-event-loop#nowhere")
        reader.follow("lesson:no-such-lesson#measure-it")
        await driver.sees("There is no lesson", "3/3")
        reader.follow("../katas/blocked-event-loop/incident.md")
        await driver.sees("Reports stay correct")
        assert opened == ["https://nodejs.org/en/docs?a=[/b]"]

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def long_page() -> tuple[Page, ...]:
    return (Page("Long", "\n\n".join(f"Paragraph {number}." for number in range(80))), Page("Short", "The end."))


def test_the_place_on_a_page_is_kept_as_well(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.pages = long_page()

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/2", "Paragraph 0.")
        await driver.press("space", "space", "j")
        await driver.sees_no("Paragraph 0.")
        await driver.press("escape")
        await driver.sees("▶ next")
        assert 0.2 < desk.scroll < 0.8
        was = desk.scroll
        await driver.press("enter")
        await driver.sees("1/2")
        await driver.sees_no("Paragraph 0.")
        await driver.until(
            lambda: abs(driver.app.screen.query_one(Reader).share - was) < 0.01, f"for the place {was} on the page"
        )

    drive(desk, FakeEngine([]), scenario)


@pytest.mark.parametrize("way", ["q", "SIGTERM"])
def test_the_place_is_kept_when_the_app_is_left(tmp_path: Path, way: str) -> None:
    desk = FakeDesk(tmp_path)
    desk.pages = long_page()

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/2", "Paragraph 0.")
        await driver.press("G")
        await driver.sees("Paragraph 79.")
        if way == "q":
            await driver.press("q")
        else:
            os.kill(os.getpid(), signal.SIGTERM)
        await driver.until(lambda: desk.scroll == 1.0, "for the place to be kept")

    drive(desk, FakeEngine([]), scenario)


def test_the_table_of_contents_leads_to_any_page(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3")
        await driver.press("c")
        await driver.sees_line("1 The event loop", "▶ here")
        await driver.sees_footer("Go there", "Close")
        await driver.press("j", "j", "enter")
        await driver.sees("3/3", "Loop delay tells more")
        await driver.press("c")
        await driver.sees_line("3 Measure it", "▶ here")
        await driver.press("escape")
        await driver.sees("3/3", "Loop delay tells more")

    drive(desk, FakeEngine([]), scenario)


def test_links_are_followed_without_a_mouse(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3")
        await driver.press("o")
        await driver.sees_line("the kata")
        await driver.press("enter")
        await driver.sees("Reports stay correct")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_page_without_links_offers_none(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.place = 1

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("2/3")
        await driver.sees_footer("Pages", without=["Links"])

    drive(desk, FakeEngine([]), scenario)


def test_where_no_browser_has_a_window_the_address_is_shown_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")

    async def scenario(driver: Driver) -> None:
        opened: list[str] = []
        driver.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3")
        driver.app.screen.query_one(Reader).follow("https://nodejs.org/en/docs")
        await driver.sees("https://nodejs.org/en/docs", "copied")
        assert driver.app.clipboard == "https://nodejs.org/en/docs" and not opened

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_a_browser_of_the_terminal_is_none_and_a_desktop_has_one() -> None:
    assert not has_browser({"BROWSER": "/usr/bin/w3m", "DISPLAY": ":0"}, "linux")
    assert has_browser({"BROWSER": "firefox %s"}, "linux")
    assert has_browser({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_browser({}, "darwin")
    assert not has_browser({}, "linux")


def test_links_are_found_in_order_and_once_and_never_in_code() -> None:
    text = "See [one](a.md) and `[no](x)`.\n\n| a |\n| --- |\n| [two](https://x.y/z) |\n\n[again](a.md)\n"
    assert [(link.text, link.href, link.is_outside) for link in links_of(text)] == [
        ("one", "a.md", False),
        ("two", "https://x.y/z", True),
    ]


def test_a_block_that_names_no_language_is_a_text_and_is_not_coloured_as_code() -> None:
    shown = with_plain_diagrams("```\nit's a box\n```\n\n~~~~\n```\n~~~~\n\n```js run\nconst a = `x`;\n```\n")
    assert shown == "```text\nit's a box\n```\n\n~~~~text\n```\n~~~~\n\n```js run\nconst a = `x`;\n```\n"
