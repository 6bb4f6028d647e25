"""One question of a lesson, answered in place: options to choose, or steps to number; then why each is what it is."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from runner.catalog.quiz import Choice, Option, Question
from runner.tui.inline_text import inline
from runner.tui.safe import safe_text

_RIGHT, _WRONG = "$text-success", "$text-error"


class QuestionView(Static, can_focus=True):
    """Arrows move, space chooses, enter answers; once answered, enter begins anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="question.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="question.up"),
        Binding("space", "choose", "Choose", tooltip="choose, or number, what the cursor is on", id="question.choose"),
        Binding("enter", "answer", "Answer", tooltip="answer with what is chosen", id="question.answer"),
        Binding("enter", "again", "Again", tooltip="answer this question once more", id="question.again"),
    ]
    DEFAULT_CSS = """
    QuestionView {
        height: auto;
        margin: 0 0 1 0;
        padding: 0 1;
        border-left: outer $panel;
        &:focus { border-left: outer $primary; }
    }
    """

    class Answered(Message):
        """The learner answered; `given` are the texts chosen, or the steps in order."""

        def __init__(self, question: Question, given: tuple[str, ...]) -> None:
            super().__init__()
            self.question, self.given = question, given

    def __init__(self, question: Question, number: int, given: tuple[str, ...] = ()) -> None:
        super().__init__(markup=False)
        self.question = question
        self._number = number
        self._texts = [each.text if isinstance(each, Option) else each for each in question.shown()]
        self._chosen = [text for text in given if text in self._texts]
        self._cursor = 0
        self.is_answered = bool(self._chosen)

    @property
    def is_right(self) -> bool:
        return self.is_answered and self.question.is_right(self._chosen)

    def on_mount(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "choose" | "answer":
                return not self.is_answered
            case "again":
                return self.is_answered
        return True

    def action_move(self, step: int) -> None:
        """Past the first or the last line the focus goes to the question before or after, where there is one."""
        to = self._cursor + step
        if 0 <= to < len(self._texts) and not self.is_answered:
            self._cursor = to
            self._draw()
            return
        others = list(self.screen.query(QuestionView))
        place = others.index(self) + step
        if 0 <= place < len(others):
            others[place].focus()
        elif self.parent is not None:
            self.scroll_by_parent(step)

    def scroll_by_parent(self, step: int) -> None:
        """Nothing more to move to: scroll what this stands in."""
        ancestor = next((each for each in self.ancestors if getattr(each, "allow_vertical_scroll", False)), None)
        if ancestor is not None and hasattr(ancestor, "scroll_relative"):
            ancestor.scroll_relative(y=step * 3, animate=False)

    def action_choose(self) -> None:
        text = self._texts[self._cursor]
        if text in self._chosen:
            self._chosen.remove(text)
        elif isinstance(self.question, Choice) and self.question.choose == "one":
            self._chosen = [text]
        else:
            self._chosen.append(text)
        self._draw()

    def action_answer(self) -> None:
        """Where one is to be chosen, enter on it is enough; where steps are to be numbered, the last is implied."""
        choice = isinstance(self.question, Choice)
        if not self._chosen or (choice and self.question_is_single):
            self._chosen = [self._texts[self._cursor]] if choice else self._chosen
        if not choice:
            left = [text for text in self._texts if text not in self._chosen]
            if len(left) > 1:
                self.action_choose()
                return
            self._chosen += left
        self.is_answered = True
        self._draw()
        self.refresh_bindings()
        self.post_message(self.Answered(self.question, tuple(self._chosen)))

    @property
    def question_is_single(self) -> bool:
        return isinstance(self.question, Choice) and self.question.choose == "one"

    def action_again(self) -> None:
        self._chosen, self._cursor, self.is_answered = [], 0, False
        self._draw()
        self.refresh_bindings()

    # -- drawing

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        asked = inline(self.question.ask) + Content.styled(f"  {self._how()}", "dim")
        lines = self._hung(Content.styled(f"{self._number}. ", "bold"), asked)
        if self.question.code:
            code = safe_text(self.question.code).rstrip().splitlines()
            lines += [Content.styled(f"     {line}", "$text-accent") for line in code]
        for index, text in enumerate(self._texts):
            lines += self._option(index, text)
        if self.is_answered:
            lines += self._verdict()
        self.update(Content("\n").join(lines))

    def _how(self) -> str:
        if not isinstance(self.question, Choice):
            return "number them in order"
        return "one is right" if self.question_is_single else "one or several are right"

    def _option(self, index: int, text: str) -> list[Content]:
        here = self.has_focus and index == self._cursor and not self.is_answered
        head = Content.assemble((f"{'▶' if here else ' '} {self._mark(text)} ", "$text-primary bold" if here else ""))
        if not self.is_answered or not isinstance(self.question, Choice):
            return self._hung(head, inline(text))
        option = next(each for each in self.question.options if each.text == text)
        if not option.right and text not in self._chosen:
            return self._hung(head, inline(text).stylize("dim"))
        style, word = (_RIGHT, "✓ right") if option.right else (_WRONG, "✗ wrong")
        return [
            *self._hung(head, inline(text) + Content.styled(f"  {word}", style)),
            *self._hung(Content(" " * len(head)), inline(option.because).stylize("dim")),
        ]

    def _hung(self, head: Content, text: Content) -> list[Content]:
        """`text` after `head`, later lines below its beginning."""
        lines = text.wrap(max(20, (self.content_size.width or 76) - len(head)))
        return [(Content(" " * len(head)) if later else head) + line for later, line in enumerate(lines)]

    def _mark(self, text: str) -> str:
        if not isinstance(self.question, Choice):
            return f"({self._chosen.index(text) + 1})" if text in self._chosen else "( )"
        if self.question_is_single:
            return "(•)" if text in self._chosen else "( )"
        return "[x]" if text in self._chosen else "[ ]"

    def _verdict(self) -> list[Content]:
        lines = [Content.styled("✓ Right.", _RIGHT) if self.is_right else Content.styled("✗ Not right.", _WRONG)]
        if not isinstance(self.question, Choice):
            for place, step in enumerate(() if self.is_right else self.question.order, start=1):
                lines += self._hung(Content(f"  {place}. "), inline(step))
            lines += self._hung(Content("  "), inline(self.question.because).stylize("dim"))
        return lines
