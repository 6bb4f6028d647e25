"""`prodrill progress export|import FILE`: everything a learner has done, as one file that works on another machine."""

from __future__ import annotations

from pathlib import Path

import click

from runner.catalog.loader import kata_slugs
from runner.cli.errors import UserError
from runner.cli.output import err, out, tell
from runner.cli.params import yes_option
from runner.cli.work import open_desk


@click.group()
def command() -> None:
    """Take your progress to another machine: attempts, copies of services, reading, answers, in one file."""


@command.command(name="export")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def export_(file: Path) -> None:
    """Write all of your progress to FILE."""
    from runner.learner.moving import export_all

    if file.is_dir():
        raise UserError(f"{file} is a folder; name a file in it.")
    if not file.absolute().parent.is_dir():
        raise UserError(f"{file}: there is no folder {file.absolute().parent}; make it first.")
    with open_desk() as desk:
        export_all(desk.store, desk.workspace, file, kata_slugs())
        attempts = len(desk.store.attempts())
    out(str(file))
    err(f"{attempts} attempts and your copies, {max(1, file.stat().st_size // 1024)} KB. Settings are not in it.")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@yes_option
def import_(file: Path, yes: bool) -> None:
    """Put the progress in FILE in place of yours, which is kept as a file first."""
    from runner.learner.home import data_home
    from runner.learner.moving import import_all

    if not file.is_file():
        raise UserError(f"{file} is no file. Name one that `prodrill progress export` wrote.")
    if not yes and not click.confirm("Replace all your progress by what is in this file? Yours is kept.", err=True):
        err("Left as it is.")
        return
    with open_desk() as desk:
        moved = import_all(desk.store, desk.workspace, file, kata_slugs(), data_home() / "kept")
    katas = f", copies of {', '.join(moved.katas)}" if moved.katas else ""
    tell(f"Taken in: {moved.attempts} attempts{katas}.")
    tell(f"To have back what was there before: prodrill progress import {moved.kept}")
