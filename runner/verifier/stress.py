"""A busy machine, made on purpose: loops that compute for nothing while something is verified.

Each has a session of its own. Linux shares the cores out between sessions first (its autogroup), so that loops in one
session would between them cost a service next to nothing. Each holds the reading end of a pipe and leaves when that is
closed, which the kernel does for us even where we are killed.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

# The thread that waits for the end gets its turn within the interpreter's switch interval of 5 ms.
_LOOP = """
import os, sys, threading
def leave():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=leave, daemon=True).start()
sys.stdout.write("x")
sys.stdout.flush()
n = 0
while True:
    n = (n * 1103515245 + 12345) % 2147483648
"""


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[list[int]]:
    """The numbers of `count` processes that compute without end, each in a session of its own, until the block ends."""
    loops: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            loops.append(_start())
        for loop in loops:
            assert loop.stdout is not None
            loop.stdout.read(1)
        yield [loop.pid for loop in loops]
    finally:
        for loop in loops:
            _end(loop)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-S", "-E", "-c", _LOOP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(loop: subprocess.Popen[bytes]) -> None:
    loop.kill()
    loop.wait()
    for pipe in (loop.stdin, loop.stdout):
        if pipe is not None:
            pipe.close()
