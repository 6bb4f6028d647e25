"""The questions of a lesson, asked on a terminal one after the other; every answer is kept as it is given."""

from __future__ import annotations

import sys

from runner.catalog.lessons import Lesson
from runner.catalog.quiz import Choice, Option, Question, question_key, quiz_of
from runner.cli.errors import UserError
from runner.cli.output import is_terminal, out, out_json, paint_for
from runner.cli.prose import show_markdown
from runner.cli.reading import LETTERS, how_to_answer, question_markdown
from runner.cli.work import open_desk
from runner.learner.answers import QuizAnswer
from runner.learner.store import Store
from runner.reports.paint import Paint


def quiz(lesson: Lesson, as_json: bool) -> None:
    """Asks on a terminal; prints the questions, without the answers, where there is nobody to ask."""
    questions = quiz_of(lesson)
    if not questions:
        raise UserError(f"the lesson {lesson.slug} has no questions yet.")
    if as_json:
        with open_desk() as desk:
            kept = desk.store.quiz.of(lesson.slug)
        out_json([_facts(each, number, kept) for number, each in enumerate(questions, start=1)])
    elif is_terminal(sys.stdin) and is_terminal(sys.stdout):
        _ask_all(lesson, questions)
    else:
        asked = [question_markdown(each, number) for number, each in enumerate(questions, start=1)]
        show_markdown("\n".join(asked))


def _facts(question: Question, number: int, kept: dict[str, QuizAnswer]) -> dict[str, object]:
    answer = kept.get(question_key(question))
    return {
        "number": number,
        "ask": question.ask,
        "kind": question.choose if isinstance(question, Choice) else "order",
        "code": question.code,
        "options": [each.text if isinstance(each, Option) else each for each in question.shown()],
        "answered": None
        if answer is None
        else {"given": answer.given, "right": answer.was_right, "tries": answer.tries, "at": answer.answered_at},
    }


def _ask_all(lesson: Lesson, questions: tuple[Question, ...]) -> None:
    paint = paint_for(sys.stdout)
    rights: list[bool] = []
    with open_desk() as desk:
        for number, question in enumerate(questions, start=1):
            given = _ask(question, number)
            if given is None:
                out("\nLeft; what you answered is kept.")
                return
            rights.append(_tell(desk.store, lesson, question, given, paint))
    out(f"{sum(rights)} of {len(rights)} right. The lesson again: prodrill lesson {lesson.slug}")


def _ask(question: Question, number: int) -> tuple[str, ...] | None:
    """The texts chosen; None where the learner wants to leave."""
    show_markdown(question_markdown(question, number))
    shown = [each.text if isinstance(each, Option) else each for each in question.shown()]
    while True:
        out(f"\nYour answer ({_example(question, len(shown))}; q leaves): ", end="")
        line = sys.stdin.readline()
        if not line or line.strip().lower() == "q":
            return None
        given = chosen(line, shown, question)
        if given is not None:
            return given
        out(f"That is no answer here: {how_to_answer(question)}, by letters up to {LETTERS[len(shown) - 1]}.")


def _example(question: Question, count: int) -> str:
    if isinstance(question, Choice):
        return "a letter" if question.choose == "one" else "one letter or several, as in: a c"
    return f"all letters in order, as in: {' '.join(reversed(LETTERS[:count]))}"


def chosen(line: str, shown: list[str], question: Question) -> tuple[str, ...] | None:
    """The options that a typed line names by letters, in its order; None where it is no answer to the question."""
    letters = [letter for letter in line.lower() if letter.isalnum()]
    if not letters or len(set(letters)) < len(letters) or any(each not in LETTERS[: len(shown)] for each in letters):
        return None
    wanted = len(shown)
    if isinstance(question, Choice):
        wanted = 1 if question.choose == "one" else len(letters)
    return tuple(shown[LETTERS.index(letter)] for letter in letters) if len(letters) == wanted else None


def _tell(store: Store, lesson: Lesson, question: Question, given: tuple[str, ...], paint: Paint) -> bool:
    """Keeps the answer, then says whether it is right and why."""
    right = question.is_right(given)
    store.quiz.add(lesson.slug, question_key(question), given, was_right=right)
    out(paint.style("Right.", "green") if right else paint.style("Not right.", "red"))
    show_markdown(explanation(question, given))
    out()
    return right


def explanation(question: Question, given: tuple[str, ...]) -> str:
    """Why each option chosen, and each right one, is what it is; for an order the right one and its reason."""
    if not isinstance(question, Choice):
        return "\n".join(f"{n}. {step}" for n, step in enumerate(question.order, start=1)) + f"\n\n{question.because}"
    return "\n".join(
        f"- **{option.text}** is {'right' if option.right else 'wrong'}: {option.because}"
        for option in question.shown()
        if option.right or option.text in given
    )
