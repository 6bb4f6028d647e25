"""`prodrill bench app`: every promise about the app's speed, measured in one run and printed beside its limit."""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
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
from runner.tui.measuring.keys import Key, comes, cursor_moved, goes, latencies
from runner.tui.measuring.terminal import Terminal, Took, on_terminal, pause
from runner.verifier.bench import Figure, print_figures

_STARTS = 7
_ROUNDS = 50
_HELPS = 8
_PAGE_MS = 250.0
_BUSY_SHARE = 0.05
_QUIET_S = 0.12
_COOL_S = 2.0
_WORD = "painted"
_LEAST_APP = f"""
from textual.app import App
from textual.widgets import Static

class Least(App):
    def compose(self):
        yield Static("{_WORD}")

Least().run()
"""


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
    """Ours, in turn with an app of one word: what the machine makes of Textual just now. The first does not count."""
    with tempfile.TemporaryDirectory() as home:
        _first_paint(["-m", "runner.cli.main"], home, "Continue")
        paints, least = list[Took](), list[Took]()
        for _ in range(_STARTS):
            paints.append(_first_paint(["-m", "runner.cli.main"], home, "Continue"))
            least.append(_first_paint(["-c", _LEAST_APP], home, _WORD))
    yield from _both("first paint, median", paints, statistics.median, 400.0)
    yield from _both("  of a Textual app with one word, median", least, statistics.median)


def _first_paint(program: Sequence[str], home: str, word: str) -> Took:
    """From exec to the word on the first screen; its modules are compiled once, as those of an installed program."""
    env = {"PRODRILL_HOME": home, "PYTHONDONTWRITEBYTECODE": ""}
    with on_terminal([sys.executable, *program], env) as terminal:
        return Took(terminal.waits_for(word) - terminal.began_s, terminal.queued_s)


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
        waits = latencies(terminal, moves, _ROUNDS)
        helps = list(_help_opens(terminal))
        rss_mb = terminal.rss_mb
    every = [took for of_key in waits.values() for took in of_key]
    yield Figure("  beside the keys came, events", flood.events_hz, "/s")
    yield Figure("  and lines of the service", flood.lines_hz, "/s")
    yield from _both(f"a key is answered, median of {len(every)}", every, statistics.median)
    yield from _both(f"a key is answered, p99 of {len(every)}", every, _p99, 50.0)
    for name, of_key in waits.items():
        yield from _both(f"  {name}: worst", of_key, max)
    yield from _both("help opens, worst", helps, max, 250.0)
    yield Figure("memory meanwhile", rss_mb, "MB", 150.0)


def _help_opens(terminal: Terminal) -> Iterator[Took]:
    """The help is opened when the last was closed: before it is there, its keys would mean something else."""
    word = max(KataScreen.HELP.replace("`", " ").split()[:12], key=len)
    for _ in range(_HELPS):
        queued_s = terminal.queued_s
        pressed_s = terminal.press("?")
        yield Took(terminal.waits_for(word) - pressed_s, terminal.queued_s - queued_s)
        terminal.press("\x1b")
        terminal.waits_until(lambda grid: word not in grid.text, "the help to close")


def _first_words(kata: Kata) -> str:
    """What the incident begins with, and nothing else on the workbench says."""
    text = (kata.folder / "incident.md").read_text(encoding="utf-8").lstrip("# ")
    return text.splitlines()[0][:24]


def _pages() -> Iterator[Figure]:
    """Every page of the course, opened by the keys that a reader presses, until the last of it is drawn."""
    opened: list[Took] = []
    turned: list[Took] = []
    with fresh_home() as home, measured_app(Job(), home, (100, 30)) as terminal:
        for lesson in all_lessons():
            opened.append(terminal.drawn_for(NEXT_LESSON, _QUIET_S))
            turned += [terminal.drawn_for("n", _QUIET_S) for _ in lesson.pages()[1:]]
    for what, times in (("a lesson opens", opened), ("a page opens", turned)):
        yield from _both(f"{what}, median of {len(times)}", times, statistics.median)
        yield from _both(f"{what}, worst", times, max, _PAGE_MS)
    slow = sum(took.wall_ms > _PAGE_MS for took in [*opened, *turned])
    yield Figure(f"  over {_PAGE_MS:g} ms, of {len(opened) + len(turned)}", slow, "")


def _both(
    name: str, times: Sequence[Took], of: Callable[[list[float]], float], limit: float | None = None
) -> Iterator[Figure]:
    """What a person waited, which has the limit; and where others had the cores, what of it was the app's."""
    yield Figure(name, of([took.wall_ms for took in times]), "ms", limit)
    if sum(took.queued_s for took in times) > sum(took.wall_s for took in times) * _BUSY_SHARE:
        yield Figure(f"  {name.strip()}: without waiting for a core", of([took.own_ms for took in times]), "ms")


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
