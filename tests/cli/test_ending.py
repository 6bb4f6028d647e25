"""Every way a command ends: its code, its streams, and never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from runner.cli import ending, group
from runner.cli.group import COMMANDS
from tests.cli.conftest import Prodrill


def test_an_unknown_command_is_answered_with_the_nearest_one(prodrill: Prodrill) -> None:
    done = prodrill("verfy")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "prodrill: there is no command 'verfy'. Did you mean 'verify'? `prodrill --help` shows all of them.\n"
    )


def test_an_unknown_kata_is_answered_with_the_nearest_one(prodrill: Prodrill) -> None:
    done = prodrill("start", "slow-some")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'slow-some'" in done.stderr and "Did you mean 'slow-sum'?" in done.stderr


def test_an_unknown_option_is_a_usage_error(prodrill: Prodrill) -> None:
    done = prodrill("list", "--jsno")
    assert done.returncode == 2
    assert "--json" in done.stderr


def test_without_a_terminal_the_app_points_to_the_commands(prodrill: Prodrill) -> None:
    done = prodrill()
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr and "prodrill list" in done.stderr


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_and_it_goes_to_stdout(prodrill: Prodrill, name: str) -> None:
    done = prodrill(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: python -m runner.cli.main {name}") or f" {name} " in done.stdout


def test_help_names_every_command(prodrill: Prodrill) -> None:
    said = prodrill("--help").stdout
    assert [name for name in COMMANDS if f"  {name} " not in said] == []


@pytest.mark.parametrize("arguments", [("lesson", "event-loop"), ("list",), ("list", "--json"), ("--help",)])
def test_a_closed_pipe_ends_silently_with_the_code_shells_know(home: Path, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "runner.cli.main", *arguments],
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line.replace("prodrill", f"{sys.executable} -m runner.cli.main")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("line", ["prodrill list >&-", "prodrill list 2>&-", "prodrill list >&- 2>&-"])
def test_a_stream_that_was_closed_from_the_start_is_no_error(home: Path, line: str) -> None:
    done = _shell(line)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_behind_stdout_is_told(home: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = _shell("prodrill list >/dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("prodrill: There is no space left") and done.stderr.count("\n") == 1


def _command_line_raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(group.root, "main", fail)
    return ending.command_line(["list"])


def test_what_nobody_expected_is_our_fault_and_its_traceback_is_kept_in_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _command_line_raising(monkeypatch, ZeroDivisionError("by nought\nand more")) == 3
    said = capsys.readouterr().err
    assert said.startswith("prodrill: this is our fault, not yours: ZeroDivisionError: by nought. The details are in ")
    assert said.count("\n") == 1
    [kept] = (home / "cache").glob("error-*.txt")
    assert str(kept) in said
    assert "Traceback" in kept.read_text()


def test_a_traceback_that_cannot_be_kept_is_said_to_be_lost(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRODRILL_CACHE", "/dev/null/no")
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/dev/null/neither")
    assert _command_line_raising(monkeypatch, ZeroDivisionError("x")) == 3
    assert "could not be kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space left"), (errno.EACCES, "Permission denied"), (errno.EROFS, "read-only")],
)
def test_what_a_disk_refuses_is_told_with_the_file_and_the_next_step(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, words: str
) -> None:
    assert _command_line_raising(monkeypatch, OSError(number, "x", "/work/file.js")) == 2
    said = capsys.readouterr().err
    assert words in said and "/work/file.js" in said and "repeat the command" in said


def test_ctrl_c_outside_any_run_ends_with_130(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _command_line_raising(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "Stopped.\n"


_LOOP = textwrap.dedent("""
    import asyncio, sys
    from runner.cli.errors import Interrupted
    from runner.cli.loop import run_to_end

    async def work():
        try:
            print("started", flush=True)
            await asyncio.Event().wait()
        finally:
            print("cleaning", flush=True)
            sys.stdin.readline()
            await asyncio.sleep(0)
            print("cleaned", flush=True)

    try:
        run_to_end(work())
    except Interrupted as end:
        sys.exit(end.exit_code)
""")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_the_clean_up_finish_and_a_second_one_does_not_cut_it_short(number: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    child.send_signal(number)
    assert child.stdout.readline() == "cleaning\n"
    child.send_signal(number)
    out, _ = child.communicate("\n", timeout=20)
    assert (out, child.returncode) == ("cleaned\n", 128 + number)
