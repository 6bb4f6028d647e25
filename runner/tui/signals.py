"""Signals that ask the app to leave: the way out is the same as by `q`, so that nothing is left running or lost."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_LOOPS = ("SIGTERM", "SIGHUP")
_LAST_RESORT_S = 5.0


@contextlib.contextmanager
def leaving_by_signals(leave: Callable[[int], None]) -> Iterator[None]:
    """While the block runs, SIGTERM, SIGHUP (the terminal was closed) and SIGINT call `leave` with their number.

    SIGINT has a plain handler and none of the loop's: while an editor has the terminal it is the editor's, and a loop's
    handler could not be stood aside. Outside the main thread nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in _LOOPS if hasattr(signal, name)]
    for number in numbers:
        loop.add_signal_handler(number, leave, int(number))
    before = signal.signal(signal.SIGINT, lambda number, _: loop.call_soon_threadsafe(leave, number))
    try:
        with _resuming_only_with_a_terminal():
            yield
    finally:
        signal.signal(signal.SIGINT, before)
        for number in numbers:
            loop.remove_signal_handler(number)


def terminal_is_gone() -> bool:
    """The terminal the app was started in was closed; where there was none, it is not gone either."""
    try:
        import termios

        descriptor = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        termios.tcgetattr(descriptor)
    except ImportError:
        return False
    except (OSError, ValueError, termios.error) as error:
        # ENOTTY: it never was a terminal.
        return bool(error.args) and error.args[0] == errno.EIO
    return False


def write_nowhere() -> None:
    """What is still drawn is thrown away: writing to a terminal that is gone fails, and would block the way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def leave_for_certain(code: int) -> None:
    """Ends the process in a few seconds if it has not ended by then. For when all that matters is done already."""
    timer = threading.Timer(_LAST_RESORT_S, os._exit, [code])
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def _resuming_only_with_a_terminal() -> Iterator[None]:
    """A terminal that closes sends SIGCONT along, at which Textual would begin to draw on it anew, and hang."""
    number = getattr(signal, "SIGCONT", None)
    resume = signal.getsignal(number) if number is not None else None
    if number is None or not callable(resume):
        yield
        return

    def resumed(number: int, frame: FrameType | None) -> None:
        if not terminal_is_gone():
            resume(number, frame)

    signal.signal(number, resumed)
    try:
        yield
    finally:
        signal.signal(number, resume)
