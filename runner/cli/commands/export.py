"""`prodrill export course DIR`: the course as a static site, to project or to print."""

from __future__ import annotations

from pathlib import Path

import click

from runner.cli.errors import UserError
from runner.cli.output import err, out


@click.group()
def command() -> None:
    """Write something of Prodrill's as files for elsewhere."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def course(folder: Path) -> None:
    """Write the whole course into DIR: linked HTML pages that work offline, on paper and without a server."""
    from runner.site.export import NotOurs, export_course

    try:
        written = export_course(folder.expanduser())
    except NotOurs as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    out(str(written[0]))
    err(f"{len(written)} pages. Open {written[0]} in a browser.")
