"""Colour and safe text for a terminal, without a library: what a service said must never drive the reader's screen."""

from __future__ import annotations

import re
import textwrap
from typing import Protocol

from msgspec import Struct

from runner.record.finding import Verdict

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_VERDICT_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "yellow",
}
_MARKS = {
    Verdict.PASSED: ("✓", "+"),
    Verdict.FAILED: ("✗", "x"),
    Verdict.BLOCKED: ("–", "-"),
    Verdict.INCONCLUSIVE: ("?", "?"),
    Verdict.ERROR: ("!", "!"),
}
# What terminals take for commands: colours and cursor movements, titles and links.
ANSI = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\\\)")
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_WORD_WIDTH = max(len(verdict.value) for verdict in Verdict)


class TextStream(Protocol):
    """As much of a text file as is asked here."""

    def isatty(self) -> bool: ...


class Paint(Struct, frozen=True):
    """How to write for one stream: in colour, with marks beyond ASCII, in `width` columns (0: never wrap).

    `plain` leaves marks out, for each has its word beside it.
    """

    colour: bool = False
    unicode: bool = True
    width: int = 0
    plain: bool = False

    def style(self, text: str, *names: str) -> str:
        """`text` in the named styles (`bold`, `dim`, a colour); unchanged where there is no colour."""
        if not self.colour or not names:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}\x1b[0m"

    def mark(self, verdict: Verdict) -> str:
        """One character for a verdict, in its colour; none in plain text."""
        if self.plain:
            return ""
        fancy, plain = _MARKS[verdict]
        return self.style(fancy if self.unicode else plain, _VERDICT_STYLES[verdict])

    def verdict(self, verdict: Verdict, *, padded: bool = True) -> str:
        """Mark and word; the word padded so that what follows lines up with the next verdict's."""
        if self.plain:
            return f"{verdict.value}:" if padded else verdict.value
        word = verdict.value.ljust(_WORD_WIDTH) if padded else verdict.value
        return f"{self.mark(verdict)} {self.style(word, _VERDICT_STYLES[verdict])}"

    def wrapped(self, text: str, indent: str, hanging: str | None = None) -> list[str]:
        """`text` as lines that start with `indent` (later ones with `hanging`) and keep to the width."""
        hanging = indent if hanging is None else hanging
        room = self.width or 100_000
        lines = textwrap.wrap(
            text,
            max(room, len(hanging) + 20),
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [indent.rstrip()]


def printable_lines(text: str) -> list[str]:
    """Each line of `text`, safe to print; at least one, and none that is empty after the first."""
    first, *others = text.split("\n")
    return [printable(first), *(line for line in map(printable, others) if line)]


def printable(text: str) -> str:
    """One line that is safe to print: no control, direction override or half of a surrogate pair. Indentation stays."""
    return "".join(_safe(character) for character in ANSI.sub("", text)).rstrip()


def _safe(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return " " if character in "\t\n\r\v\f" else ""
    if 0x7F <= code < 0xA0 or code in _BIDI:
        return ""
    if 0xD800 <= code < 0xE000:
        return "\ufffd"
    return " " if code in (0x2028, 0x2029) else character


def number(value: float) -> str:
    """A measured number as a person would write it: three or four digits that count, thousands grouped."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
