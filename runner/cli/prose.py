"""Markdown for a person: drawn on a terminal, as it was written where a program or a file reads it."""

from __future__ import annotations

import io
import os
import shutil
import sys

from runner.cli.output import MAX_WIDTH, is_terminal, out, paint_for
from runner.cli.plain import is_plain


def show_markdown(text: str, *, paged: bool = False) -> None:
    """Prints Markdown on stdout; `paged` shows it a screen at a time where it is longer than the terminal."""
    if is_plain() or not is_terminal(sys.stdout):
        out(text.rstrip("\n"))
        return
    drawn = _drawn(text)
    if paged and drawn.count("\n") >= shutil.get_terminal_size().lines:
        import click

        # less: keep colours, leave at once when all fits, do not clear the screen on leaving.
        os.environ.setdefault("LESS", "-RFX")
        click.echo_via_pager(drawn, color=paint_for(sys.stdout).colour)
    else:
        out(drawn.rstrip("\n"))


def _drawn(text: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    paint = paint_for(sys.stdout)
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="auto" if paint.colour else None,
        no_color=not paint.colour,
        width=min(shutil.get_terminal_size().columns, MAX_WIDTH),
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(Markdown(text, hyperlinks=False))
    return captured.get()
