"""A picture written where a command line says, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from runner.cli.errors import UserError
from runner.cli.output import err, out
from runner.reports.card.look import Theme
from runner.reports.card.pictures import ToSvg, UnknownEnding, check_ending, picture

F = TypeVar("F", bound=Callable[..., Any])


def picture_options(function: F) -> F:
    """`-o FILE` and `--theme`."""
    function = click.option(
        "--theme",
        type=click.Choice(["light", "dark"]),
        help="Colours; by default light, and in HTML as the reader has it.",
    )(function)
    return click.option(
        "--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write it: .svg, .png or .html."
    )(function)


def check_place(file: Path) -> None:
    """Raises `UserError` before anything is done for a file that could not be written or has another ending."""
    try:
        check_ending(file)
    except UnknownEnding as error:
        raise UserError(str(error)) from None
    if file.is_dir():
        raise UserError(f"{file} is a folder; name a file in it.")
    if not file.absolute().parent.is_dir():
        raise UserError(f"{file}: there is no folder {file.absolute().parent}; make it first.")


def write_picture(file: Path, svg: ToSvg, html: Callable[[Theme | None], str], theme: Theme | None) -> None:
    """Writes the file whole and says where it is: its name on stdout. A file that is there is replaced."""
    from runner.learner.snapshot import write_whole
    from runner.reports.card.png import NoFont

    try:
        data = picture(file, svg, html, theme)
    except NoFont as error:
        raise UserError(f"{file}: {error}") from None
    write_whole(file, data)
    out(str(file))
    err(f"Written, {max(1, len(data) // 1024)} KB.")
