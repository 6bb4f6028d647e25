"""Trying a block in the lesson: output and chart beside the text, ended and closed by Esc, at every size."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.blocks import Block
from runner.catalog.expectation import LineExpected
from runner.record.events import LineLogged, NoticeGiven, SampleTaken, StageReached
from runner.record.tries import TryEnded, TryEvent, TryStarted
from runner.tui.desk import Page
from runner.tui.try_board import TryBoard
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import FakeDesk, FakeEngine, FakeTrier

FILLER = "A line of the text.\n\n" * 20
PAGE = f"""\
Above.

```js
first()
```

{FILLER}
```text
a diagram
```

```js
second()
```
"""


def block(name: str) -> Block:
    expected = (LineExpected(r"fired (\d+) ms late", at_least=100),)
    return Block("the-event-loop", name, "js", f"{name}()\n", Path("x.md"), 3, expected)


def a_desk(folder: Path) -> FakeDesk:
    desk = FakeDesk(folder)
    desk.pages = (
        Page("The event loop", PAGE, "", (block("first"), None, block("second"))),
        Page("Only text", "No code here.", "only-text"),
    )
    return desk


def a_try(late: int = 312) -> list[TryEvent]:
    return [
        StageReached(0.0, "fetching"),
        NoticeGiven(0.0, "no engine answers"),
        TryStarted(0.0, "process", False),
        LineLogged(0.1, "stdout", f"fired {late} ms late \x1b[2J[/b]"),
        LineLogged(0.1, "stderr", "a warning"),
        *(SampleTaken(t / 10, "", "loop delay", "ms", t / 10, float(t), 20.0) for t in range(30)),
        TryEnded(1.2, code=0),
    ]


@at_every_size
def test_the_block_in_view_is_run_and_its_output_and_chart_are_beside_the_text(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    trier = FakeTrier(a_try(), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("first()")
        await driver.sees_footer("t Try")
        await driver.press("t")
        await driver.sees("▶ first in process: running", "loop delay (ms)  last 29", "first()")
        await driver.sees_footer("Close", without=["t Try"])
        trier.go_on.set()
        await driver.sees("✓ first in process: shows what the page says · 1.2 s")
        await driver.sees_footer("t Try", "Close")
        await driver.press("tab")
        await driver.press("end")
        await driver.sees("fired 312 ms late [/b]", "a warning")
        await driver.press("escape")
        await driver.sees_no("shows what the page says")
        await driver.sees_footer("Back", without=["Close"])

    drive(a_desk(tmp_path), FakeEngine([]), scenario, size, trier)
    assert trier.tried == ["first"] and trier.cleaned_up == 1


def test_scrolled_down_the_other_block_is_in_view_and_is_run(tmp_path: Path) -> None:
    trier = FakeTrier(a_try(late=3))

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("first()")
        await driver.press("G")
        await driver.sees("second()")
        await driver.press("t")
        await driver.sees("✗ second in process: did not show it this time")
        await driver.press("tab", "end")
        await driver.sees("expected a line with")
        await driver.press("t")
        await driver.until(lambda: len(trier.tried) == 2, "for a second try")

    drive(a_desk(tmp_path), FakeEngine([]), scenario, trier=trier)
    assert trier.tried == ["second", "second"]


def test_esc_ends_a_try_under_way_and_a_page_without_blocks_has_none_to_try(tmp_path: Path) -> None:
    trier = FakeTrier(a_try(), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("first()")
        await driver.press("t")
        await driver.sees("first in process: running")
        await driver.press("escape")
        await driver.sees_no("first in process")
        assert trier.cleaned_up == 1
        await driver.press("t")
        await driver.sees("first in process: running")
        await driver.press("n")
        await driver.sees("No code here.")
        await driver.sees_footer("Previous", without=["t Try", "Close"])
        assert trier.cleaned_up == 2

    drive(a_desk(tmp_path), FakeEngine([]), scenario, trier=trier)


def test_leaving_the_app_ends_a_try_under_way(tmp_path: Path) -> None:
    trier = FakeTrier(a_try(), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("first()")
        await driver.press("t")
        await driver.sees("first in process: running")
        await driver.press("q")
        await driver.until(lambda: trier.cleaned_up == 1, "for the try to be ended")

    drive(a_desk(tmp_path), FakeEngine([]), scenario, trier=trier)


def test_what_could_not_be_run_says_why(tmp_path: Path) -> None:
    trier = FakeTrier([TryEnded(0.0, trouble="no space is left; free some")])

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("enter")
        await driver.sees("first()")
        await driver.press("t")
        await driver.sees("! first: could not be run", "no space is left; free some")

    drive(a_desk(tmp_path), FakeEngine([]), scenario, trier=trier)


def test_a_board_of_a_try_needs_no_screen() -> None:
    board = TryBoard(block("first"))
    board.read(a_try()[:3])
    assert board.head == "▶ first in process: running" and board.closing == []
    board.read(a_try(late=5)[3:])
    (series,) = board.series
    assert (series.name, len(series.points), series.limit) == ("loop delay", 30, 20.0)
    assert [outcome.ok for outcome in board.outcomes] == [False, True]
    board = TryBoard(block("first"))
    board.read([TryEnded(10.0, signal="SIGKILL", reason="time")])
    assert board.head.startswith("✗ first") and any("took too long" in line for line in board.closing)
