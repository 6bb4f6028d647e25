"""`prodrill start KATA`: a copy to edit, and the incident it is about."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from runner.cli.output import err, out_json, paint_for
from runner.cli.params import json_option, kata_argument
from runner.cli.prose import show_markdown
from runner.cli.work import find_kata, open_desk
from runner.reports.paint import Paint


@click.command()
@kata_argument
@json_option
def command(kata: str, as_json: bool) -> None:
    """Put a copy of the broken service of KATA into your workspace, and show its incident.

    A copy that is already there is left as it is.
    """
    found = find_kata(kata)
    with open_desk() as desk:
        fresh = not desk.workspace.has(found)
        folder = desk.workspace.start(found)
    if as_json:
        out_json({"kata": found.slug, "folder": str(folder), "new": fresh})
        return
    incident = found.folder / "incident.md"
    show_markdown(incident.read_text(encoding="utf-8") if incident.is_file() else f"# {found.spec.title}\n")
    paint = paint_for(sys.stderr)
    err(f"\n{paint.style('What production asks of it:', 'bold')}")
    for criterion in found.criteria:
        err("\n".join(paint.wrapped(criterion.sentence, "  - ", "    ")))
    _tell_next(found.slug, folder, fresh, paint)


def _tell_next(slug: str, folder: Path, fresh: bool, paint: Paint) -> None:
    err(f"\n{'Your copy:' if fresh else 'Your copy, as you left it:'} {shlex.quote(str(folder))}")
    err("What it promises (routes, status codes, environment) is in its README.md.")
    if fresh:
        err("It is broken, so the first verification is expected to fail.")
    rows = (
        (f"prodrill run {slug}", "start it and poke it yourself"),
        (f"prodrill verify {slug}", "have it judged"),
        (f"prodrill watch {slug}", "have it judged at every save"),
        (f"prodrill hint {slug}", "when you are stuck"),
    )
    for line, what in rows:
        err(f"  {paint.style(line.ljust(max(len(row[0]) for row in rows)), 'cyan')}  {what}")
