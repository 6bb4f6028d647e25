"""The questions at the end of a lesson: one fenced block `yaml quiz` on its last page.

A question is a choice (`choose: one` or `several`, `options`) or an order (`order`, the steps as they should be). What
is wrong with its form is an error here; what is wrong with it as a question is told by `runner.catalog.checks.quiz`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from msgspec import Struct

from runner.catalog.errors import BadMarkdown, BadYaml
from runner.catalog.lessons import Lesson
from runner.catalog.markdown import Fence, fences
from runner.catalog.yaml_file import Item, yaml_items


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to choose; `prints` says that it is what the question's code prints, which the tests compare."""

    text: str
    because: str
    right: bool = False
    prints: bool = False


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """A question with options, of which one or several are right."""

    ask: str
    choose: Literal["one", "several"]
    options: tuple[Option, ...]
    code: str = ""

    def shown(self) -> tuple[Option, ...]:
        """The options as they are shown: in an order that tells nothing, the same everywhere."""
        return tuple(sorted(self.options, key=lambda option: _mixed(self.ask, option.text)))

    @property
    def right(self) -> tuple[str, ...]:
        """The texts of the right options."""
        return tuple(option.text for option in self.options if option.right)

    def is_right(self, given: Collection[str]) -> bool:
        """Whether exactly the right options were chosen."""
        return set(given) == set(self.right)

    @property
    def printed(self) -> Option | None:
        """The option that says what `code` prints."""
        return next((option for option in self.options if option.prints), None)


class Ordering(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps to be put in order; `order` is the right one."""

    ask: str
    order: tuple[str, ...]
    because: str
    code: str = ""

    def shown(self) -> tuple[str, ...]:
        """The steps as they are shown at first: not in order, and the same everywhere."""
        mixed = tuple(sorted(self.order, key=lambda step: _mixed(self.ask, step)))
        return mixed if mixed != self.order else (*mixed[1:], mixed[0])

    @property
    def right(self) -> tuple[str, ...]:
        return self.order

    def is_right(self, given: Collection[str]) -> bool:
        """Whether the steps were given in their order."""
        return tuple(given) == self.order


Question = Choice | Ordering


class Placed(Struct, frozen=True):
    """A question and its line in the file."""

    question: Question
    line: int


def _mixed(ask: str, text: str) -> str:
    return hashlib.sha256(f"{ask}\0{text}".encode()).hexdigest()


def question_key(question: Question) -> str:
    """What an answer is kept by: another wording is another question."""
    return hashlib.sha256(question.ask.encode()).hexdigest()[:16]


def is_quiz(fence: Fence) -> bool:
    return fence.info[:2] == ("yaml", "quiz")


def quiz_of(lesson: Lesson) -> tuple[Question, ...]:
    """The lesson's questions, in order; empty where it has none. Raises the kinds of `BadFile`."""
    return tuple(each.question for each in placed_quiz(lesson))


def placed_quiz(lesson: Lesson) -> tuple[Placed, ...]:
    """As `quiz_of`, each question with its place."""
    found = [fence for fence in fences(lesson.text, lesson.text_line) if is_quiz(fence)]
    if len(found) > 1:
        raise BadMarkdown(lesson.file, "there should be one block `yaml quiz`, and this is a second", found[1].line - 1)
    return _read(found[0], lesson.file) if found else ()


def _read(fence: Fence, file: Path) -> tuple[Placed, ...]:
    items = yaml_items("\n".join(fence.lines) + "\n", file, fence.line)
    return tuple(Placed(_question(item), item.line) for item in items)


def _question(item: Item) -> Question:
    if "order" in item.data:
        if "options" in item.data:
            raise BadYaml(item.file, "a question has `options` or an `order`, not both", item.line)
        return item.typed(Ordering)
    return item.typed(Choice)
