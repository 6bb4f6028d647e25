"""How long a key waits for its answer: until the screen first shows what it asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct

from runner.tui.measuring.grid import Grid
from runner.tui.measuring.terminal import Terminal, Took, pause
from runner.tui.theme import DARK

_THINKS_S = 0.13
"""Not a multiple of the app's own rhythm of 0.2 s, so that keys meet it at every phase."""
_CURSOR = DARK.variables["block-cursor-background"].removeprefix("#")
_CURSOR_GROUND = ";".join(str(int(_CURSOR[at : at + 2], 16)) for at in (0, 2, 4))

Shows = Callable[[Grid, Grid], bool]
"""(the screen when the key was sent, the screen now) to whether the key was answered."""


class Key(Struct, frozen=True):
    """A key as a terminal sends it, and how its answer is seen."""

    name: str
    sent: str
    answered: Shows


def cursor_moved(before: Grid, now: Grid) -> bool:
    return _cursor_rows(before) != _cursor_rows(now)


def _cursor_rows(grid: Grid) -> list[int]:
    return [y for y, row in enumerate(grid.grounds) if _CURSOR_GROUND in row]


def comes(text: str) -> Shows:
    """The answer is that `text` is to be read."""
    return lambda before, now: text in now.text


def goes(text: str) -> Shows:
    return lambda before, now: text not in now.text


def latencies(terminal: Terminal, keys: Sequence[Key], rounds: int) -> dict[str, list[Took]]:
    """From each press to its answer, by the key's name; `keys` are pressed in turn, `rounds` times.

    A person presses the next key some time after the last was answered, and so do we.
    """
    found: dict[str, list[Took]] = {key.name: [] for key in keys}
    for key in [*keys] * rounds:
        terminal.catch_up()
        before = terminal.screen.copy()
        queued_s = terminal.queued_s
        at_s = terminal.press(key.sent)
        seen_s = terminal.waits_until(partial(key.answered, before), f"the answer to {key.name!r}")
        found[key.name].append(Took(seen_s - at_s, terminal.queued_s - queued_s))
        pause(_THINKS_S)
    return found
