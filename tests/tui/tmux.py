"""A real terminal without a window: tmux with a server of its own, keys in, the screen as text out."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from runner.clock import monotonic_s

PATIENCE_S = 60.0


def why_no_tmux() -> str:
    """Empty where there is one."""
    return "" if shutil.which("tmux") else "no tmux on this machine"


class Tmux:
    """One pane of one session; `socket` names a server that nobody else uses."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, "-f", os.devnull, *arguments], capture_output=True, text=True, check=True,
            timeout=PATIENCE_S,
        )  # fmt: skip
        return done.stdout

    @property
    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    @property
    def pid(self) -> int:
        """Of what was started in the pane."""
        return int(self.run("display-message", "-p", "#{pane_pid}"))

    def press(self, *keys: str) -> None:
        """Keys by tmux's names (`Enter`, `Escape`), or letters."""
        self.run("send-keys", *keys)

    def type(self, text: str) -> None:
        self.run("send-keys", "-l", text)

    def sees(self, *texts: str, patience_s: float = PATIENCE_S) -> str:
        """Waits until all `texts` are on the screen at once."""
        deadline = monotonic_s() + patience_s
        while not all(text in (shown := self.screen) for text in texts):
            assert monotonic_s() < deadline, f"waited to see {texts}:\n{shown}"
            threading.Event().wait(0.1)
        return shown


@contextmanager
def in_tmux(command: Sequence[str], env: Mapping[str, str], size: tuple[int, int]) -> Iterator[Tmux]:
    """`command` in a terminal of `size` cells; the shell it was typed into is there afterwards."""
    tmux = Tmux(f"prodrill-{os.getpid()}")
    said = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    tmux.run("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), *said, "sh")
    try:
        tmux.type(f"{' '.join(command)}; echo left with $?")
        tmux.press("Enter")
        yield tmux
    finally:
        tmux.run("kill-server")
