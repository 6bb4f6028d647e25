"""What measures the app reads a terminal as a person does, and takes a figure for what it is."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

import pytest

from runner.record.events import Event, LineLogged, RunStarted, SampleTaken
from runner.tui.measuring.flood import Flood, flooded
from runner.tui.measuring.grid import Grid
from runner.tui.measuring.keys import Key, comes, goes, latencies
from runner.tui.measuring.terminal import NotSeen, Took, on_terminal
from tests.tui.fakes import a_kata

ECHO = """
import sys, termios, time, tty
tty.setraw(0)
sys.stdout.write("\\x1b[2J\\x1b[1;1Hready")
sys.stdout.flush()
while key := sys.stdin.read(1):
    time.sleep(%s)
    sys.stdout.write("\\x1b[1;1H" + ("shown" if key == "s" else "     "))
    sys.stdout.flush()
"""


def shown(output: str, columns: int = 20, rows: int = 3) -> list[str]:
    grid = Grid(columns, rows)
    grid.feed(output)
    return [line.rstrip() for line in grid.text.splitlines()]


def test_text_stands_where_the_cursor_was_put() -> None:
    assert shown("\x1b[2;3Hhere\x1b[1;1Hthere") == ["there", "  here", ""]


def test_lines_follow_each_other_and_styles_take_no_room() -> None:
    assert shown("\x1b[1;38;2;1;2;3mone\x1b[0m\r\ntwo") == ["one", "two", ""]


def test_wide_characters_take_two_cells() -> None:
    assert shown("\x1b[1;1H漢字x\x1b[1;5Hy") == ["漢字y", "", ""]


def test_output_outside_the_screen_is_lost_and_not_wrapped() -> None:
    assert shown("\x1b[1;18Habcdef\x1b[9;1Hbelow") == [" " * 17 + "abc", "", ""]


def test_a_sequence_cut_between_two_pieces_is_read_whole() -> None:
    grid = Grid(20, 1)
    for piece in ("\x1b", "[1;5", "Hword", "\x1b]0;title", "\x07!"):
        grid.feed(piece)
    assert grid.text.rstrip() == "    word!"


def test_the_background_behind_a_cell_is_kept() -> None:
    grid = Grid(4, 1)
    grid.feed("\x1b[48;2;1;2;3ma\x1b[38;2;9;9;9mb\x1b[49mc\x1b[44md")
    assert grid.grounds == (("1;2;3", "1;2;3", "", "44"),)


def test_a_key_is_answered_when_its_answer_is_on_the_screen() -> None:
    keys = [Key("show", "s", comes("shown")), Key("hide", "h", goes("shown"))]
    with on_terminal([sys.executable, "-c", ECHO % 0.05], {}) as terminal:
        terminal.waits_for("ready")
        took = latencies(terminal, keys, rounds=2)
    assert {name: len(each) for name, each in took.items()} == {"show": 2, "hide": 2}
    assert all(each.wall_ms >= 50 for of_key in took.values() for each in of_key)


def test_a_key_that_is_never_answered_is_told_with_the_screen() -> None:
    with on_terminal([sys.executable, "-c", ECHO % 0], {}) as terminal:
        terminal.waits_for("ready")
        terminal.press("s")
        with pytest.raises(NotSeen, match=r"(?s)something else.*shown"):
            terminal.waits_until(lambda grid: False, "something else", patience_s=0.5)


def test_a_program_that_ended_is_not_waited_for() -> None:
    with on_terminal([sys.executable, "-c", "print('gone')"], {}) as terminal, pytest.raises(NotSeen, match="gone"):
        terminal.waits_for("never")


def test_what_the_machine_kept_from_it_is_not_the_apps_own() -> None:
    assert Took(0.3, 0.1).own_ms == pytest.approx(200)
    assert Took(0.1, 0.3).own_ms == 0


def test_a_flood_comes_as_a_verification_does_and_ends_when_nobody_reads(tmp_path: Path) -> None:
    async def some() -> list[Event]:
        events: list[Event] = []
        stream = flooded(Flood(events_hz=2_000, lines_hz=4_000), a_kata(tmp_path), tmp_path, tmp_path)
        async for event in stream:
            events.append(event)
            if len(events) == 500:
                break
        await stream.aclose()
        return events

    events = asyncio.run(some())
    kinds = partial(map, type)
    assert isinstance(events[0], RunStarted)
    assert {LineLogged, SampleTaken} <= set(kinds(events))
