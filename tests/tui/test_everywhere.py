"""What acts on every screen: the palette, themes, keys of one's own, help, a small terminal, a second app."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from runner.learner.errors import SettingsError
from runner.learner.settings import Settings
from runner.tui.editor import find_editor
from runner.tui.keys import app_classes
from runner.tui.theme import THEMES, first_theme
from tests.tui.driving import Driver, drive
from tests.tui.fakes import FakeDesk, FakeEngine, a_run, screen_text

WHY = "Another prodrill (process 42) is open on your work, so this one only shows it."


# -- the palette


def test_the_palette_offers_what_acts_now_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.sees_footer("^p")
        await driver.press("ctrl+p")
        await driver.sees("Continue  (n)", "go on where you were")
        await driver.press(*"cancel")
        await driver.sees_no("Continue  (n)")
        assert "Cancel" not in screen_text(driver.app)
        await driver.press("escape", "escape")
        await driver.to_the_kata()
        await driver.press("ctrl+p", *"verify")
        await driver.sees("Verify  (v)")
        await driver.press("enter")
        await driver.sees_footer("Cancel")
        await driver.press("ctrl+p", *"verify")
        await driver.sees_no("Verify  (v)")
        # Textual's search fails an app that ends in the middle of it.
        await driver.press("escape", "escape")

    desk = FakeDesk(tmp_path)
    drive(desk, FakeEngine(a_run(desk.kata("blocked-event-loop")), holds=True), scenario)


def test_the_palette_opens_lessons_and_katas_from_anywhere(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("ctrl+p", *"open lesson")
        await driver.sees("Open the lesson: The event loop")
        assert "burst" not in screen_text(driver.app)
        await driver.press("enter")
        await driver.sees("1/3", "What blocks one")
        await driver.press("escape")
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_the_palette_chooses_a_theme(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("ctrl+p", *"theme terminal")
        await driver.sees("Theme: terminal")
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "prodrill-terminal", "for the theme")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


# -- themes


def test_one_key_goes_through_the_themes_and_says_how_to_keep_one(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        for name in ("light", "terminal", "dark"):
            await driver.press("T")
            await driver.sees(f"theme: {name}", f'theme = "{name}"')
            assert driver.app.theme == f"prodrill-{name}"

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, settings=Settings(theme="dark"))


def test_the_theme_of_the_settings_comes_before_what_the_terminal_says() -> None:
    assert first_theme("auto", {"COLORFGBG": "0;15"}) == "prodrill-light"
    assert first_theme("auto", {}) == "prodrill-dark"
    assert [first_theme(name, {"COLORFGBG": "0;15"}) for name in THEMES] == [
        "prodrill-dark",
        "prodrill-light",
        "prodrill-terminal",
    ]


@pytest.mark.parametrize("theme", list(THEMES))
def test_every_screen_is_drawn_in_every_theme(tmp_path: Path, theme: str) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("question_mark")
        await driver.sees("help")
        await driver.press("escape", "escape")
        await driver.sees("▶ next")
        await driver.press("up", "enter")
        await driver.sees("1/3")
        await driver.press("c")
        await driver.sees("▶ here")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, settings=Settings(theme=theme))


# -- keys


def test_keys_of_ones_own_act_and_are_shown(tmp_path: Path) -> None:
    keys = {"map.next": "c", "kata.back": "ctrl+b", "app.help": "f1,?"}

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.sees_footer("c Continue", "f1 Help")
        await driver.press("n")
        await driver.press("c")
        await driver.sees("1/3")
        await driver.press("escape")
        await driver.to_the_kata()
        await driver.press("f1", "G")
        await driver.sees("^b", "back to the map")
        await driver.press("f1")
        await driver.sees_footer("^b Back", "v Verify")
        await driver.press("v")
        await driver.sees_footer("Cancel")
        await driver.press("escape")  # shares its key with the one that was moved
        await driver.sees_footer("^b Back")
        await driver.press("ctrl+b")
        await driver.sees("▶ next")

    desk = FakeDesk(tmp_path)
    engine = FakeEngine(a_run(desk.kata("blocked-event-loop")), holds=True)
    drive(desk, engine, scenario, settings=Settings(keys=keys))
    assert engine.cleaned_up == 1


def test_keys_that_cannot_hold_do_not_reach_the_screen(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        raise AssertionError("the app should not have opened")

    with pytest.raises(SettingsError, match=r"map\.nekst.*map\.next"):
        drive(FakeDesk(tmp_path), FakeEngine([]), scenario, settings=Settings(keys={"map.nekst": "c"}))


def test_the_editor_of_the_settings_comes_first_if_it_is_there() -> None:
    env = {"VISUAL": "vim"}
    everywhere = find_editor(env, lambda program: f"/bin/{program}", chosen="code -w")
    assert everywhere is not None and everywhere.command == ("code", "-w")
    only_vim = find_editor(env, lambda program: program if program == "vim" else None, chosen="code -w")
    assert only_vim is not None and only_vim.command == ("vim",)


def test_every_binding_has_a_name_and_what_the_footer_shows_says_what_it_does() -> None:
    nameless = [
        f"{kind.__name__}: {binding.key}"
        for kind in app_classes()
        for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ()))
        if not binding.id or (binding.show and not binding.tooltip)
    ]
    assert nameless == []


# -- a small terminal


def test_a_terminal_that_shrinks_says_so_and_what_runs_goes_on(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    engine = FakeEngine(a_run(desk.kata("blocked-event-loop")), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("v")
        await driver.sees_footer("Cancel")
        await driver.pilot.resize_terminal(20, 5)
        await driver.sees("Too small: 20x5.", "lost")
        await driver.press("escape", "c")
        engine.go_on.set()
        await driver.until(lambda: bool(desk.recorded), "for the run to be recorded")
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("1 failed", "Verify")

    drive(desk, engine, scenario)
    assert desk.dropped == 0


def test_a_terminal_that_is_small_from_the_start_says_so(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("Too small: 30x8.")
        await driver.pilot.resize_terminal(80, 24)
        await driver.sees("▶ next")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, (30, 8))


# -- a second app


def test_a_second_app_shows_everything_and_changes_nothing(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.only_reads = WHY

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next", "Prodrill  ·  read only", "process 42")
        await driver.to_the_kata()
        await driver.sees("read only")
        await driver.sees_footer("Lesson", without=["Verify", "Edit", "Reset", "Hint"])
        await driver.press("v", "e", "x")
        await driver.press("ctrl+p", *"verify")
        await driver.sees_no("Verify  (v)")

    engine = FakeEngine([])
    drive(desk, engine, scenario)
    assert engine.started == 0 and desk.resets == 0


# -- help


def test_help_names_every_key_that_acts_now_by_what_it_does(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("question_mark")
        await driver.sees("show all, open, failed, or done", "show what has the words you type")
        await driver.press("G")
        await driver.sees("dark, light, or the terminal's colours", "leave; a run under way is ended")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)
