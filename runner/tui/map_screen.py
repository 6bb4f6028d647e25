"""The first screen: the course as the learner stands in it, to be searched, filtered, and gone on with."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from runner.tui.course_list import CourseList
from runner.tui.desk import CourseMap, Desk, DeskError, Entry, Progress
from runner.tui.heap import tidy
from runner.tui.key_bar import KeyBar
from runner.tui.map_about import about_text, not_built
from runner.tui.map_filter import Texts, filter_after, shown
from runner.tui.map_rows import standing
from runner.tui.messages import KataRequested, LessonRequested, ProgressRequested
from runner.tui.read_only import titled
from runner.tui.safe import safe_line
from runner.tui.search_line import SearchLine

_QUIET_AFTER_S = 1.0
_ASK_AFTER_S = 0.25
WIDE = 120


class MapScreen(Screen[None]):
    HELP = (
        "The course: modules, their lessons, and the katas that practise them. ✓ done, ✗ verified and not right yet, "
        "◐ begun, ○ open, · coming (not built yet). ▶ is what comes next, and the line above the list says why. "
        "What is searched: titles, names, points of the syllabus such as A3.1, headings of lessons, criteria of katas."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Continue", tooltip="go on where you were, or with what comes next", id="map.next"),
        Binding(
            "slash", "search", "Search", key_display="/", tooltip="show what has the words you type", id="map.search"
        ),
        Binding("f", "filter", "Filter", tooltip="show all, open, failed, or done", id="map.filter"),
        Binding("escape", "show_all", "Show all", tooltip="end the search and the filter", id="map.show_all"),
        Binding("p", "progress", "Your work", tooltip="export, import, reset all, certificate", id="map.progress"),
        Binding("j", "move(1)", "Down", show=False, id="map.down"),
        Binding("k", "move(-1)", "Up", show=False, id="map.up"),
        Binding("g", "edge(0)", "Top", show=False, id="map.top"),
        Binding("G", "edge(-1)", "End", show=False, id="map.end"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  the base declares no ClassVar

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._course = CourseMap(())
        self._only = "all"
        self._texts: Texts | None = None
        self._drawn_for = -1

    def compose(self) -> ComposeResult:
        yield Static(titled(self._desk, "Prodrill"), classes="title", markup=False)
        yield Static(id="standing", markup=False)
        yield SearchLine(placeholder="title, name, point, heading …", id="search", compact=True)
        with Horizontal(id="map-body"):
            yield CourseList()
            with VerticalScroll(id="about", can_focus=False):
                yield Static(id="about-text", markup=False)
        yield Static(id="sandbox", classes="muted", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#search", Input).display = False
        self.query_one(CourseList).focus()
        # Not beside the first paint: both would take turns, and the map come later.
        self.set_timer(_ASK_AFTER_S, lambda: self.run_worker(self._ask_for_sandbox, thread=True))

    def on_screen_resume(self) -> None:
        if self._course.parts:
            self.set_timer(_QUIET_AFTER_S, self._tidy)
        try:
            self._course = self._desk.course_map()
        except DeskError as error:
            self._course = CourseMap((), (str(error),))
        self._draw()

    def _tidy(self) -> None:
        """Not where something was opened meanwhile: somebody waits for its pages."""
        if self.is_active:
            tidy()

    def on_resize(self) -> None:
        """Said several times of one size while a screen opens, and each drawing costs a layout."""
        if self.size.width != self._drawn_for:
            self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "show_all":
            return self._is_searching or self._only != "all"
        if self.query_one("#search", Input).has_focus:
            return False  # its letters are typed, not obeyed
        return action != "next" or self._course.next_entry is not None

    def _ask_for_sandbox(self) -> None:
        """In a thread: what takes longer than a key may. The texts are read ahead, for the first search to be quick."""
        line = self._desk.sandbox_line()
        self.app.call_from_thread(self.query_one("#sandbox", Static).update, Content(safe_line(line, 200)))
        with suppress(DeskError):  # asked again, and told, by the first search
            self._texts = self._desk.search_texts()

    # -- drawing

    def _draw(self) -> None:
        self._drawn_for = self.size.width
        typed = self.query_one("#search", Input).value if self._is_searching else ""
        parts = shown(self._course, self._only, typed, self._texts or {})
        following = self._course.next_entry
        pane = max(44, self.size.width * 2 // 5) if self.size.width >= WIDE else 0
        self.query_one("#about").styles.width = pane or None
        self.query_one(CourseList).show(parts, following, self.size.width - 3 - pane)
        said = [
            standing(self._course, self.size.width),
            *(f"! {safe_line(problem, 300)}" for problem in self._course.problems),
        ]
        if typed or self._only != "all":
            count = sum(len(part.entries) for part in parts)
            what = f"shown: {self._only}" + (f', with "{safe_line(typed, 60)}"' if typed else "")
            said.append(f"{what}: {count} of {len(self._course.entries)}")
        self.query_one("#standing", Static).update(Content("\n".join(said)))
        self._tell_about()
        self.refresh_bindings()

    def _tell_about(self) -> None:
        """In a wide terminal, beside the list: what the entry under the cursor is about."""
        entry = self.query_one(CourseList).chosen
        if self.size.width < WIDE:
            return
        try:
            text = about_text(entry, self._desk.about(entry)) if entry is not None else Content("nothing is shown")
        except DeskError as error:
            text = Content(safe_line(str(error), 600))
        self.query_one("#about-text", Static).update(text)
        self.query_one("#about").scroll_home(animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tell_about()

    # -- opening

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._open_chosen()

    def _open_chosen(self) -> None:
        entry = self.query_one(CourseList).chosen
        if entry is not None:
            self._open(entry)

    def action_progress(self) -> None:
        self.post_message(ProgressRequested())

    def action_next(self) -> None:
        if self._course.next_entry is not None:
            self._open(self._course.next_entry)

    def _open(self, entry: Entry) -> None:
        if entry.progress is Progress.COMING:
            try:
                about = self._desk.about(entry)
            except DeskError as error:
                self.notify(safe_line(str(error), 600), severity="error", markup=False)
                return
            self.notify(not_built(entry, about), title="coming", markup=False)
            return
        self.post_message(LessonRequested(entry.slug) if entry.kind == "lesson" else KataRequested(entry.slug))

    def action_move(self, step: int) -> None:
        course_list = self.query_one(CourseList)
        course_list.action_cursor_down() if step > 0 else course_list.action_cursor_up()

    def action_edge(self, end: int) -> None:
        course_list = self.query_one(CourseList)
        course_list.action_last() if end else course_list.action_first()

    # -- searching

    @property
    def _is_searching(self) -> bool:
        return bool(self.query_one("#search", Input).display)

    def action_search(self) -> None:
        if self._texts is None:
            try:
                self._texts = self._desk.search_texts()
            except DeskError as error:
                self._texts = {}
                self.notify(safe_line(str(error), 600), severity="error", markup=False)
        search = self.query_one("#search", Input)
        search.display = True
        self.set_focus(search)  # at once: the letters that follow the key are its own
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._to_the_list()
        self._open_chosen()

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        self._to_the_list()

    def _to_the_list(self) -> None:
        self.query_one(CourseList).focus()
        self.refresh_bindings()

    def action_filter(self) -> None:
        self._only = filter_after(self._only)
        self._draw()

    def action_show_all(self) -> None:
        search = self.query_one("#search", Input)
        search.value = ""
        search.display = False
        self._only = "all"
        self.query_one(CourseList).focus()
        self._draw()
