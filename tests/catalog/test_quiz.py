"""Questions: reading them, and each rule that keeps them worth asking."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.checks.quiz import is_told
from runner.catalog.lessons import load_lesson
from runner.catalog.lint import lint
from runner.catalog.quiz import Choice, Option, Ordering, quiz_of
from tests.catalog.changing import replace

LESSON = "course/slow-scan.md"
PARSER = "    - text: the parser of the framework\n      right: true\n"


def complaints() -> str:
    return "\n".join(str(problem) for problem in lint())


def test_a_lesson_has_its_questions(root: Path) -> None:
    first, second, third = quiz_of(load_lesson("slow-scan"))
    assert isinstance(first, Choice) and isinstance(second, Choice) and isinstance(third, Ordering)
    assert [option.right for option in first.options] == [True, False, False]
    assert (first.choose, second.choose) == ("one", "several")
    assert third.order[0] == "bytes arrive"


def test_what_is_shown_tells_nothing_by_its_order_and_is_always_the_same() -> None:
    ordering = Ordering("Put it in order.", ("a", "b", "c"), "because")
    assert sorted(ordering.shown()) == ["a", "b", "c"]
    firsts = set()
    for number in range(40):
        options = tuple(Option(text, "because", right=text == "right") for text in ("right", "wrong", "not so"))
        choice = Choice(f"Question {number}", "one", options)
        assert choice.shown() == choice.shown()
        firsts.add(choice.shown()[0].right)
        assert Ordering(f"{number}", ("a", "b", "c"), "x").shown() != ("a", "b", "c")
    assert firsts == {True, False}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  choose: one", "  chose: one", "unknown key `chose`. Did you mean 'choose'"),
        ("  choose: one", "  choose: two", "`choose`"),
        (
            "      because: It is no JSON, so your code never sees a value.\n",
            "",
            "the key `options[0].because` is missing",
        ),
        ("because: It is no JSON, so your code never sees a value.", "because: ''", "should say why in `because`"),
        ("      right: true\n      because: It is no JSON", "      because: It is no JSON", "and there are 0"),
        (
            "here is no value to check.",
            "here is none.\n      right: true",
            "exactly one option with `right: true`, and there are 2",
        ),
        (
            "      right: true\n      because: The fault",
            "      because: The fault",
            "at least one right option and one",
        ),
        (PARSER, PARSER + "      prints: true\n", "says `prints`, and the question has no `code`"),
        (
            "the check in your own code\n",
            "the check in your own code\n      prints: true\n",
            "`prints` and is not right",
        ),
        ("the check in your own code", "the parser of the framework", "an option is there twice"),
        ("  order: [bytes arrive, the parser makes values,", "  order: [", "at least 3 steps, and this has 2"),
        ("  order: [bytes arrive,", "  order: [the service keeps them,", "a step is there twice"),
        ("  because: Each step needs", "  options: []\n  because: Each step needs", "not both"),
        ("because: Each step", "because: Just each step", "says 'Just'"),
        ("ask: Which of these should", "ask: Which should simply", "says 'simply'"),
        ("```yaml quiz", "```yaml quit", "not 'quit'. Did you mean 'quiz'"),
        ("## Check yourself", "## Questions", "the questions belong on the last page, under `## Check yourself`"),
        ("  because: Each", "  because: {a: b} # Each", "`because` should be `str`"),
    ],
)
def test_each_broken_rule_is_told(root: Path, old: str, new: str, complaint: str) -> None:
    replace(root / LESSON, old, new)
    assert complaint in complaints()


def test_a_problem_of_a_question_names_its_line(root: Path) -> None:
    file = root / LESSON
    replace(file, "  choose: several", "  choose: severally")
    (problem,) = lint()
    assert file.read_text().splitlines()[(problem.line or 0) - 1] == "  choose: severally"


def test_the_questions_come_last(root: Path) -> None:
    file = root / LESSON
    file.write_text(file.read_text() + "\n## And then\n\nMore text.\n")
    assert "the questions belong on the last page" in complaints()


def test_a_last_page_without_questions_is_told(root: Path) -> None:
    file = root / LESSON
    text = file.read_text()
    file.write_text(text[: text.index("```yaml quiz")])
    assert "this page should hold the questions" in complaints()


def test_two_questions_are_too_few(root: Path) -> None:
    file = root / LESSON
    text = file.read_text()
    file.write_text(text[: text.index("- ask: Put the way")] + "```\n")
    assert "there should be 3 to 6 questions, and there are 2" in complaints()


def _choice(*lengths: int) -> Choice:
    """The first option is the right one."""
    options = tuple(Option("x" * length, "because", right=not index) for index, length in enumerate(lengths))
    return Choice("Which?", "one", options)


def test_a_question_is_told_by_its_length_only_where_the_right_option_is_longest_by_far() -> None:
    assert is_told(_choice(51, 40, 10))
    assert not is_told(_choice(50, 40, 10))
    assert not is_told(_choice(10, 60, 20))


def test_a_lesson_whose_right_options_are_mostly_the_longest_is_told(root: Path) -> None:
    file = root / LESSON
    replace(
        file,
        "the parser of the framework",
        "the parser of the framework, which reads the bytes before any of your code",
    )
    assert "right option is over 25% longer" not in complaints()
    replace(
        file, "one that was answered 503", "one that was answered 503 because the service could not do it at the time"
    )
    assert "in 2 of 2 questions the right option is over 25% longer than the next" in complaints()
