"""Which keys of the workbench act at a moment: what does not act is not offered."""

from __future__ import annotations

from msgspec import Struct

from runner.catalog.kata import Kata
from runner.tui.board import Board
from runner.tui.hand_text import curl_line
from runner.tui.kata_view import KataView
from runner.tui.past import Past
from runner.tui.workbench import Bench


class Moment(Struct):
    """What the keys depend on."""

    bench: Bench
    has_copy: bool
    is_watching: bool
    is_solved: bool
    past: Past


def run_action_acts(action: str, moment: Moment, kata: Kata) -> bool | None:
    """Whether an action that begins, ends or undoes something acts now; None of any other."""
    running, by_hand = moment.bench.is_running, moment.bench.is_by_hand
    match action:
        case "cancel":
            return running or moment.is_watching
        case "verify" | "reset":
            return not running and moment.has_copy
        case "run":
            return (not running or by_hand) and not moment.is_watching and moment.has_copy
        case "watch":
            return (not running or moment.is_watching) and moment.has_copy
        case "copy":
            return by_hand and bool(curl_line(kata, moment.bench.board))
        case "edit" | "edit_here":
            return moment.has_copy
        case "back":
            return not running and not moment.is_watching
    acts = _past_action_acts(action, moment)
    return acts if acts is None else acts and not running


def _past_action_acts(action: str, moment: Moment) -> bool | None:
    match action:
        case "undo":
            return moment.past.can_undo
        case "history":
            return moment.past.has_attempts
        case "debrief" | "next":
            return moment.is_solved
    return None


def pane_action_acts(action: str, parameters: tuple[object, ...], view: KataView, board: Board) -> bool:
    """Whether an action on a pane acts now; True of any other."""
    match action, parameters:
        case "shift", _:
            return view.shown == "incident" and view.incident.is_wide
        case "series", _:
            return view.shown == "evidence" and view.evidence.has_choice
        case (("filter" | "pause"), _):
            return view.shows_log
        case "show", ("hand",):
            return board.by_hand
    return True
