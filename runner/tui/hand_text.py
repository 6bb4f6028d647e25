"""What there is to do with a service that runs by hand: its address, lines to copy, and how to end a replica."""

from __future__ import annotations

from textual.content import Content

from runner.catalog.kata import Kata
from runner.tui.board import Board

_HEAD = "bold $text-accent"


def curl_line(kata: Kata, board: Board) -> str:
    """`curl -i http://127.0.0.1:40123/healthz`; empty before the service is up."""
    return f"curl -i {board.url}{kata.spec.service.health}" if board.url else ""


def hand_text(kata: Kata, board: Board) -> Content:
    """The pane while the service runs by hand, or after it ended."""
    if not board.running:
        lines = [Content.assemble(("the service is not running", "bold")), Content("r starts it again")]
        return Content("\n").join([*lines, *_notices(board)])
    if not board.url:
        state = board.stopped or board.stage or "starting"
        return Content("\n").join([Content.assemble((state, "bold")), *_notices(board)])
    lines = [
        Content.assemble(("The service is up", "bold $text-success"), ", and what it calls answers happily."),
        Content(),
        Content.assemble(("Its address", _HEAD)),
        Content(f"  {board.url}"),
        Content.assemble(("In another terminal", _HEAD), ("   y copies this line", "dim")),
        Content(f"  {curl_line(kata, board)}"),
    ]
    for name, (url, kill_line) in board.places.items():
        if name:
            lines += [Content.assemble((name, _HEAD)), Content(f"  {url}"), Content(f"  {kill_line}   # ends it")]
    lines += _notices(board)
    lines += [
        Content(),
        Content.assemble(
            ("Its routes are in its README.md (4 shows the files). r starts it anew with what you saved.", "dim")
        ),
    ]
    return Content("\n").join(lines)


def _notices(board: Board) -> list[Content]:
    return [Content(), *(Content.assemble((notice, "$text-warning")) for notice in board.notices)]
