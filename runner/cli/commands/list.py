"""`prodrill list`: every kata in course order, with the learner's progress."""

from __future__ import annotations

import sys

import click

from runner.catalog.kata import Kata
from runner.catalog.loader import survey
from runner.cli.output import complain, err, is_terminal, out, out_json, paint_for
from runner.cli.params import json_option
from runner.cli.work import open_desk
from runner.learner.store import Progress
from runner.reports.paint import Paint

_STATES = {
    "solved": ("✓", "+", "green"),
    "tried": ("✗", "x", "yellow"),
    "started": ("·", ".", "cyan"),
    "new": (" ", " ", "dim"),
}


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Every kata, in the order they are best met, with your progress."""
    katas, problems = survey()
    with open_desk() as desk:
        progress = desk.store.progress()
        folders = {kata.slug: desk.workspace.folder(kata) for kata in katas if desk.workspace.has(kata)}
    for problem in problems:
        complain(str(problem))
    if as_json:
        out_json(
            [
                {**_facts(kata, progress.get(kata.slug)), "workspace": str(folders.get(kata.slug) or "") or None}
                for kata in katas
            ]
        )
        return
    paint = paint_for(sys.stdout)
    for kata in katas:
        for line in _lines(kata, progress.get(kata.slug), paint, max(len(each.slug) for each in katas)):
            out(line)
    if is_terminal(sys.stdout):
        _tell_next(katas, progress)


def state(progress: Progress | None) -> str:
    """`solved`, `tried`, `started` or `new`."""
    if progress is None or not (progress.started_at or progress.attempts):
        return "new"
    if progress.first_passed_at:
        return "solved"
    return "tried" if progress.attempts else "started"


def _lines(kata: Kata, progress: Progress | None, paint: Paint, width: int) -> list[str]:
    word = state(progress)
    fancy, plain, colour = _STATES[word]
    sign = "" if paint.plain else f"{fancy if paint.unicode else plain} "
    mark = paint.style(f"{sign}{word:<7}", colour)
    spec = kata.spec
    name = paint.style(kata.slug.ljust(width), "bold")
    facts = f"{spec.minutes:>3} min  {spec.difficulty}/5  "
    indent = " " * (9 + 2 + width + 2 + len(facts))
    titles = [line[len(indent) :] for line in paint.wrapped(spec.title, indent)]
    return [f"{mark}  {name}  {facts}{titles[0]}", *(indent + title for title in titles[1:])]


def _tell_next(katas: list[Kata], progress: dict[str, Progress]) -> None:
    ahead = [kata for kata in katas if state(progress.get(kata.slug)) != "solved"]
    if not katas:
        err("There are no katas yet.")
    elif not ahead:
        err("\nAll solved. See that they all still hold: prodrill verify KATA")
    elif state(progress.get(ahead[0].slug)) == "new":
        err(f"\nNext: prodrill start {ahead[0].slug}")
    else:
        err(f"\nNext: prodrill verify {ahead[0].slug}")


def _facts(kata: Kata, progress: Progress | None) -> dict[str, object]:
    spec = kata.spec
    return {
        "name": kata.slug,
        "title": spec.title,
        "lesson": spec.lesson,
        "difficulty": spec.difficulty,
        "minutes": spec.minutes,
        "points": spec.points,
        "criteria": [criterion.id for criterion in spec.criteria],
        "state": state(progress),
        "attempts": progress.attempts if progress else 0,
        "started_at": progress.started_at if progress else None,
        "passed_at": progress.passed_at if progress else None,
    }
