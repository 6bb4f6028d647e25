"""Signals that ask the app to leave: the way out is the same as by `q`, so that nothing is left running or lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

_LOOPS = ("SIGTERM", "SIGHUP")


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
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        for number in numbers:
            loop.remove_signal_handler(number)
