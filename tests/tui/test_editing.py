"""The learner's editor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.tui.editing import editable_files
from runner.tui.editor import Editor, find_editor
from runner.tui.files_screen import FilesScreen
from tests.tui.driving import Driver, drive
from tests.tui.fakes import FakeDesk, FakeEngine, a_kata, a_run


def test_visual_comes_before_editor_and_both_before_what_is_found() -> None:
    everything = lambda name: f"/usr/bin/{name}"  # noqa: E731
    assert find_editor({"VISUAL": "hx", "EDITOR": "ed"}, everything) == Editor(("hx",))
    assert find_editor({"EDITOR": "vim -u NONE"}, everything) == Editor(("vim", "-u", "NONE"))
    assert find_editor({}, everything) == Editor(("nano",))
    assert find_editor({"EDITOR": "it's broken"}, lambda name: name if name == "code" else None) == Editor(
        ("code", "-w")
    )
    assert find_editor({"EDITOR": "gone"}, lambda name: None) is None


def test_a_windowed_editor_keeps_the_terminal_with_the_app() -> None:
    assert Editor(("code", "-w")).has_window and Editor(("/opt/bin/subl",)).has_window
    assert not Editor(("vim",)).has_window and not Editor(("emacs", "-nw")).has_window


def test_the_entry_file_comes_first_and_what_is_not_text_is_left_out(tmp_path: Path) -> None:
    for name in ("a.js", "server.js", "lib/deep.js", "logo.png", "node_modules/x/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files = [file.as_posix() for file in editable_files(tmp_path, "server.js")]
    assert files == ["server.js", "a.js", "lib/deep.js"]


def with_editor(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str, name: str = "myeditor") -> Path:
    """An editor that is a script; returns the file it writes its argument to."""
    script, seen = folder / name, folder / "seen"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n{body}\n')
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    return seen


@contextmanager
def no_terminal_to_give() -> Iterator[None]:
    yield


def test_e_opens_the_chosen_file_while_a_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = with_editor(monkeypatch, tmp_path, "exit 3")
    engine = FakeEngine(a_run(a_kata(tmp_path)), holds=True)

    async def scenario(driver: Driver) -> None:
        monkeypatch.setattr(driver.app, "suspend", no_terminal_to_give)
        await driver.to_the_kata()
        await driver.press("v", "e")
        await driver.sees("edit which file?", "server.js", "lib/report.js")
        await driver.press("j", "j", "enter")
        await driver.until(seen.exists, "for the editor")
        await driver.sees("ended with code 3")
        engine.go_on.set()
        await driver.sees("failed: 3 passed")
        await driver.press("e")
        await driver.sees("edit which file?")
        assert isinstance(driver.app.screen, FilesScreen)
        await driver.press("escape")
        await driver.sees("v Verify")

    drive(FakeDesk(tmp_path), engine, scenario)
    assert seen.read_text() == str(tmp_path / "blocked-event-loop" / "lib" / "report.js")


def test_an_editor_with_a_window_gets_the_folder_and_the_app_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = with_editor(monkeypatch, tmp_path, "exit 0", name="code")

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("e")
        await driver.sees("code opens", "v Verify")
        await driver.until(lambda: seen.exists() and seen.read_text() != "", "for the editor")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)
    assert seen.read_text() == str(tmp_path / "blocked-event-loop")


def without_an_editor(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(folder))


def test_where_there_is_no_editor_the_built_in_one_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_an_editor(monkeypatch, tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("e")
        await driver.sees("edit which file?")
        await driver.press("enter")
        await driver.sees("// here", "^s Save", "saved")
        await driver.press("escape")
        await driver.sees("v Verify")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)


def test_an_editor_that_needs_a_terminal_where_there_is_none_gives_way_to_the_built_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_editor(monkeypatch, tmp_path, "exit 0")

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("4")
        await driver.sees("server.js · 1 line")
        await driver.press("e")
        await driver.sees("^s Save", "saved")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario)
