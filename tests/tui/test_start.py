"""Starting the app loads what the first screen needs, and nothing of the engine."""

from __future__ import annotations

import subprocess
import sys


def test_the_first_paint_needs_neither_the_engine_nor_the_other_screens() -> None:
    code = (
        "import sys, runner.tui.app, runner.tui.learner_desk\n"
        "late = ['docker', 'pytest', 'httptools', 'runner.verifier', 'runner.probes', 'runner.sandbox',"
        " 'runner.tui.kata_screen', 'runner.tui.lesson_screen', 'markdown_it', 'pygments']\n"
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
