"""A lesson, one page at a time; the page the reader was on is kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from runner.tui.desk import Desk, DeskError, Lesson
from runner.tui.messages import KataRequested
from runner.tui.reader import Reader
from runner.tui.safe import safe_line


class LessonScreen(Screen[None]):
    HELP = "A lesson, paged by its sections. Your place is kept; the last page marks the lesson as read."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "turn(1)", "Next page", tooltip="next page", id="lesson.next"),
        Binding("p,left", "turn(-1)", "Previous", tooltip="previous page", id="lesson.previous"),
        Binding("enter", "kata", "To the kata", tooltip="open the kata of this lesson", id="lesson.kata"),
        Binding("escape", "back", "Back", tooltip="back to where you were", id="lesson.back"),
    ]

    def __init__(self, desk: Desk, lesson: Lesson) -> None:
        super().__init__()
        self._desk = desk
        self._lesson = lesson
        self._page = min(max(0, lesson.place), len(lesson.pages) - 1)

    def compose(self) -> ComposeResult:
        yield Static(id="lesson-title", classes="title", markup=False)
        yield Reader(self._lesson.pages[self._page].markdown)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Reader).focus()
        self._arrived()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action, parameters:
            case "turn", (step,):
                return 0 <= self._page + int(str(step)) < len(self._lesson.pages)
            case "kata", _:
                return self._at_end and bool(self._lesson.katas)
        return True

    @property
    def _at_end(self) -> bool:
        return self._page == len(self._lesson.pages) - 1

    def _arrived(self) -> None:
        page = self._lesson.pages[self._page]
        place = f"{self._page + 1}/{len(self._lesson.pages)}"
        titles = dict.fromkeys((self._lesson.title, page.title))
        title = safe_line(" · ".join(titles), 200)
        self.query_one("#lesson-title", Static).update(f"{place}  {title}")
        try:
            self._desk.remember_place(self._lesson.slug, self._page, self._at_end)
        except DeskError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.refresh_bindings()

    async def action_turn(self, step: int) -> None:
        self._page += step
        await self.query_one(Reader).show(self._lesson.pages[self._page].markdown)
        self._arrived()

    def action_kata(self) -> None:
        undone = [kata for kata in self._lesson.katas if kata.progress != "done"]
        self.post_message(KataRequested((undone or list(self._lesson.katas))[0].slug))

    def action_back(self) -> None:
        self.dismiss(None)
