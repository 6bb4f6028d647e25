"""The questions of a lesson as questions: enough of them, answerable, explained, and not answered by their form."""

from __future__ import annotations

from collections.abc import Iterator

from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.words import check_inline
from runner.catalog.errors import CatalogError
from runner.catalog.lessons import Lesson
from runner.catalog.quiz import Choice, Ordering, Placed, placed_quiz

MIN_QUESTIONS, MAX_QUESTIONS = 3, 6
MIN_OPTIONS, MAX_OPTIONS = 3, 5
LONGER_BY = 1.25


def check_quiz(lesson: Lesson) -> Iterator[Problem]:
    """Every rule for a lesson's questions; a lesson may have none."""
    try:
        quiz = placed_quiz(lesson)
    except CatalogError as error:
        yield from_error(error, lesson.file)
        return
    if not quiz:
        return
    if not MIN_QUESTIONS <= len(quiz) <= MAX_QUESTIONS:
        text = f"there should be {MIN_QUESTIONS} to {MAX_QUESTIONS} questions, and there are {len(quiz)}"
        yield Problem(lesson.file, quiz[0].line, text)
    for index, placed in enumerate(quiz):
        if placed.question.ask in [earlier.question.ask for earlier in quiz[:index]]:
            yield Problem(lesson.file, placed.line, "this question is there twice")
        for text in _question(placed.question):
            yield Problem(lesson.file, placed.line, text)
        for text in _texts(placed.question):
            yield from check_inline(lesson.file, placed.line, text)
    yield from _given_away(lesson, quiz)


def _question(question: Choice | Ordering) -> Iterator[str]:
    if not question.ask.strip():
        yield "`ask` should not be empty"
    match question:
        case Ordering():
            yield from _ordering(question)
        case Choice():
            yield from _choice(question)


def _ordering(question: Ordering) -> Iterator[str]:
    if len(question.order) < MIN_OPTIONS:
        yield f"an order should have at least {MIN_OPTIONS} steps, and this has {len(question.order)}"
    if len(set(question.order)) < len(question.order):
        yield "a step is there twice"
    if not question.because.strip():
        yield "`because` should say why this is the order"


def _choice(question: Choice) -> Iterator[str]:
    options = question.options
    right = [option for option in options if option.right]
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        yield f"a question should have {MIN_OPTIONS} to {MAX_OPTIONS} options, and this has {len(options)}"
    if len({option.text.strip() for option in options}) < len(options):
        yield "an option is there twice"
    if question.choose == "one" and len(right) != 1:
        yield f"`choose: one` needs exactly one option with `right: true`, and there are {len(right)}"
    if question.choose == "several" and not 0 < len(right) < len(options):
        yield "`choose: several` needs at least one right option and one wrong"
    for option in options:
        if not option.text.strip():
            yield "an option has an empty `text`"
        if not option.because.strip():
            yield f"the option {option.text!r} should say why in `because`"
    yield from _printing(question)


def _printing(question: Choice) -> Iterator[str]:
    printing = [option for option in question.options if option.prints]
    for option in printing:
        if not option.right:
            yield f"the option {option.text!r} says `prints` and is not right"
    if printing and not question.code.strip():
        yield "an option says `prints`, and the question has no `code`"
    if len(printing) > 1:
        yield "two options say `prints`"


def _texts(question: Choice | Ordering) -> Iterator[str]:
    yield question.ask
    match question:
        case Ordering():
            yield from (*question.order, question.because)
        case Choice():
            yield from (text for option in question.options for text in (option.text, option.because))


def _given_away(lesson: Lesson, quiz: tuple[Placed, ...]) -> Iterator[Problem]:
    """In most questions the right option is by far the longest: choosing the longest would do."""
    choices = [placed for placed in quiz if isinstance(placed.question, Choice)]
    telling = [placed for placed in choices if isinstance(placed.question, Choice) and is_told(placed.question)]
    if 2 * len(telling) > len(choices):
        text = (
            f"in {len(telling)} of {len(choices)} questions the right option is over {LONGER_BY - 1:.0%} longer than "
            "the next: shorten it, or lengthen the others"
        )
        yield Problem(lesson.file, telling[0].line, text)


def is_told(question: Choice) -> bool:
    """The longest option is right, and longer by more than a quarter than the second longest."""
    longest = sorted(question.options, key=lambda option: len(option.text), reverse=True)[:2]
    return len(longest) == 2 and longest[0].right and len(longest[0].text) > LONGER_BY * len(longest[1].text)
