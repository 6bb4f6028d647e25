"""The two streams: data on stdout, all else on stderr, each with the colour and the width that it can take."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any, TextIO

from runner.cli.errors import PipeClosed
from runner.cli.plain import is_plain
from runner.reports.paint import Paint
from runner.reports.plain import plain_text

MAX_WIDTH = 100


def out(text: str = "", *, end: str = "\n") -> None:
    """Text to be read: to stdout. Raises `PipeClosed` when nobody reads it any more."""
    _write(sys.stdout, _as_asked(text) + end)


def out_exact(text: str = "", *, end: str = "\n") -> None:
    """Data that a program may read, such as code: to stdout, as it is even where plain text is asked for."""
    _write(sys.stdout, text + end)


def out_bytes(data: bytes) -> None:
    """Data that is already UTF-8."""
    out_exact(data.decode("utf-8"), end="")


def out_json(value: Any) -> None:
    """`value` (anything msgspec encodes) as indented JSON on stdout."""
    import msgspec

    out_exact(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def err(text: str = "", *, end: str = "\n") -> None:
    """Everything else: to stderr; a closed stderr is not worth failing for."""
    try:
        sys.stderr.write(_as_asked(text) + end)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def tell(text: str) -> None:
    """A sentence on stderr, cut between words where a terminal is narrow."""
    err("\n".join(paint_for(sys.stderr).wrapped(text, "", "  ")))


def complain(text: str) -> None:
    """Says on stderr why a command gives up."""
    tell(f"prodrill: {text}")


def flush() -> None:
    """What was written reaches its reader, or `PipeClosed`."""
    _write(sys.stdout, "")


def _as_asked(text: str) -> str:
    return plain_text(text) if is_plain() else text


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def silence_stdout() -> None:
    """Sends what is still buffered nowhere, so that the interpreter's last flush cannot complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False


def paint_for(stream: TextIO) -> Paint:
    """Colour on a terminal unless NO_COLOR is set or it is a dumb one; lines wrapped on a terminal only.

    Plain text has neither, and words in place of marks.
    """
    if is_plain():
        return Paint(colour=False, unicode=False, plain=True)
    terminal = is_terminal(stream)
    colourless = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    width = min(shutil.get_terminal_size().columns, MAX_WIDTH) if terminal else 0
    return Paint(colour=terminal and not colourless, unicode=_can_write(stream, "✓–"), width=width)


def lenient_streams() -> None:
    """No text is worth a crash: what a stream cannot write is shown as `?`, and a closed stream swallows all."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started with this descriptor closed
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # open to the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
