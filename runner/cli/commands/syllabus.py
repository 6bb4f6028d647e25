"""`prodrill syllabus`: every point the course makes, the lesson that teaches it, the kata that makes it testable."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from runner.catalog.outline import Entry, Outline, load_outline
from runner.catalog.syllabus import load_syllabus
from runner.cli.commands.list import state as kata_state
from runner.cli.output import out, out_json, paint_for
from runner.cli.params import json_option
from runner.cli.work import open_desk
from runner.learner.store import Progress
from runner.reports.paint import Paint

_COLOURS = {"coming": "dim", "taught": "cyan", "testable": "yellow", "solved": "green"}


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Every point of the course: its document, its lesson, its kata, and how far it is.

    A point is `coming`, `taught` by a lesson, `testable` in a kata, or `solved` by you. What is not there yet is listed
    at the end.
    """
    outline = load_outline()
    with open_desk() as desk:
        progress = desk.store.progress()
    if as_json:
        out_json(_facts(outline, progress))
        return
    _print(outline, progress, paint_for(sys.stdout))


def _state(entry: Entry, progress: Mapping[str, Progress]) -> str:
    """The entry's own state, or `solved` where the learner passed its kata."""
    return "solved" if entry.kata_is_there and kata_state(progress.get(entry.kata)) == "solved" else entry.state


def _facts(outline: Outline, progress: Mapping[str, Progress]) -> dict[str, object]:
    return {
        "points": [
            {
                "point": entry.point,
                "text": entry.text,
                "document": entry.document,
                "lesson": entry.lesson,
                "lessons": entry.lessons,
                "kata": entry.kata,
                "kata_is_there": entry.kata_is_there,
                "state": _state(entry, progress),
            }
            for entry in outline.entries
        ],
        "coming": {"lessons": outline.coming_lessons, "katas": outline.coming_katas},
    }


def _print(outline: Outline, progress: Mapping[str, Progress], paint: Paint) -> None:
    """Two lines a point: what and where, then the point itself; a table of five columns would not fit a terminal."""
    widths = [
        max((len(text) for text in column), default=0)
        for column in zip(*(_cells(entry, outline) for entry in outline.entries), strict=True)
    ]
    for entry in outline.entries:
        state = _state(entry, progress)
        point, document, lesson, kata = (
            cell.ljust(width) for cell, width in zip(_cells(entry, outline), widths, strict=True)
        )
        out(
            f"{paint.style(point, 'bold')}  {document}  {paint.style(state.ljust(8), _COLOURS[state])}  "
            f"{lesson}  {kata}".rstrip()
        )
        for line in paint.wrapped(entry.text, " " * (widths[0] + 2)):
            out(paint.style(line, "dim"))
    _print_closing(outline, progress, paint)


def _cells(entry: Entry, outline: Outline) -> tuple[str, str, str, str]:
    lesson = f"{entry.lesson} (coming)" if entry.lesson in outline.coming_lessons else entry.lesson or "-"
    kata = entry.kata if entry.kata_is_there or not entry.kata else f"{entry.kata} (coming)"
    return entry.point, entry.point[:1], lesson, kata or "-"


def _print_closing(outline: Outline, progress: Mapping[str, Progress], paint: Paint) -> None:
    out()
    for letter, title in load_syllabus().documents.items():
        out(f"{letter}  {title}")
    states = [_state(entry, progress) for entry in outline.entries]
    counts = ", ".join(f"{states.count(state)} {state}" for state in _COLOURS if state in states)
    out(f"{len(states)} points: {counts or 'none'}.")
    for what, names in (("Lessons", outline.coming_lessons), ("Katas", outline.coming_katas)):
        if names:
            for line in paint.wrapped(f"{what} coming: {', '.join(names)}", "", "  "):
                out(line)
