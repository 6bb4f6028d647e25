"""Which of a service's lines belong to the moment that decided a criterion."""

from __future__ import annotations

from msgspec import structs

from runner.record.events import LineLogged, ProbeStarted
from runner.record.finding import Finding, Series, Verdict
from runner.record.happened import Logged
from runner.tui.board import Board
from runner.tui.log_line import LogLine
from runner.tui.moment import deciding_s, lines_kept, lines_live, moment_of


def a_finding(values: list[float], limit: float | None, value: float, unit_limit: float) -> Finding:
    series = Series("latency", "ms", tuple((float(t), each) for t, each in enumerate(values)), limit)
    plain = Series("memory", "MB", ((0.0, 1.0), (9.0, 99.0)))
    return Finding(Verdict.FAILED, "Late.", value=value, limit=unit_limit, series=(plain, series))


def printed(*at: float) -> list[LogLine]:
    return [LogLine(each, "stdout", f"at {each}") for each in at]


def test_the_moment_is_where_the_series_was_furthest_on_the_wrong_side() -> None:
    assert deciding_s(a_finding([10, 300, 90, 20], 100.0, 300, 100)) == (1.0,)
    assert deciding_s(a_finding([0.9, 0.2, 0.8], 0.9, 0.2, 0.9)) == (1.0,)
    assert deciding_s(a_finding([10, 20], 100.0, 120, 100)) == ()
    assert deciding_s(a_finding([10, 20], None, 20, 100)) == ()


def test_the_seconds_that_the_deciding_events_name_come_before_the_chart() -> None:
    told = ("round 2, at 5.39 s: rendering took 2389 ms", "round 1, at 3 s: it waited", "at noon")
    named = structs.replace(a_finding([10, 300], 100.0, 300, 100), decided_by=told)
    assert deciding_s(named) == (3.0, 5.39)
    assert [line.at_s for line in moment_of(named, printed(1.0, 3.5, 4.2, 5.0)).lines] == [3.5, 5.0]


def test_lines_around_it_are_taken_and_the_last_before_it_where_all_was_quiet() -> None:
    late = a_finding([10, 10, 10, 10, 10, 300], 100.0, 300, 100)
    around = moment_of(late, printed(0.5, 4.2, 5.0, 5.9, 7.5))
    assert [line.at_s for line in around.lines] == [4.2, 5.0, 5.9] and not around.was_quiet
    quiet = moment_of(late, printed(0.1, 0.2, 0.3, 0.4, 8.0))
    assert [line.at_s for line in quiet.lines] == [0.2, 0.3, 0.4] and "nothing around second 5.0" in quiet.told


def test_without_a_chart_the_last_lines_are_shown() -> None:
    died = Finding(Verdict.FAILED, "It exited.")
    moment = moment_of(died, printed(*(n / 10 for n in range(50))))
    assert moment.at_s == () and moment.lines[-1].at_s == 4.9 and len(moment.lines) == 14


def test_live_lines_are_on_the_clock_of_their_probe_and_a_new_round_begins_anew() -> None:
    board = Board(("a", "b"))
    board.begin()
    board.read_all(
        [
            LineLogged(0.5, "stdout", "before"),
            ProbeStarted(10.0, "a"),
            LineLogged(11.0, "stdout", "first round"),
            ProbeStarted(20.0, "a", 2),
            LineLogged(21.5, "stderr", "second round"),
            ProbeStarted(30.0, "b"),
        ]
    )
    assert [(line.at_s, line.text) for line in lines_live(board, "a")] == [(1.5, "second round")]
    assert lines_live(board, "b") == ()
    assert lines_kept([Logged(1.0, "stdout", "a\x1b[2Jb", "r")]) == (LogLine(1.0, "stdout", "ab", "r"),)
