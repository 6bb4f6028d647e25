"""Colour, characters and imports: what a stream can take, and what `list` must not cost."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.cli.conftest import Prodrill, Type

_IMPORTS = textwrap.dedent("""
    import sys
    from runner.cli.ending import command_line

    code = command_line(sys.argv[1:])
    heavy = {"textual", "docker", "rich", "pytest", "asyncio", "runner.verifier", "runner.sandbox", "runner.probes"}
    print(code, sorted(heavy & set(sys.modules)), file=sys.stderr)
""")


@pytest.mark.parametrize("arguments", [("list",), ("list", "--json"), ("--help",), ("diff", "slow-sum")])
def test_quick_commands_import_nothing_heavy(typed: Type, home: Path, arguments: tuple[str, ...]) -> None:
    typed("start", "slow-sum")
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == "0 []\n"


def _on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command shows on a terminal of 80 by 24."""
    main, side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "runner.cli.main", *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment},
    ) as child:
        os.close(side)
        shown = b""
        try:
            while data := os.read(main, 65536):
                shown += data
        except OSError:  # the other side of a terminal that was closed
            pass
        child.wait(timeout=60)
    os.close(main)
    return shown.decode()


def test_a_terminal_gets_colour_unless_no_color_is_set(home: Path) -> None:
    assert "\x1b[1m" in _on_a_terminal("list")
    assert "\x1b" not in _on_a_terminal("list", NO_COLOR="1")
    assert "\x1b" not in _on_a_terminal("list", TERM="dumb")


def test_a_lesson_is_drawn_on_a_terminal_and_keeps_to_its_width(home: Path) -> None:
    shown = _on_a_terminal("lesson", "event-loop", NO_COLOR="1")
    assert "**bold**" not in shown and "bold" in shown
    assert all(len(line.rstrip("\r")) <= 80 for line in shown.split("\n"))
    assert "\x1b[3" not in shown


def test_a_pipe_gets_no_colour(prodrill: Prodrill) -> None:
    assert "\x1b" not in prodrill("list", TERM="xterm-256color").stdout


def test_a_stream_of_ascii_only_is_served(prodrill: Prodrill) -> None:
    prodrill("start", "slow-sum")
    done = prodrill("list", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(". started  slow-sum")
