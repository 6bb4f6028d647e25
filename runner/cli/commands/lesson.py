"""`prodrill lesson`: all lessons in order, or one to read, to try out, or to be asked about."""

from __future__ import annotations

import sys

import click

from runner.catalog.blocks import blocks_of, find_block
from runner.catalog.lessons import Lesson, all_lessons, load_lesson
from runner.catalog.quiz import quiz_of
from runner.cli.engine import Engine, engine_of
from runner.cli.errors import UserError
from runner.cli.output import err, is_terminal, out, out_json, paint_for
from runner.cli.params import LessonName, json_option, sandbox_option
from runner.cli.prose import show_markdown
from runner.cli.reading import lesson_markdown, page_markdown

_ALL = "all"


@click.command()
@click.argument("name", type=LessonName(), required=False, metavar="[NAME[#PAGE]]")
@click.option("--page", metavar="PAGE", help="Only this page, by its name in links or its number.")
@click.option(
    "--try",
    "which",
    is_flag=False,
    flag_value=_ALL,
    metavar="[N]",
    help="Run block N of the lesson, by number or name, in the sandbox; without N all of them.",
)
@click.option("--quiz", "asked", is_flag=True, help="Be asked the lesson's questions; your answers are kept.")
@sandbox_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, name: str | None, page: str | None, which: str | None, asked: bool, sandbox: str, as_json: bool
) -> int | None:
    """List the lessons, or read the one called NAME.

    Drawn for reading on a terminal; plain Markdown where the output goes to a file or a program.
    """
    if name is None:
        if page or which or asked:
            raise UserError("name the lesson: prodrill lesson NAME. `prodrill lesson` lists all of them.")
        _list(as_json)
        return None
    slug, _, in_name = name.removeprefix("lesson:").partition("#")
    lesson = load_lesson(slug)
    if which is not None:
        return _try(engine_of(ctx), lesson, which, sandbox, as_json)
    if asked:
        from runner.cli.quizzing import quiz

        quiz(lesson, as_json)
    elif page or in_name:
        _read_page(lesson, page or in_name, as_json)
    else:
        _read(lesson, as_json)
    return None


def _list(as_json: bool) -> None:
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
        out_json({**_facts(lesson), "markdown": lesson_markdown(lesson)})
        return
    show_markdown(lesson_markdown(lesson), paged=True)
    if lesson.katas and is_terminal(sys.stdout):
        err(f"Practise it: {', '.join(_how_to_start(kata) for kata in lesson.katas)}")


def _read_page(lesson: Lesson, page: str, as_json: bool) -> None:
    count = len(lesson.pages())
    by_number = page.isdecimal() and 1 <= int(page) <= count
    number = int(page) - 1 if by_number else lesson.page_number(page)
    if as_json:
        found = lesson.pages()[number]
        facts = {"lesson": lesson.slug, "page": found.name, "title": found.title, "number": number + 1, "pages": count}
        out_json({**facts, "markdown": page_markdown(lesson, number)})
        return
    show_markdown(page_markdown(lesson, number), paged=True)
    if is_terminal(sys.stdout):
        err(f"Page {number + 1} of {count}. All of it: prodrill lesson {lesson.slug}")


def _try(engine: Engine, lesson: Lesson, which: str, sandbox: str, as_json: bool) -> int:
    from runner.cli.loop import run_to_end
    from runner.cli.trying import try_blocks

    blocks = blocks_of(lesson) if which == _ALL else (find_block(lesson, which),)
    if not blocks:
        raise UserError(f"the lesson {lesson.slug} has no block to try.")
    return run_to_end(try_blocks(engine, blocks, sandbox, as_json))


def _how_to_start(kata: str) -> str:
    from runner.catalog.loader import kata_slugs

    return f"prodrill start {kata}" if kata in kata_slugs() else f"{kata} (coming)"


def _facts(lesson: Lesson) -> dict[str, object]:
    return {
        "name": lesson.slug,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "points": lesson.points,
        "prerequisites": lesson.prerequisites,
        "katas": lesson.katas,
        "pages": [{"name": page.name, "title": page.title} for page in lesson.pages()],
        "blocks": [block.name for block in blocks_of(lesson)],
        "questions": len(quiz_of(lesson)),
    }
