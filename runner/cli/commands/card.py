"""`prodrill card KATA`: the broken service and a fix, side by side; as text, or as a picture in a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from runner.cli.output import out, out_json, paint_for
from runner.cli.params import json_option, kata_or_here_argument
from runner.cli.pictures import check_place, picture_options, write_picture
from runner.cli.work import find_kata, open_desk
from runner.learner.before import before_and_after
from runner.reports.card.card import Card
from runner.reports.card.look import Theme
from runner.reports.card.made import card_of


@click.command()
@kata_or_here_argument
@click.option("--attempt", type=int, metavar="N", help="This attempt instead of the last that passed.")
@click.option("--against", type=int, metavar="N", help="Set against this attempt instead of the broken service.")
@picture_options
@json_option
def command(
    kata: str, attempt: int | None, against: int | None, output: Path | None, theme: Theme | None, as_json: bool
) -> None:
    """Show what your fix changed: each criterion's number beside its limit, and its charts, before and after.

    "Before" is your own attempt with the broken service where you made one, else what was recorded with the kata.
    Prints text; with -o writes a picture.
    """
    if output is not None:
        check_place(output)
    found = find_kata(kata)
    with open_desk() as desk:
        sides = before_and_after(desk.store, found, attempt, against)
    card = card_of(found, sides.before, sides.after)
    if as_json:
        out_json(_facts(card))
    elif output is None:
        from runner.reports.card import text

        out(text.render(card, paint_for(sys.stdout)), end="")
    if output is not None:
        from runner.reports.card import html, svg

        write_picture(output, lambda chosen: svg.render(card, chosen), lambda chosen: html.render(card, chosen), theme)


def _facts(card: Card) -> dict[str, object]:
    return {
        "kata": card.kata,
        "title": card.title,
        "before": {"title": card.before.title, "origin": card.before.origin, "report": card.before.report},
        "after": {"title": card.after.title, "origin": card.after.origin, "report": card.after.report},
        "alert": card.alert,
    }
