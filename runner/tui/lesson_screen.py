"""A lesson, one page at a time: its blocks are tried beside the text, its questions answered on the last page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from runner.catalog.blocks import Block
from runner.catalog.quiz import question_key
from runner.record.tries import TryEvent
from runner.tui.desk import Desk, DeskError, Lesson
from runner.tui.heap import sweep, tidy
from runner.tui.key_bar import KeyBar
from runner.tui.lesson_lines import link_line, page_line
from runner.tui.links import Link, links_of
from runner.tui.messages import KataRequested, LessonRequested
from runner.tui.pick_screen import PickScreen
from runner.tui.question_view import QuestionView
from runner.tui.read_only import titled
from runner.tui.reader import Reader
from runner.tui.safe import safe_line
from runner.tui.try_board import TryBoard
from runner.tui.try_pane import TryPane
from runner.tui.verification import Verification

FLUSH_S = 1 / 5
KEEP_PLACE_S = 2.0
_SAME_PLACE = 1e-4
_TURNS_TO_TIDY, _QUIET_AFTER_S = 6, 3.0
WIDE = 130
TryOut = Callable[[Block], AsyncIterator[TryEvent]]
"""A block to the events of one try of it: the engine, or a test's stream."""


class LessonScreen(Screen[None]):
    HELP = (
        "A lesson, paged by its sections; `c` lists them. `t` runs the code in view in the sandbox and shows what it "
        "prints; Tab moves there and back. Links are followed with the mouse, or by `o`. The last page asks questions "
        "(arrows, space, enter) and marks the lesson as read. Your place and your answers are kept."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "turn(1)", "Next", tooltip="next page", id="lesson.next"),
        Binding("p,left", "turn(-1)", "Previous", tooltip="previous page", id="lesson.previous"),
        Binding("t", "try", "Try", tooltip="run the code in view", id="lesson.try"),
        Binding("c", "contents", "Pages", tooltip="table of contents: go to a page", id="lesson.contents"),
        Binding("o", "links", "Links", tooltip="the links of this page: follow one", id="lesson.links"),
        Binding("enter", "kata", "Kata", tooltip="open the kata of this lesson", id="lesson.kata"),
        Binding("escape", "close_try", "Close", tooltip="end the run and close its output", id="lesson.close_try"),
        Binding("escape", "back", "Back", tooltip="back to where you were", id="lesson.back"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  the base declares no ClassVar

    def __init__(self, desk: Desk, lesson: Lesson, try_out: TryOut) -> None:
        super().__init__()
        self._desk = desk
        self._lesson = lesson
        self._try_out = try_out
        self._page = min(max(0, lesson.place), len(lesson.pages) - 1)
        self._board: TryBoard | None = None
        self._run: Verification[TryEvent] | None = None
        self._timer: Timer | None = None
        # Mounted by the first try: most pages are opened to be read, and it would be half of what a small one costs.
        self._pane: TryPane | None = None
        self._share = lesson.scroll
        self._links: tuple[Link, ...] = ()
        self._turns = 0
        self._quiet: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="lesson-title", classes="title", markup=False)
        with Container(id="lesson-body"):
            yield Reader(self._lesson.pages[self._page].markdown)
        yield KeyBar()

    async def on_mount(self) -> None:
        self._timer = self.set_interval(FLUSH_S, self._flush, pause=True)
        self.set_interval(KEEP_PLACE_S, self._keep_place)
        reader = self.query_one(Reader)
        reader.focus()
        if self._share:
            await reader.show(self._lesson.pages[self._page].markdown)
        await self._arrived()
        if self._share:
            reader.go_to(self._share)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action, parameters:
            case "turn", (step,):
                return 0 <= self._page + int(str(step)) < len(self._lesson.pages)
            case "kata", _:
                return self._at_end and bool(self._lesson.katas)
            case "contents", _:
                return len(self._lesson.pages) > 1
            case "links", _:
                return bool(self._links)
            case "try", _:
                return self._run is None and any(self._fences)
            case "close_try", _:
                return self._is_trying
            case "back", _:
                return not self._is_trying
        return True

    @property
    def _is_trying(self) -> bool:
        return self._pane is not None and self._pane.is_open

    @property
    def _at_end(self) -> bool:
        return self._page == len(self._lesson.pages) - 1

    @property
    def _fences(self) -> tuple[Block | None, ...]:
        return self._lesson.pages[self._page].fences

    # -- reading

    async def _arrived(self) -> None:
        page = self._lesson.pages[self._page]
        self._links = links_of(page.markdown)
        place = f"{self._page + 1}/{len(self._lesson.pages)}"
        titles = dict.fromkeys((self._lesson.title, page.title))
        title = titled(self._desk, safe_line(" · ".join(titles), 200))
        self.query_one("#lesson-title", Static).update(f"{place}  {title}")
        if self._at_end and self._lesson.questions:
            await self._ask()
        try:
            self._desk.remember_place(self._lesson.slug, self._page, self._at_end)
        except DeskError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.refresh_bindings()

    async def action_turn(self, step: int) -> None:
        await self._turn_to(self._page + step)

    async def _turn_to(self, page: int) -> None:
        await self._close_try()
        self._page, self._share = page, 0.0
        reader = self.query_one(Reader)
        await reader.query("QuestionView, .score").remove()
        reader.focus()
        await reader.show(self._lesson.pages[self._page].markdown)
        await self._arrived()
        self._clean_up_behind()

    def _clean_up_behind(self) -> None:
        """The pages that were turned leave much behind: a little is looked at now, all of it when somebody reads on."""
        self._turns += 1
        self.call_after_refresh(sweep)
        if self._quiet is not None:
            self._quiet.stop()
        if self._turns >= _TURNS_TO_TIDY:
            self._quiet = self.set_timer(_QUIET_AFTER_S, self._tidy)

    def _tidy(self) -> None:
        if self.is_active:
            self._turns = 0
            tidy()

    async def on_lesson_requested(self, message: LessonRequested) -> None:
        """A link to another page of this lesson is followed here; any other goes on to the app."""
        if message.slug not in ("", self._lesson.slug):
            return
        message.stop()
        names = [page.name for page in self._lesson.pages]
        if message.page and message.page in names:
            await self._turn_to(names.index(message.page))

    @work
    async def action_contents(self) -> None:
        lines = [page_line(number, page, number == self._page) for number, page in enumerate(self._lesson.pages)]
        picked = await self.app.push_screen_wait(PickScreen(self._lesson.title, lines, self._page))
        if picked is not None and picked != self._page:
            await self._turn_to(picked)

    @work
    async def action_links(self) -> None:
        picked = await self.app.push_screen_wait(PickScreen("links of this page", [*map(link_line, self._links)]))
        if picked is not None:
            self.query_one(Reader).follow(self._links[picked].href)

    def _keep_place(self) -> None:
        """How far down the page the reader is, kept when it has changed."""
        share = self.query_one(Reader).share if self.is_attached else self._share
        if abs(share - self._share) < _SAME_PLACE:
            return
        self._share = share
        try:
            self._desk.remember_scroll(self._lesson.slug, self._page, share)
        except DeskError as error:
            self.notify(str(error), severity="warning", markup=False)

    def action_kata(self) -> None:
        undone = [kata for kata in self._lesson.katas if kata.progress != "done"]
        self.post_message(KataRequested((undone or list(self._lesson.katas))[0].slug))

    def action_back(self) -> None:
        self._keep_place()
        self.dismiss(None)

    # -- questions

    async def _ask(self) -> None:
        kept = self._lesson.answered
        views = [
            QuestionView(question, number, kept.get(question_key(question), ()))
            for number, question in enumerate(self._lesson.questions, start=1)
        ]
        reader = self.query_one(Reader)
        await reader.mount(*views, Static(self._score(views), classes="score", markup=False))
        next((view for view in views if not view.is_answered), views[0]).focus(scroll_visible=False)

    def on_question_view_answered(self, message: QuestionView.Answered) -> None:
        self._lesson.answered[question_key(message.question)] = message.given
        try:
            self._desk.keep_answer(self._lesson.slug, message.question, message.given)
        except DeskError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.query_one(".score", Static).update(self._score(list(self.query(QuestionView))))

    def _score(self, views: list[QuestionView]) -> str:
        right = sum(view.is_right for view in views)
        answered = sum(view.is_answered for view in views)
        return f"{right} of {len(views)} right" + (
            "" if answered == len(views) else f", {len(views) - answered} to answer"
        )

    # -- trying a block

    async def action_try(self) -> None:
        index = self.query_one(Reader).nearest_fence([at for at, block in enumerate(self._fences) if block])
        block = self._fences[index] if index is not None else None
        if index is None or block is None:
            return
        self._board = TryBoard(block)
        self._run = Verification(self._try_out(block))
        if self._pane is None:
            self._pane = TryPane()
            await self.query_one("#lesson-body").mount(self._pane)
        self._pane.show(self._board)
        self._pane.scroll_home(animate=False)
        self.query_one(Reader).bring_into_view(index)
        if self._timer is not None:
            self._timer.resume()
        self.refresh_bindings()

    def _flush(self) -> None:
        """Take in what was printed since the last time, and draw it once."""
        run, board = self._run, self._board
        if run is None or board is None:
            return
        over = run.over  # asked first: what came before the end is then in the buffer
        board.read(run.drain())
        if over:
            board.trouble = run.trouble
            self._run = None
            if self._timer is not None:
                self._timer.pause()
            self.refresh_bindings()
        if self.is_attached and self._pane is not None:
            with self.app.batch_update():
                self._pane.show(board)

    async def action_close_try(self) -> None:
        await self._close_try()

    async def _close_try(self) -> None:
        await self.stop()
        pane = self._pane
        if pane is not None and pane.is_open:
            pane.close()
            if pane.has_focus:
                self.query_one(Reader).focus()
            self.refresh_bindings()

    async def stop(self) -> None:
        """End the run under way, and wait until nothing of it is left; the place is kept."""
        self._keep_place()
        run, self._run = self._run, None
        if run is not None:
            await run.cancel()
        if self._timer is not None:
            self._timer.pause()

    async def on_unmount(self) -> None:
        if self._run is not None:
            await self._run.cancel()
