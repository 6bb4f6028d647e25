"""How long a key waits for its answer: sent when it is due, seen when the screen first shows what it asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from runner.tui.bench.grid import Grid
from runner.tui.bench.terminal import NotSeen, Terminal, pause
from runner.tui.theme import DARK

_EVERY_S = 0.23
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


class Pressed(Struct, frozen=True):
    key: Key
    at_s: float


def cursor_moved(before: Grid, now: Grid) -> bool:
    return _cursor_rows(before) != _cursor_rows(now)


def _cursor_rows(grid: Grid) -> list[int]:
    return [y for y, row in enumerate(grid.grounds) if _CURSOR_GROUND in row]


def comes(text: str) -> Shows:
    """The answer is that `text` is to be read."""
    return lambda before, now: text in now.text


def goes(text: str) -> Shows:
    return lambda before, now: text not in now.text


def latencies_ms(terminal: Terminal, keys: Sequence[Key], rounds: int) -> dict[str, list[float]]:
    """Milliseconds from each press to its answer, by the key's name; `keys` are pressed in turn, `rounds` times.

    An answer that is late does not put off the keys that follow, so that what they wait is counted in full.
    """
    shown_before = len(terminal.pieces)
    pressed: list[Pressed] = []
    for key in [*keys] * rounds:
        pressed.append(Pressed(key, terminal.press(key.sent)))
        pause(_EVERY_S)
    pause(1.0)
    return _seen(terminal, shown_before, pressed)


def _seen(terminal: Terminal, shown_before: int, pressed: Sequence[Pressed]) -> dict[str, list[float]]:
    now = Grid(*terminal.size)
    pieces = list(terminal.pieces)
    for _, output in pieces[:shown_before]:
        now.feed(output)
    found: dict[str, list[float]] = {each.key.name: [] for each in pressed}
    at = shown_before
    for each in pressed:
        while at < len(pieces) and pieces[at][0] < each.at_s:
            now.feed(pieces[at][1])
            at += 1
        before = now.copy()
        while not each.key.answered(before, now) or at == shown_before:
            if at == len(pieces):
                raise NotSeen(f"the key {each.key.name} was never answered:\n{now.text}")
            now.feed(pieces[at][1])
            at += 1
        found[each.key.name].append((pieces[at - 1][0] - each.at_s) * 1000)
    return found
