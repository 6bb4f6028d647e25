"""A unified diff on stdout: coloured and safe to look at on a terminal, byte for byte where a program reads it."""

from __future__ import annotations

import sys

from runner.cli.output import is_terminal, out, out_exact, paint_for
from runner.reports.paint import Paint, printable

_STYLES = (("+++", ("bold",)), ("---", ("bold",)), ("@@", ("cyan",)), ("+", ("green",)), ("-", ("red",)))


def show_patch(patch: str) -> None:
    """Prints a patch that can be applied with `patch -p1` where it is not for a terminal."""
    if not is_terminal(sys.stdout):
        out_exact(patch, end="")
        return
    paint = paint_for(sys.stdout)
    for line in patch.splitlines():
        out(styled(line, paint))


def styled(line: str, paint: Paint) -> str:
    """One line of a patch, without anything that could drive a terminal."""
    safe = printable(line.expandtabs(4))
    for start, styles in _STYLES:
        if safe.startswith(start):
            return paint.style(safe, *styles)
    return safe
