"""`prodrill debrief KATA`: what there is to know once a kata is solved."""

from __future__ import annotations

import click

from runner.catalog.errors import MissingFile
from runner.cli.params import kata_argument
from runner.cli.prose import show_markdown
from runner.cli.work import find_kata


@click.command()
@kata_argument
def command(kata: str) -> None:
    """What broke, why a fix holds, what else would have worked, and the metric to alert on.

    It gives the answer away; read it once your copy passes.
    """
    file = find_kata(kata).folder / "debrief.md"
    if not file.is_file():
        raise MissingFile(file, "this kata has no debrief.")
    show_markdown(file.read_text(encoding="utf-8"), paged=True)
