"""A program on a pseudo-terminal: keys in, output out with the moment it came, and what it costs meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping, Sequence

import psutil

from runner.clock import monotonic_s
from runner.tui.bench.grid import Grid

_END_WITHIN_S = 20.0


class NotSeen(Exception):
    """What was waited for did not come; the text says what, and what was on the screen."""


class Terminal:
    """`pieces` is all that the program wrote so far, each with its moment on the monotonic clock."""

    def __init__(self, process: subprocess.Popen[bytes], leader: int, size: tuple[int, int]) -> None:
        self.began_s = monotonic_s()
        self.process = psutil.Process(process.pid)
        self.size = size
        self.pieces: list[tuple[float, str]] = []
        self._leader = leader
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        decode = getincrementaldecoder("utf-8")("replace").decode
        with contextlib.suppress(OSError):  # the other end is closed
            while output := os.read(self._leader, 2**16):
                self.pieces.append((monotonic_s(), decode(output)))

    def press(self, keys: str) -> float:
        """Send keys as a terminal does, and return when."""
        at_s = monotonic_s()
        os.write(self._leader, keys.encode())
        return at_s

    @property
    def screen(self) -> Grid:
        """What is shown now."""
        grid = Grid(*self.size)
        for _, output in tuple(self.pieces):
            grid.feed(output)
        return grid

    def waits_for(self, *texts: str, patience_s: float = 30.0) -> float:
        """When all of `texts` were on the screen at once, from now on."""
        return self.waits_until(lambda grid: all(text in grid.text for text in texts), f"{texts}", patience_s)

    def waits_until(self, holds: Callable[[Grid], bool], what: str, patience_s: float = 30.0) -> float:
        """When `holds` of the screen was first true, from now on; `NotSeen` where that takes too long."""
        grid, done, deadline = Grid(*self.size), 0, monotonic_s() + patience_s
        while True:
            for _, output in self.pieces[done:]:
                grid.feed(output)
                done += 1
            if holds(grid):
                return self.pieces[done - 1][0] if done else self.began_s
            if monotonic_s() > deadline or not self._reader.is_alive():
                raise NotSeen(f"waited for {what} and saw:\n{grid.text}")
            pause(0.01)

    def is_quiet(self, for_s: float) -> bool:
        return not self.pieces or monotonic_s() - self.pieces[-1][0] > for_s

    def comes_to_rest(self, quiet_s: float = 0.15, patience_s: float = 20.0) -> float:
        """When the last was written, once nothing was for `quiet_s`."""
        deadline = monotonic_s() + patience_s
        while not self.is_quiet(quiet_s):
            if monotonic_s() > deadline:
                raise NotSeen("the screen never came to rest")
            pause(0.01)
        return self.pieces[-1][0] if self.pieces else self.began_s

    @property
    def cpu_s(self) -> float:
        """Seconds on a core so far, of this program and not of those it started."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        return float(self.process.memory_info().rss) / 2**20

    def forget(self) -> None:
        """Drop the output so far: what is asked of the screen from now on is asked of what is drawn from now on."""
        self.pieces.clear()


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)


@contextlib.contextmanager
def on_terminal(command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """`command` on a terminal of `size` cells; at the end of the block it is asked to leave, and killed if it stays."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    drawing = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        list(command), env={**os.environ, **env, **drawing}, stdin=follower, stdout=follower, stderr=follower,
        start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    try:
        yield Terminal(process, leader, size)
    finally:
        process.send_signal(signal.SIGHUP)
        try:
            process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(leader)
