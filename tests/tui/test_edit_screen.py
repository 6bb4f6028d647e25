"""The built-in editor: nothing that was typed is lost, nothing of others is overwritten unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.tui.code_area import CodeArea
from runner.tui.edit_screen import EditScreen
from runner.tui.open_file import CannotEdit, OpenFile
from tests.tui.driving import Driver, drive
from tests.tui.fakes import FakeDesk, FakeEngine


async def open_the_entry(driver: Driver) -> Path:
    await driver.to_the_kata()
    await driver.press("4")
    await driver.sees("server.js · 1 line")
    await driver.press("E")
    await driver.sees("^s Save", "saved", "// here")
    return driver.desk.folder / "blocked-event-loop" / "server.js"


def edit(folder: Path, scenario_of: object) -> FakeDesk:
    desk = FakeDesk(folder)
    drive(desk, FakeEngine([]), scenario_of)  # type: ignore[arg-type]
    return desk


def test_what_is_typed_is_written_by_ctrl_s_and_by_nothing_else(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        file = await open_the_entry(driver)
        await driver.press("x", "y")
        await driver.sees("● not saved yet", "xy// here")
        assert file.read_text() == "// here\n"
        await driver.press("ctrl+s")
        await driver.until(lambda: file.read_text() == "xy// here\n", "for the file")
        await driver.sees_line(starts="saved")
        await driver.press("escape")
        await driver.sees("v Verify", "xy// here")

    edit(tmp_path, scenario)


def test_leaving_asks_and_a_no_keeps_the_draft_for_the_next_time(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        file = await open_the_entry(driver)
        await driver.press("q", "escape")
        await driver.sees("Save what you changed?")
        await driver.press("n")
        await driver.sees("v Verify")
        assert file.read_text() == "// here\n"
        await driver.press("E")
        await driver.sees("q// here", "● not saved yet", "is here again")
        await driver.press("escape")
        await driver.sees("Save what you changed?")
        await driver.press("y")
        await driver.sees("v Verify")
        assert file.read_text() == "q// here\n"
        assert not list((tmp_path / "drafts").rglob("*.js"))

    edit(tmp_path, scenario)


def test_what_is_unsaved_when_the_app_ends_is_a_draft(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await open_the_entry(driver)
        await driver.press("z")
        await driver.sees("z// here")

    edit(tmp_path, scenario)
    assert [draft.read_text() for draft in (tmp_path / "drafts").rglob("*.js")] == ["z// here\n"]


def test_a_file_that_changed_on_the_disk_is_taken_in_while_nothing_is_unsaved(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        file = await open_the_entry(driver)
        file.write_text("// by somebody else\n")
        await driver.sees("// by somebody else", "It changed on the disk")
        await driver.sees_line(starts="saved")

    edit(tmp_path, scenario)


def test_what_somebody_else_wrote_is_overwritten_only_after_a_question_and_a_copy(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        file = await open_the_entry(driver)
        await driver.press("m")
        file.write_text("// by somebody else\n")
        await driver.sees("! changed on the disk meanwhile")
        await driver.press("ctrl+s")
        await driver.sees("Overwrite it?")
        await driver.press("n")
        await driver.sees("m// here")
        assert file.read_text() == "// by somebody else\n" and driver.desk.copies_kept == 0
        await driver.press("ctrl+s")
        await driver.sees("Overwrite it?")
        await driver.press("y")
        await driver.until(lambda: file.read_text() == "m// here\n", "for the file")
        assert driver.desk.copies_kept == 1

    edit(tmp_path, scenario)


def test_reload_gives_up_what_is_unsaved_only_when_asked(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await open_the_entry(driver)
        await driver.press("m", "ctrl+r")
        await driver.sees("Give up what is not saved?")
        await driver.press("y")
        await driver.sees_line("// here", without="m//")
        await driver.sees_line(starts="saved")

    edit(tmp_path, scenario)


def test_a_folder_that_cannot_be_written_is_told_and_the_text_stays(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        file = await open_the_entry(driver)
        await driver.press("m")
        file.unlink()
        file.mkdir()
        screen = driver.app.screen
        assert isinstance(screen, EditScreen)
        await driver.press("ctrl+s")
        await driver.sees("Overwrite it?")
        await driver.press("y")
        await driver.sees("cannot be written", "m// here")

    edit(tmp_path, scenario)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe", "no UTF-8"), (b"a\x1b[2Jb", "control characters"), (b"x" * (2**20 + 1), "1.0 MB")],
)
def test_what_could_not_be_shown_or_saved_whole_is_not_opened(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "odd.js"
    file.write_bytes(content)
    with pytest.raises(CannotEdit, match=why):
        OpenFile(file, tmp_path / "draft")


def test_line_ends_and_the_mode_of_a_file_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "run.sh"
    file.write_bytes(b"a\r\nb\r\n")
    file.chmod(0o755)
    opened = OpenFile(file, tmp_path / "draft")
    opened.save(opened.text + "c\r\n")
    assert file.read_bytes() == b"a\r\nb\r\nc\r\n" and file.stat().st_mode & 0o777 == 0o755


def test_code_keeps_its_colours_while_it_is_typed(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await open_the_entry(driver)
        plain = driver.app.screen.query_one(CodeArea)
        await driver.until(lambda: bool(plain.get_line(0).spans), "for the colours")
        await driver.press("home", *"let x = 1; ")
        await driver.sees("let x = 1; // here")
        await driver.until(lambda: len(plain.get_line(0).spans) >= 4, "for the colours of what was typed")

    edit(tmp_path, scenario)
