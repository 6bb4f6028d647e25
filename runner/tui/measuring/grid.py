"""What a terminal shows: the little of one that Textual's output needs, to tell when something could first be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Self

from rich.cells import get_character_cell_size

_TOKENS = re.compile(
    r"\x1b\[(?P<args>[0-9;:<>?$]*)(?P<final>[@-~])"  # a control sequence
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # an operating system command
    r"|\x1b[PX^_].*?\x1b\\"
    r"|\x1b[()*+].|\x1b[@-Z\\^_=>a-z0-9]"
    r"|(?P<move>[\r\n\b])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:<>?$]*|\][^\x07\x1b]*)?$")


class Grid:
    """The characters of a screen and the background behind each; `feed` takes output as it came."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._text = [[" "] * columns for _ in range(rows)]
        self._ground = [[""] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._colour = ""
        self._rest = ""

    @property
    def text(self) -> str:
        return "\n".join("".join(line) for line in self._text)

    @property
    def grounds(self) -> tuple[tuple[str, ...], ...]:
        """The background of every cell, row by row."""
        return tuple(map(tuple, self._ground))

    def copy(self) -> Self:
        """The screen as it is now, to compare with."""
        return deepcopy(self)

    def feed(self, output: str) -> None:
        given = self._rest + output
        cut = _UNFINISHED.search(given)
        self._rest = cut[0] if cut else ""
        for token in _TOKENS.finditer(given[: cut.start()] if cut else given):
            self._take(token)

    def _take(self, token: re.Match[str]) -> None:
        if token["text"]:
            self._write(token["text"])
        elif token["final"] == "m":
            self._style(token["args"])
        elif token["final"] in ("H", "f"):
            row, _, column = token["args"].partition(";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif token["final"] == "J":
            self._clear()
        elif token["move"]:
            self._x = 0 if token["move"] == "\r" else self._x
            self._y += token["move"] == "\n"

    def _clear(self) -> None:
        for y in range(self.rows):
            self._text[y] = [" "] * self.columns
            self._ground[y] = [""] * self.columns

    def _write(self, text: str) -> None:
        for character in text:
            wide = get_character_cell_size(character)
            if 0 <= self._y < self.rows and 0 <= self._x <= self.columns - wide and wide:
                for cell in range(wide):
                    self._text[self._y][self._x + cell] = character if cell == 0 else ""
                    self._ground[self._y][self._x + cell] = self._colour
            self._x += wide

    def _style(self, args: str) -> None:
        codes = iter(args.split(";"))
        for code in codes:
            if code in ("", "0", "49"):
                self._colour = ""
            elif code in ("38", "48"):
                colour = _colour_of(codes)
                self._colour = colour if code == "48" else self._colour
            elif code.isdigit() and (40 <= int(code) <= 47 or 100 <= int(code) <= 107):
                self._colour = code


def _colour_of(codes: Iterator[str]) -> str:
    """The colour that follows 38 or 48, and its codes are taken."""
    kind = next(codes, "")
    return ";".join(next(codes, "") for _ in range({"2": 3, "5": 1}.get(kind, 0)))
