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
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil
from msgspec import Struct

from runner.clock import monotonic_s
from runner.tui.measuring.grid import Grid

PATIENCE_S = 30.0
_END_WITHIN_S = 20.0


class NotSeen(Exception):
    """What was waited for did not come; the text says what, and what was on the screen."""


class Took(Struct, frozen=True):
    """How long something took, and how much of that the program waited for a core that others had."""

    wall_s: float
    queued_s: float

    @property
    def wall_ms(self) -> float:
        return self.wall_s * 1000

    @property
    def own_ms(self) -> float:
        """Without the wait for a core: what it would have taken on a machine with nothing else to do."""
        return max(0.0, self.wall_s - self.queued_s) * 1000


class Terminal:
    """`screen` is what is shown, as far as it was looked at; a reader beside keeps when each piece of output came."""

    def __init__(self, process: subprocess.Popen[bytes], leader: int, size: tuple[int, int]) -> None:
        self.began_s = monotonic_s()
        self.process = psutil.Process(process.pid)
        self.screen = Grid(*size)
        self._pieces: deque[tuple[float, str]] = deque()
        self._last_s = self.began_s
        self._leader = leader
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        decode = getincrementaldecoder("utf-8")("replace").decode
        with contextlib.suppress(OSError):  # the other end is closed
            while output := os.read(self._leader, 2**16):
                self._pieces.append((monotonic_s(), decode(output)))

    def press(self, keys: str) -> float:
        """Send keys as a terminal does, and return when."""
        self.catch_up()
        at_s = monotonic_s()
        os.write(self._leader, keys.encode())
        return at_s

    def catch_up(self) -> None:
        """Look at all that came."""
        while self._look():
            pass

    def _look(self) -> bool:
        if not self._pieces:
            return False
        self._last_s, output = self._pieces.popleft()
        self.screen.feed(output)
        return True

    def waits_for(self, *texts: str, patience_s: float = PATIENCE_S) -> float:
        """When all of `texts` were on the screen at once."""
        return self.waits_until(lambda grid: all(text in grid.text for text in texts), f"{texts}", patience_s)

    def waits_until(self, holds: Callable[[Grid], bool], what: str, patience_s: float = PATIENCE_S) -> float:
        """When that came which made `holds` of the screen true; `NotSeen` where it takes too long."""
        deadline = monotonic_s() + patience_s
        while not holds(self.screen):
            while not self._look():
                if monotonic_s() > deadline or not self._reader.is_alive():
                    raise NotSeen(f"waited for {what} and saw:\n{self.screen.text}")
                pause(0.002)
        return self._last_s

    def comes_to_rest(self, quiet_s: float, patience_s: float = PATIENCE_S) -> float:
        """When the last was drawn, once nothing was for `quiet_s`."""
        deadline = monotonic_s() + patience_s
        while True:
            self.catch_up()
            if monotonic_s() - self._last_s > quiet_s:
                return self._last_s
            if monotonic_s() > deadline:
                raise NotSeen(f"the screen never came to rest:\n{self.screen.text}")
            pause(0.005)

    def drawn_for(self, keys: str, quiet_s: float) -> Took:
        """From pressing `keys` to the last that was drawn for them."""
        queued_s = self.queued_s
        at_s = self.press(keys)
        deadline = at_s + PATIENCE_S
        while not self._look():
            if monotonic_s() > deadline:
                raise NotSeen(f"nothing was drawn for {keys!r}:\n{self.screen.text}")
            pause(0.002)
        return Took(self.comes_to_rest(quiet_s) - at_s, self.queued_s - queued_s)

    @property
    def queued_s(self) -> float:
        """Seconds that the program's main thread was ready and waited for a core; 0 where the kernel does not tell."""
        try:
            return int(Path(f"/proc/{self.process.pid}/schedstat").read_bytes().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    @property
    def cpu_s(self) -> float:
        """Seconds on a core so far, of this program and not of those it started."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        return float(self.process.memory_info().rss) / 2**20


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
