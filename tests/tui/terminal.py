"""The app in a real terminal: a pty whose other end the test holds, and every process it starts."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from runner.clock import monotonic_s
from tests.processes import still_running

PATIENCE_S = 120.0
OPEN = "import sys; from runner.tui.opening import open_app; sys.exit(open_app(sys.argv[1], 'process'))"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")
"""Leaving the other screen, and showing the cursor."""


class RealTerminal:
    """`said` is all that the app wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], leader: int, follower: int) -> None:
        self.process = process
        self.said = b""
        self._leader: int | None = leader
        self._follower = follower
        self.modes_before = termios.tcgetattr(follower)
        self.family: set[psutil.Process] = set()

    def press(self, keys: str) -> None:
        assert self._leader is not None
        os.write(self._leader, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        assert self._leader is not None
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """The window is closed."""
        assert self._leader is not None
        os.close(self._leader)
        os.close(self._follower)
        self._leader = None

    def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = monotonic_s() + PATIENCE_S
        while not holds():
            assert monotonic_s() < deadline, f"waited {what}; the end of what it wrote: {self.said[-2000:]!r}"
            self._read(0.1)

    def sees(self, text: str) -> None:
        """Waits until the app has written `text` since the last call that found something."""
        self.until(lambda: text.encode() in self.said, f"to see {text!r}")

    def forget(self) -> None:
        self.said = b""

    def verifies(self) -> None:
        """Asks for a verification until the workbench is ready for it, and waits for its Node.js process."""
        asked_s = monotonic_s()

        def holds() -> bool:
            nonlocal asked_s
            if monotonic_s() - asked_s > 1.0:
                self.press("v")
                asked_s = monotonic_s()
            self.family.update(psutil.Process(self.process.pid).children(recursive=True))
            return any(_program(each) == "node" for each in self.family)

        self.until(holds, "for a service to be started")

    def ends(self) -> int:
        """Waits for the app's end; its exit code."""
        self.until(lambda: self.process.poll() is not None, "for the app to end")
        self._read(0.1)
        return int(self.process.returncode)

    def nothing_is_left(self) -> None:
        alive: list[psutil.Process] = []

        def holds() -> bool:
            alive[:] = still_running(self.family)
            return not alive

        self.until(holds, f"for {alive} to be gone")

    def is_as_before(self) -> bool:
        """The app left its screen, shows the cursor, and typing works as it did."""
        modes = termios.tcgetattr(self._follower)
        return all(sequence in self.said for sequence in RESTORED) and modes[:4] == self.modes_before[:4]

    def _read(self, patience_s: float) -> None:
        if self._leader is None:
            self.process.poll()
            select.select([], [], [], patience_s)
            return
        ready, _, _ = select.select([self._leader], [], [], patience_s)
        while ready:
            try:
                self.said += os.read(self._leader, 65_536)
            except OSError:
                return
            ready, _, _ = select.select([self._leader], [], [], 0)


def _program(process: psutil.Process) -> str:
    """Not by its name: Node.js calls itself `MainThread`."""
    try:
        return Path(process.exe()).name
    except psutil.Error:
        return ""


@contextmanager
def real_terminal(home: Path, kata: str = "", size: tuple[int, int] = (100, 30)) -> Iterator[RealTerminal]:
    """The app with the learner's state in `home`, at once in `kata` where one is named; killed at the end."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN, kata],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "PRODRILL_HOME": str(home), "TERM": "xterm-256color"},
        preexec_fn=_own_terminal,
    )
    terminal = RealTerminal(process, leader, follower)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if terminal._leader is not None:
            terminal.hang_up()


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
