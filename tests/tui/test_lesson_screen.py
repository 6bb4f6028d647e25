"""Reading a lesson."""

from __future__ import annotations

from pathlib import Path

from runner.tui.reader import Reader
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import DIAGRAM, FakeDesk, FakeEngine, screen_text


def test_pages_turn_and_the_place_is_kept(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("1/3", "What blocks one")
        await driver.sees_footer("Next page", without=["Previous"])
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
        await driver.sees_footer("To the kata", without=["Next page"])
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


def test_links_lead_to_katas_and_lessons_and_never_crash(tmp_path: Path) -> None:
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
