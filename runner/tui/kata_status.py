"""The line under a kata's title: what is happening now, what the last run came to, or where things are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from textual.content import Content

from runner.record.events import Event
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.tui.board import Board
from runner.tui.safe import safe_line
from runner.tui.verification import Verification
from runner.tui.words import VERDICT_GLYPHS, VERDICT_STYLES, plural


def status_text(
    board: Board, run: Verification[Event] | None, sandbox: str, copy: Path | None, *, watching: bool = False
) -> Content:
    """Two lines: the moment, and the copy with the sandbox."""
    second = Content.assemble((where_text(sandbox, copy, board), "dim"))
    first = _now(board, run)
    if watching:
        first = Content.assemble(first, (" · watching for saves", "$text-primary"))
    return Content("\n").join([first, second])


def where_text(sandbox: str, copy: Path | None, board: Board) -> str:
    """The last notice of a run, which always names the sandbox; before a run, the sandbox; then the learner's copy."""
    notice = board.notices[-1] if board.notices else sandbox
    home = str(Path.home())
    path = str(copy) if copy else "no copy yet"
    path = "~" + path.removeprefix(home) if path.startswith(home + "/") else path
    return safe_line(f"{notice} · {path}" if notice else path, 300)


def _now(board: Board, run: Verification[Event] | None) -> Content:
    if run is not None:
        return _moment(board, run)
    if board.report is not None:
        return _outcome(board.report)
    return Content.assemble(("not verified yet: ", "bold"), "read the incident, e edits your copy, v verifies it")


def _moment(board: Board, run: Verification[Event]) -> Content:
    if run.cancelled:
        return Content.assemble(("cancelling: ", "bold $text-warning"), "ending everything the run started")
    if board.by_hand:
        return _by_hand(board, run)
    share = f" {board.fraction:.0%}" if board.fraction is not None else ""
    what = f"{board.stage}{share}" if board.stage else f"probing {board.probing}" if board.probing else "verifying"
    done = f"{len(board.results)} of {plural(len(board.criteria), 'criterion')} judged"
    seed = f" · seed {board.seed}" if board.seed is not None else ""
    return Content.assemble((f"▶ {what}", "bold $text-primary"), f" · {done} · {run.age_s:.0f} s{seed}")


def _by_hand(board: Board, run: Verification[Event]) -> Content:
    if board.url:
        head = (f"▶ running by hand at {board.url}", "bold $text-primary")
        return Content.assemble(head, f" · {run.age_s:.0f} s · y copies a curl · c ends it")
    return Content.assemble((f"▶ {board.stopped or board.stage or 'starting'}", "bold $text-primary"))


def _outcome(report: Report) -> Content:
    counts = Counter(result.finding.verdict for result in report.results)
    verdict = report.verdict
    tally = ", ".join(f"{counts[v]} {v.value}" for v in Verdict if counts[v])
    head = (f"{VERDICT_GLYPHS[verdict]} {verdict.value}: ", f"bold {VERDICT_STYLES[verdict]}")
    if verdict is Verdict.PASSED:
        return Content.assemble(
            head, f"all {plural(len(report.results), 'criterion')} · d debrief, card, answers · n next"
        )
    return Content.assemble(head, f"{tally} · {report.wall_s:.1f} s · seed {report.seed}")
