"""`prodrill reset KATA`: the broken service again, with a copy of the learner's kept."""

from __future__ import annotations

import click

from runner.cli.errors import UserError
from runner.cli.output import err, tell
from runner.cli.params import HERE, kata_or_here_argument, yes_option
from runner.cli.work import Desk, find_kata, open_desk


@click.command()
@kata_or_here_argument
@yes_option
@click.option("--undo", is_flag=True, help="Bring back what the last reset, restore or import replaced.")
@click.option("--all", "everything", is_flag=True, help="Every kata that you changed, instead of one.")
def command(kata: str, yes: bool, undo: bool, everything: bool) -> None:
    """Put the broken service of KATA back into your workspace. A copy of yours is kept first; --undo brings it back."""
    if everything and kata != HERE:
        raise UserError(f"--all is about every kata; leave out {kata!r}, or --all.")
    with open_desk() as desk:
        if everything:
            _undo_all(desk) if undo else _reset_all(desk, yes)
        else:
            _undo(desk, kata) if undo else _reset(desk, kata, yes)


def _reset(desk: Desk, name: str, yes: bool) -> None:
    found = find_kata(name)
    folder = desk.workspace.started(found)
    if not desk.workspace.diff(found):
        tell(f"{folder} is the broken service already; nothing to reset.")
        return
    if not yes and not click.confirm(f"Replace your work in {folder} by the broken service?", err=True):
        err("Left as it is.")
        return
    kept = desk.workspace.reset(found)
    tell(f"Reset. Your files are kept as copy {kept.id}; to have them back: prodrill reset {found.slug} --undo")


def _undo(desk: Desk, name: str) -> None:
    found = find_kata(name)
    folder = desk.workspace.started(found)
    desk.workspace.undo_reset(found)
    tell(f"Undone: {folder} is again as it was before the last reset, restore or import.")


def _reset_all(desk: Desk, yes: bool) -> None:
    from runner.catalog.loader import all_katas

    katas = all_katas()
    changed = [kata.slug for kata in katas if desk.workspace.has(kata) and desk.workspace.diff(kata)]
    if not changed:
        tell("Every copy of yours is the broken service already; nothing to reset.")
        return
    question = f"Replace your work on {', '.join(changed)} by the broken services?"
    if not yes and not click.confirm(question, err=True):
        err("Left as it is.")
        return
    kept = desk.workspace.reset_all(katas)
    tell(f"Reset: {', '.join(each.kata for each in kept)}. Your files are kept; attempts and progress stay.")
    tell("To have them back: prodrill reset --all --undo")


def _undo_all(desk: Desk) -> None:
    from runner.catalog.loader import all_katas

    undone = desk.workspace.undo_reset_all(all_katas())
    if not undone:
        raise UserError("no reset of everything is left to undo; `prodrill reset KATA --undo` undoes one of one kata.")
    tell(f"Undone: {', '.join(undone)} are again as they were before all of them were reset.")
