"""Every block of every lesson, run as a process, and the first of each lesson in docker: it shows what it is to show.

A block that does not is run once more, since a loaded machine may hide what a quiet one shows; twice is a fault.
"""

from __future__ import annotations

import asyncio
import functools

import pytest

from runner.catalog.blocks import Block, survey_blocks
from runner.catalog.lessons import all_lessons
from runner.catalog.quiz import Choice, quiz_of
from runner.record.events import LineLogged, SampleTaken
from runner.record.tries import TryEvent
from runner.sandbox.choose import SandboxName, prepare
from runner.verifier.shown import Seen, how_it_ended, judged, seen_in
from runner.verifier.tryout import TryRequest, try_out

pytestmark = pytest.mark.slow

BLOCKS = [block for lesson in all_lessons() for block in survey_blocks(lesson)[0]]
FIRST = list({block.lesson: block for block in reversed(BLOCKS)}.values())
PRINTED = [
    (f"{lesson.slug}-{number}", question)
    for lesson in all_lessons()
    for number, question in enumerate(quiz_of(lesson), start=1)
    if isinstance(question, Choice) and question.printed
]
MAX_LINES, MAX_SAMPLES, MAX_SERIES, TRIES = 200, 400, 3, 2


@functools.cache
def _prepared(name: SandboxName) -> None:
    prepare(name, lambda text, fraction: None)


def _run(request: TryRequest) -> tuple[list[TryEvent], Seen]:
    async def collect() -> list[TryEvent]:
        return [event async for event in try_out(request)]

    events = asyncio.run(collect())
    return events, seen_in(events)


def _named(block: Block) -> str:
    return f"{block.lesson}-{block.name}"


def _output(events: list[TryEvent], seen: Seen) -> str:
    lines = [f"  {each.at_s:6.2f} {each.stream}: {each.text}" for each in events if isinstance(each, LineLogged)]
    samples = [f"  {name}: {', '.join(f'{value:g}' for value in values)}" for name, values in seen.series.items()]
    return "\n".join([*lines, *samples, f"  {seen.ended.at_s:6.2f} {how_it_ended(seen.ended)}"])


@pytest.mark.parametrize("block", BLOCKS, ids=_named)
def test_a_block_shows_what_the_lesson_says(block: Block) -> None:
    _shows_what_it_is_to_show(block, "process")


@pytest.mark.docker
@pytest.mark.parametrize("block", FIRST, ids=_named)
def test_the_first_block_of_a_lesson_shows_it_in_docker_too(block: Block) -> None:
    _shows_what_it_is_to_show(block, "docker")


def _shows_what_it_is_to_show(block: Block, place: SandboxName) -> None:
    _prepared(place)
    told = ""
    for _ in range(TRIES):
        events, seen = _run(TryRequest(block.name, block.code, block.language, place))
        missed = [outcome for outcome in judged(block.expected, seen) if not outcome.ok]
        if not missed:
            break
        told += "".join(f"\nexpected {each.expected}\n    seen {each.seen}" for each in missed)
        told += f"\nall of its output:\n{_output(events, seen)}\n"
    else:
        pytest.fail(f"{block.file}:{block.line}: {block.name} in {place}, {TRIES} times:{told}", pytrace=False)
    samples = sum(isinstance(event, SampleTaken) for event in events)
    assert len(seen.stdout) + len(seen.stderr) < MAX_LINES
    assert samples < MAX_SAMPLES and len(seen.series) <= MAX_SERIES


@pytest.mark.parametrize("question", [each for _, each in PRINTED], ids=[name for name, _ in PRINTED])
def test_code_in_a_question_prints_what_the_right_option_says(question: Choice) -> None:
    _prepared("process")
    events, seen = _run(TryRequest("question", question.code, "js", "process"))
    wanted = question.printed.text.strip().strip("`") if question.printed else ""
    assert " ".join(seen.stdout) == wanted, f"{question.ask}\n{_output(events, seen)}"
