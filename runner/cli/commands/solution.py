"""`prodrill solution KATA [NAME]`: the accepted fixes, as changes to the shipped service."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from runner.catalog.answers import Answer, load_key, materialise
from runner.catalog.kata import Kata
from runner.cli.errors import UserError, did_you_mean
from runner.cli.output import err, is_terminal, out, out_json, paint_for
from runner.cli.params import json_option, kata_argument
from runner.cli.patch import show_patch
from runner.cli.work import find_kata, open_desk
from runner.learner.snapshot import take_snapshot, unified_diff
from runner.learner.workspace import shipped


@click.command()
@kata_argument
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--against-mine", is_flag=True, help="Compare the fix with your copy instead of the broken service.")
@json_option
def command(kata: str, name: str | None, against_mine: bool, as_json: bool) -> None:
    """List the accepted fixes of KATA, or show the one called NAME as a diff. It gives the answer away."""
    found = find_kata(kata)
    accepted = load_key(found).accepted
    if name is None:
        _list(found, accepted, as_json)
        return
    answer = next((each for each in accepted if each.name == name), None)
    if answer is None:
        names = [each.name for each in accepted]
        raise UserError(
            f"{found.slug} has no accepted fix {name!r}.{did_you_mean(name, names)} It has: {', '.join(names)}."
        )
    patch = _patch(found, answer, against_mine)
    if as_json:
        out_json({**_facts(answer), "diff": patch})
        return
    err(f"{answer.title} ({answer.approach}). {answer.why}\n")
    show_patch(patch)


def _list(kata: Kata, accepted: tuple[Answer, ...], as_json: bool) -> None:
    if as_json:
        out_json([_facts(each) for each in accepted])
        return
    paint = paint_for(sys.stdout)
    width = max((len(each.name) for each in accepted), default=0)
    for each in accepted:
        out(f"{paint.style(each.name.ljust(width), 'bold')}  {each.title} ({each.approach})")
        out("\n".join(paint.wrapped(each.why, " " * (width + 2))))
    if accepted and is_terminal(sys.stdout):
        err(f"\nShow one: prodrill solution {kata.slug} {accepted[0].name}")


def _patch(kata: Kata, answer: Answer, against_mine: bool) -> str:
    with tempfile.TemporaryDirectory(prefix="prodrill-solution-") as scratch:
        fixed = take_snapshot(materialise(kata, answer, Path(scratch) / "service")).files()
    if not against_mine:
        return unified_diff(shipped(kata).files(), fixed)
    with open_desk() as desk:
        return unified_diff(desk.workspace.snapshot(kata).files(), fixed)


def _facts(answer: Answer) -> dict[str, object]:
    return {"name": answer.name, "title": answer.title, "approach": answer.approach, "why": answer.why}
