"""Events in, the picture of the moment out."""

from __future__ import annotations

from pathlib import Path

from runner.record.events import (
    LineLogged,
    NoticeGiven,
    ProbeResumed,
    ProbeStarted,
    ServiceStarted,
    ServiceStopped,
    VitalsSampled,
)
from runner.record.finding import Verdict
from runner.tui.board import Board
from runner.tui.log_book import LOG_LINES
from runner.tui.vitals_view import vitals_text
from tests.tui.fakes import SENTENCES, a_kata, a_run


def a_board() -> Board:
    board = Board(tuple(SENTENCES))
    board.begin()
    return board


def test_a_whole_run_ends_with_its_report_and_its_verdicts(tmp_path: Path) -> None:
    board = a_board()
    board.read_all(a_run(a_kata(tmp_path)))
    board.end()
    assert board.report is not None and board.report.verdict is Verdict.FAILED
    assert list(board.results) == list(SENTENCES)
    assert not board.running and board.probing == "" and board.seed == 4711


def test_a_new_run_forgets_the_last_one(tmp_path: Path) -> None:
    board = a_board()
    board.read_all(a_run(a_kata(tmp_path), lines=["old"]))
    board.begin()
    assert board == Board(tuple(SENTENCES), running=True, stage="starting")


def test_a_repeated_probe_starts_its_chart_anew(tmp_path: Path) -> None:
    board = a_board()
    board.read_all(a_run(a_kata(tmp_path))[:27])
    assert board.series_of("reports-are-right")
    board.read(ProbeStarted(9.0, "reports-are-right", round=2))
    assert board.live["reports-are-right"] == {} and board.round == 2


def test_a_probe_that_goes_on_keeps_what_there_is_of_it(tmp_path: Path) -> None:
    board = a_board()
    board.read_all(a_run(a_kata(tmp_path))[:27])
    kept = board.series_of("reports-are-right")
    board.read(ProbeStarted(9.0, "others-overtake"))
    board.read(ProbeResumed(9.1, "reports-are-right", round=2))
    board.read(LineLogged(9.2, "stdout", "of the first again"))
    assert board.probing == "reports-are-right" and board.round == 2
    assert kept and board.series_of("reports-are-right") == kept
    assert [line.text for line in board.probe_lines["reports-are-right"]][-1] == "of the first again"


def test_only_the_last_lines_are_held_for_showing() -> None:
    board = a_board()
    board.read_all(LineLogged(0.0, "stdout", f"line {n}") for n in range(LOG_LINES + 10))
    assert len(board.log.lines) == LOG_LINES and board.log.lines[-1].text == f"line {LOG_LINES + 9}"


def test_a_notice_is_shown_once() -> None:
    board = a_board()
    board.read_all([NoticeGiven(0.0, "busy"), NoticeGiven(1.0, "busy")])
    assert board.notices == ["busy"]


def test_vitals_give_way_to_how_the_service_ended() -> None:
    board = a_board()
    board.read(VitalsSampled(0.0, 3.2, 0.5, 2**20, 0, 7, 1.0, 4, 2))
    assert vitals_text(board, 64) == "loop delay 3 ms  busy 50%  RSS 1/64 MB  CPU 100%  sockets 4  in flight 2"
    board.read(ServiceStopped(1.0, None, "SIGKILL", "memory"))
    assert vitals_text(board, 64) == "service ended by SIGKILL: memory"


def test_lines_name_their_replica_and_vitals_stay_until_the_last_of_them_stopped() -> None:
    board = a_board()
    for name in ("replica-1", "replica-2"):
        board.read(ServiceStarted(0.0, "c", "http://127.0.0.1:1", name))
    board.read(LineLogged(0.1, "stdout", "up", "replica-2"))
    assert [(line.replica, line.text) for line in board.log.lines] == [("replica-2", "up")]
    board.read(VitalsSampled(0.2, 3.2, 0.5, 2**20, 0, 7, 1.0))
    board.read(ServiceStopped(1.0, None, "SIGKILL", "", "replica-1"))
    assert board.vitals is not None and board.stopped == ""
    board.read(ServiceStopped(1.0, 0, None, "", "replica-2"))
    assert board.vitals is None and board.stopped == "service ended with code 0"
