"""`prodrill reset KATA`: the broken service again, with a copy of the learner's kept."""

from __future__ import annotations

import click

from runner.cli.output import err, tell
from runner.cli.params import kata_or_here_argument, yes_option
from runner.cli.work import find_kata, open_desk


@click.command()
@kata_or_here_argument
@yes_option
@click.option("--undo", is_flag=True, help="Bring back what the last reset or restore replaced.")
def command(kata: str, yes: bool, undo: bool) -> None:
    """Put the broken service of KATA back into your workspace. A copy of yours is kept first; --undo brings it back."""
    found = find_kata(kata)
    with open_desk() as desk:
        folder = desk.workspace.started(found)
        if undo:
            desk.workspace.undo_reset(found)
            tell(f"Undone: {folder} is again as it was before the last reset or restore.")
            return
        if not desk.workspace.diff(found):
            tell(f"{folder} is the broken service already; nothing to reset.")
            return
        if not yes and not click.confirm(f"Replace your work in {folder} by the broken service?", err=True):
            err("Left as it is.")
            return
        kept = desk.workspace.reset(found)
        tell(f"Reset. Your files are kept as copy {kept.id}; to have them back: prodrill reset {found.slug} --undo")
