"""`prodrill bench app`: every promise about the app's speed, measured in one run and printed beside its limit."""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from runner.catalog.kata import Kata
from runner.catalog.lessons import all_lessons
from runner.catalog.loader import load_kata
from runner.tui.kata_screen import KataScreen
from runner.tui.measuring.beside import beside_figures
from runner.tui.measuring.child import NEXT_LESSON, Job
from runner.tui.measuring.flood import Flood
from runner.tui.measuring.home import KATA, fresh_home
from runner.tui.measuring.keys import Key, comes, cursor_moved, goes, latencies_ms
from runner.tui.measuring.terminal import Terminal, on_terminal, pause
from runner.verifier.bench import Figure, print_figures

_STARTS = 7
_ROUNDS = 50
_HELPS = 8
_QUIET_S = 0.12
_COOL_S = 2.0


def main(*, as_json: bool = False) -> int:
    """Measure and print; the exit code is 1 where a limit is exceeded."""
    return print_figures(_measured(), as_json=as_json)


def _measured() -> Iterator[Figure]:
    yield Figure("this machine's load before it begins, on each core", os.getloadavg()[0] / (os.cpu_count() or 1), "")
    yield from _start()
    yield from _keys(load_kata(KATA))
    yield from _pages()
    yield from beside_figures()


@contextlib.contextmanager
def measured_app(job: Job, home: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """The app with a learner's folder of its own, at rest after its first paint."""
    command = [sys.executable, "-m", "runner.tui.measuring.child", msgspec.json.encode(job).decode()]
    with on_terminal(command, {"PRODRILL_HOME": str(home)}, size) as terminal:
        terminal.waits_for("Verify" if job.kata else "Continue")
        terminal.comes_to_rest(_COOL_S)
        yield terminal


def _start() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as home:
        times = [_first_paint(home) for _ in range(_STARTS)]
    yield Figure("first paint, median", statistics.median(times) * 1000, "ms", 400.0)


def _first_paint(home: str) -> float:
    """Seconds from exec to the map with its keys."""
    with on_terminal([sys.executable, "-m", "runner.cli.main"], {"PRODRILL_HOME": home}) as terminal:
        return terminal.waits_for("Continue") - terminal.began_s


def _keys(kata: Kata) -> Iterator[Figure]:
    flood = Flood()
    beginning = _first_words(kata)
    with fresh_home() as home, measured_app(Job(kata.slug, flood=flood), home) as terminal:
        terminal.press("v")
        terminal.waits_for("probing")
        pause(_COOL_S)
        moves = [
            Key("down", "\x1b[B", cursor_moved),
            Key("1", "1", comes(beginning)),
            Key("up", "\x1b[A", cursor_moved),
            Key("2", "2", goes(beginning)),
        ]
        waits = latencies_ms(terminal, moves, _ROUNDS)
        helps = list(_help_opens_ms(terminal))
        rss_mb = terminal.rss_mb
    beside = f"{flood.events_hz} events/s and {flood.lines_hz} lines/s"
    every = sorted(wait for of_key in waits.values() for wait in of_key)
    yield Figure(f"a key beside {beside}, median of {len(every)}", statistics.median(every), "ms")
    yield Figure(f"a key beside {beside}, p99", _p99(every), "ms", 50.0)
    for name, of_key in waits.items():
        yield Figure(f"  of these, {name}: worst", max(of_key), "ms")
    yield Figure("help opens beside them, worst", max(helps), "ms", 250.0)
    yield Figure("memory beside them", rss_mb, "MB", 150.0)


def _help_opens_ms(terminal: Terminal) -> Iterator[float]:
    """The help is opened when the last was closed: before it is there, its keys would mean something else."""
    word = max(KataScreen.HELP.replace("`", " ").split()[:12], key=len)
    for _ in range(_HELPS):
        pressed_s = terminal.press("?")
        yield (terminal.waits_for(word) - pressed_s) * 1000
        terminal.press("\x1b")
        terminal.waits_until(lambda grid: word not in grid.text, "the help to close")


def _first_words(kata: Kata) -> str:
    """What the incident begins with, and nothing else on the workbench says."""
    text = (kata.folder / "incident.md").read_text(encoding="utf-8").lstrip("# ")
    return text.splitlines()[0][:24]


def _pages() -> Iterator[Figure]:
    """Every page of the course, opened by the keys that a reader presses, until the last of it is drawn."""
    opened: list[float] = []
    turned: list[float] = []
    with fresh_home() as home, measured_app(Job(), home, (100, 30)) as terminal:
        for lesson in all_lessons():
            opened.append(terminal.drawn_for(NEXT_LESSON, _QUIET_S))
            turned += [terminal.drawn_for("n", _QUIET_S) for _ in lesson.pages()[1:]]
    yield Figure(f"a lesson opens, median of {len(opened)}", statistics.median(opened) * 1000, "ms")
    yield Figure("a lesson opens, worst", max(opened) * 1000, "ms", 250.0)
    yield Figure(f"a page opens, median of {len(turned)}", statistics.median(turned) * 1000, "ms")
    yield Figure("a page opens, worst", max(turned) * 1000, "ms", 250.0)
    slow = sum(seconds > 0.25 for seconds in [*opened, *turned])
    yield Figure(f"over 250 ms, of {len(opened) + len(turned)} openings", slow, "")


def _p99(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, int(len(values) * 0.99))]
