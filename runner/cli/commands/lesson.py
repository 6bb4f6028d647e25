"""`prodrill lesson`: all lessons in order, or one to read."""

from __future__ import annotations

import sys

import click

from runner.catalog.lessons import Lesson, all_lessons, load_lesson
from runner.cli.output import err, is_terminal, out, out_json, paint_for
from runner.cli.params import LessonName, json_option
from runner.cli.prose import show_markdown


@click.command()
@click.argument("name", type=LessonName(), required=False, metavar="[NAME]")
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the lessons, or read the one called NAME.

    Drawn for reading on a terminal; plain Markdown where the output goes to a file or a program.
    """
    if name is not None:
        _read(load_lesson(name), as_json)
        return
    lessons = all_lessons()
    if as_json:
        out_json([_facts(lesson) for lesson in lessons])
        return
    paint = paint_for(sys.stdout)
    width = max((len(lesson.slug) for lesson in lessons), default=0)
    for lesson in lessons:
        out(f"{paint.style(lesson.slug.ljust(width), 'bold')}  {lesson.minutes:>3} min  {lesson.title}")
    if not lessons:
        err("There are no lessons yet.")
    elif is_terminal(sys.stdout):
        err(f"\nRead one with: prodrill lesson {lessons[0].slug}")


def _read(lesson: Lesson, as_json: bool) -> None:
    if as_json:
        out_json({**_facts(lesson), "markdown": lesson.text})
        return
    heading = "" if lesson.text.lstrip().startswith("# ") else f"# {lesson.title}\n\n"
    show_markdown(heading + lesson.text + _closing(lesson), paged=True)
    if lesson.katas and is_terminal(sys.stdout):
        err(f"Practise it: {', '.join(f'prodrill start {kata}' for kata in lesson.katas)}")


def _closing(lesson: Lesson) -> str:
    """The sources, unless the lesson's text names them itself."""
    if not lesson.sources or "\n## Sources" in lesson.text:
        return ""
    listed = "\n".join(f"- {s.title}{f' <{s.url}>' if s.url else ''}" for s in lesson.sources)
    return f"\n## Sources\n\n{listed}\n"


def _facts(lesson: Lesson) -> dict[str, object]:
    return {
        "name": lesson.slug,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "points": lesson.points,
        "prerequisites": lesson.prerequisites,
        "katas": lesson.katas,
    }
