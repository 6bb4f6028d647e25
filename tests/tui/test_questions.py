"""Questions on the last page of a lesson: answered in place, explained, kept."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.quiz import Choice, Option, Ordering, Question, question_key
from runner.tui.desk import Page
from runner.tui.question_view import QuestionView
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import FakeDesk, FakeEngine

ONE = Choice(
    "Which is `right`?",
    "one",
    (Option("the first", "It is.", right=True), Option("the second", "It is not."), Option("the third", "Nor this.")),
)
SEVERAL = Choice(
    "Which of them?",
    "several",
    (Option("x1", "Yes.", right=True), Option("x2", "And this.", right=True), Option("x3", "Never this.")),
    code="console.log(1)",
)
ORDER = Ordering("In which order?", ("wake", "rise", "leave"), "Nobody leaves asleep.")


def a_desk(folder: Path, *questions: Question) -> FakeDesk:
    desk = FakeDesk(folder)
    desk.pages = (Page("The event loop", "Text."), Page("Check yourself", "", "check-yourself"))
    desk.questions = questions
    return desk


async def to_the_questions(driver: Driver) -> None:
    await driver.sees("▶ next")
    await driver.press("enter")
    await driver.sees("1/2")
    await driver.press("n")
    await driver.sees("2/2", "1. ")


async def choose(driver: Driver, question: Question, text: str) -> None:
    """Moves the cursor of the focused question to an option, from wherever it is."""
    view = driver.app.screen.focused
    assert isinstance(view, QuestionView) and view.question == question
    while view._texts[view._cursor] != text:
        step = view._texts.index(text) - view._cursor
        await driver.press("down" if step > 0 else "up")
        await driver.until(lambda: True, "for the key")


@at_every_size
def test_a_wrong_answer_is_explained_and_kept_and_can_be_given_again(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = a_desk(tmp_path, ONE)

    async def scenario(driver: Driver) -> None:
        await to_the_questions(driver)
        await driver.sees("Which is right?", "one is right", "0 of 1 right, 1 to answer")
        await driver.sees_footer("Answer")
        await choose(driver, ONE, "the second")
        await driver.press("enter")
        await driver.sees("✗ wrong", "It is not.", "✓ right", "It is.", "Not right.", "0 of 1 right")
        await driver.sees_no("Nor this.")
        await driver.sees_footer("Again")
        await driver.press("enter")
        await driver.sees_no("Not right.")
        await choose(driver, ONE, "the first")
        await driver.press("enter")
        await driver.sees("✓ Right.", "1 of 1 right")

    drive(desk, FakeEngine([]), scenario, size)
    assert desk.answers == [("Which is `right`?", ("the second",)), ("Which is `right`?", ("the first",))]
    assert desk.read


def test_several_are_chosen_with_space_and_steps_numbered_in_order(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, SEVERAL, ORDER)

    async def scenario(driver: Driver) -> None:
        await to_the_questions(driver)
        await driver.sees("console.log(1)", "one or several are right")
        for text in ("x1", "x2"):
            await choose(driver, SEVERAL, text)
            await driver.press("space")
        await driver.press("enter")
        await driver.sees("✓ Right.", "1 of 2 right, 1 to answer")
        await driver.press("tab")
        await driver.until(lambda: getattr(driver.app.screen.focused, "question", None) == ORDER, "for the focus")
        for text in ("rise", "wake"):
            await choose(driver, ORDER, text)
            await driver.press("enter")
        await driver.sees("(1) rise", "(2) wake")
        await driver.press("enter")
        await driver.sees("(3) leave", "✗ Not right.", "1. wake", "Nobody leaves asleep.", "1 of 2 right")

    drive(desk, FakeEngine([]), scenario)
    assert [sorted(given) for _, given in desk.answers] == [["x1", "x2"], ["leave", "rise", "wake"]]
    assert desk.answers[1][1] == ("rise", "wake", "leave")


def test_what_was_answered_before_is_shown_as_it_was(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, ONE, ORDER)
    desk.answered = {question_key(ONE): ("the first",)}

    async def scenario(driver: Driver) -> None:
        await to_the_questions(driver)
        await driver.sees("✓ Right.", "It is.", "1 of 2 right, 1 to answer")
        await driver.until(lambda: getattr(driver.app.screen.focused, "question", None) == ORDER, "for the focus")
        await driver.press("p")
        await driver.sees("1/2")
        await driver.sees_no("1 of 2 right")
        await driver.press("n")
        await driver.sees("1 of 2 right")

    drive(desk, FakeEngine([]), scenario)


def test_arrows_go_from_one_question_to_the_next_and_pages_still_turn(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await to_the_questions(driver)
        await driver.press("down", "down", "down")
        await driver.until(lambda: getattr(driver.app.screen.focused, "question", None) == ORDER, "for the focus")
        await driver.press("up")
        await driver.until(lambda: getattr(driver.app.screen.focused, "question", None) == ONE, "for the focus")
        await driver.press("escape")
        await driver.sees("▶ next")

    drive(a_desk(tmp_path, ONE, ORDER), FakeEngine([]), scenario)
