"""The first screen: the course as the learner stands in it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from runner.tui.desk import CourseMap, Desk, Entry, Progress
from runner.tui.heap import tidy
from runner.tui.map_rows import entry_row, standing
from runner.tui.messages import KataRequested, LessonRequested, ProgressRequested
from runner.tui.safe import safe_line

_QUIET_AFTER_S = 1.0


class MapScreen(Screen[None]):
    HELP = (
        "The course: modules, their lessons, and the katas that practise them. ✓ done, ✗ verified and not right yet, "
        "◐ begun, ○ open, · coming (not built yet). ▶ is what comes next."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Continue", tooltip="open what comes next in the course", id="map.next"),
        Binding("p", "progress", "Your work", tooltip="export, import, reset all, certificate", id="map.progress"),
        Binding("j", "move(1)", "Down", show=False, id="map.down"),
        Binding("k", "move(-1)", "Up", show=False, id="map.up"),
        Binding("g", "edge(0)", "Top", show=False, id="map.top"),
        Binding("G", "edge(-1)", "End", show=False, id="map.end"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._course = CourseMap(())
        self._rows: list[Entry | None] = []

    def compose(self) -> ComposeResult:
        yield Static("Prodrill", classes="title", markup=False)
        yield Static(id="standing", markup=False)
        yield CourseList(markup=False, compact=True)
        yield Static(id="sandbox", classes="muted", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(CourseList).focus()
        self.call_after_refresh(self.run_worker, self._ask_for_sandbox, thread=True)

    def on_screen_resume(self) -> None:
        if self._rows:
            self.set_timer(_QUIET_AFTER_S, tidy)
        self._course = self._desk.course_map()
        self._draw(keep=True)

    def on_resize(self) -> None:
        self._draw(keep=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "next" or self._course.next_entry is not None

    def _ask_for_sandbox(self) -> None:
        line = self._desk.sandbox_line()
        self.app.call_from_thread(self.query_one("#sandbox", Static).update, Content(safe_line(line, 200)))

    def _draw(self, keep: bool) -> None:
        course_list = self.query_one(CourseList)
        chosen = self._chosen if keep else None
        following = self._course.next_entry
        wanted = chosen or following
        self._rows, options = [], []
        for part in self._course.parts:
            options.append(Option(Content.assemble((safe_line(part.title, 100), "bold $text-accent")), disabled=True))
            self._rows.append(None)
            for entry in part.entries:
                row = entry_row(entry, self.size.width - 3, entry == following)
                options.append(Option(row, disabled=entry.progress is Progress.COMING))
                self._rows.append(entry)
        course_list.set_options(options)
        if wanted is not None:
            course_list.highlighted = self._place_of(wanted)
        problems = "".join(f"\n! {safe_line(problem, 300)}" for problem in self._course.problems)
        self.query_one("#standing", Static).update(Content(standing(self._course) + problems))
        self.refresh_bindings()

    @property
    def _chosen(self) -> Entry | None:
        place = self.query_one(CourseList).highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    def _place_of(self, wanted: Entry) -> int | None:
        for place, entry in enumerate(self._rows):
            if entry is not None and (entry.kind, entry.slug) == (wanted.kind, wanted.slug):
                return place
        return None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        entry = self._rows[event.option_index]
        if entry is not None:
            self._open(entry)

    def action_progress(self) -> None:
        self.post_message(ProgressRequested())

    def action_next(self) -> None:
        if self._course.next_entry is not None:
            self._open(self._course.next_entry)

    def action_move(self, step: int) -> None:
        course_list = self.query_one(CourseList)
        course_list.action_cursor_down() if step > 0 else course_list.action_cursor_up()

    def action_edge(self, end: int) -> None:
        course_list = self.query_one(CourseList)
        course_list.action_last() if end else course_list.action_first()

    def _open(self, entry: Entry) -> None:
        self.post_message(LessonRequested(entry.slug) if entry.kind == "lesson" else KataRequested(entry.slug))


class CourseList(OptionList):
    """An option list that shows `enter` in the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="open the lesson or kata under the cursor", id="map.open")
    ]
