"""The line of keys: none falls off, one that does nothing is dim, and a click presses."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from runner.tui.key_bar import Key, KeyBar, wrapped
from tests.tui.fakes import screen_text

NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot")


class Keys(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(name[0].lower(), f"press('{name}')", name) for name in NAMES),
        Binding("x", "press('Alpha')", "Again"),
        Binding("h", "press('Hidden')", "Hidden", show=False),
    ]
    may = True

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []

    def compose(self) -> ComposeResult:
        yield KeyBar()

    def action_press(self, name: str) -> None:
        self.pressed.append(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if parameters == ("Bravo",) and not self.may else True


def test_every_shown_key_is_there_at_any_width_and_a_second_key_of_an_action_is_not() -> None:
    async def scenario(width: int) -> tuple[str, int]:
        app = Keys()
        async with app.run_test(size=(width, 12)) as pilot:
            await pilot.pause()
            return screen_text(app), app.query_one(KeyBar).size.height

    for width, height in ((80, 1), (30, 2), (14, 6)):
        text, lines = asyncio.run(scenario(width))
        assert lines == height
        for name in NAMES:
            assert f"{name[0].lower()} {name}" in text
        assert "Again" not in text and "Hidden" not in text


def test_a_click_presses_the_key_under_it_and_not_one_that_does_nothing() -> None:
    async def scenario() -> list[str]:
        app = Keys()
        async with app.run_test(size=(30, 12)) as pilot:
            await pilot.pause()
            await pilot.click(KeyBar, offset=(1, 0))
            await pilot.click(KeyBar, offset=(3, 1))
            app.may = False
            app.refresh_bindings()
            await pilot.pause()
            await pilot.click(KeyBar, offset=(10, 0))
            await pilot.click(KeyBar, offset=(29, 1))
            await pilot.pause()
        return app.pressed

    assert asyncio.run(scenario()) == ["Alpha", "Delta"]


def test_the_lines_follow_what_acts() -> None:
    async def scenario() -> tuple[int, int]:
        app = Keys()
        async with app.run_test(size=(80, 12)) as pilot:
            await pilot.pause()
            one = app.query_one(KeyBar).size.height
            for number in range(12):
                app.bind(f"f{number}", f"press('{number}')", description=f"Function {number}")
            app.refresh_bindings()
            await pilot.pause()
            return one, app.query_one(KeyBar).size.height

    assert asyncio.run(scenario()) == (1, 3)


@pytest.mark.parametrize(("width", "gap", "lines"), [(11, 2, 1), (10, 1, 1), (9, 2, 2), (1, 2, 2)])
def test_they_move_together_where_that_saves_a_line(width: int, gap: int, lines: int) -> None:
    keys = [Key("a", "a", "One"), Key("b", "b", "Tw")]
    made = wrapped(keys, width)
    assert (made.gap, len(made.keys)) == (gap, lines)
