"""`prodrill diff KATA`: what the learner changed in the shipped service."""

from __future__ import annotations

import sys

import click

from runner.cli.output import is_terminal, tell
from runner.cli.params import kata_or_here_argument
from runner.cli.patch import show_patch
from runner.cli.work import find_kata, open_desk


@click.command()
@kata_or_here_argument
def command(kata: str) -> None:
    """Show what you changed in KATA, as `diff -u` would."""
    found = find_kata(kata)
    with open_desk() as desk:
        changed = desk.workspace.diff(found)
    if changed:
        show_patch(changed)
    elif is_terminal(sys.stdout):
        tell(f"Nothing is changed yet in {desk.workspace.folder(found)}.")
