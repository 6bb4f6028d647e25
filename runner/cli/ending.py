"""Runs one command line and turns however it ended into an exit code and at most a few lines on stderr."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli.errors import CliError, Interrupted, PipeClosed
from runner.cli.exit_code import ExitCode
from runner.cli.group import COMPLETE_VARIABLE, root
from runner.cli.output import complain, err, flush, is_terminal, lenient_streams, silence_stdout
from runner.cli.plain import forget

if TYPE_CHECKING:
    from runner.cli.engine import Engine

# The trees whose text is ready to show, looked up among the loaded modules: one that was never loaded raised nothing.
_TOLD = (
    ("runner.sandbox.base", "NoEngine", ExitCode.USAGE),
    ("runner.sandbox.base", "SandboxError", ExitCode.OURS_OR_INCONCLUSIVE),
    ("runner.catalog.errors", "CatalogError", ExitCode.USAGE),
    ("runner.learner.errors", "LearnerError", ExitCode.USAGE),
    ("runner.verifier", "VerifyError", ExitCode.USAGE),
)
_DISK = {
    errno.ENOSPC: "There is no space left on the disk",
    errno.EDQUOT: "Your quota on this disk is used up",
    errno.EROFS: "This file system is read-only",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Permission denied",
    errno.ENOTDIR: "A file stands where a folder should be",
    errno.EISDIR: "A folder stands where a file should be",
    errno.ENAMETOOLONG: "This path is too long",
}
_DISK_NEXT = {
    errno.ENOSPC: "Free some space and repeat the command; what was kept before is intact.",
    errno.EDQUOT: "Free some space and repeat the command; what was kept before is intact.",
}


def command_line(arguments: Sequence[str], engine: Engine | None = None) -> int:
    """Runs `prodrill ARGUMENTS` and returns its exit code; `engine` takes the place of the real verifier."""
    lenient_streams()
    forget()
    if COMPLETE_VARIABLE in os.environ:
        return _complete(arguments)
    try:
        result = root.main(args=list(arguments), prog_name="prodrill", standalone_mode=False, obj=engine)
        flush()
        return int(result) if isinstance(result, int) else ExitCode.PASSED
    except (PipeClosed, SystemExit):  # click leaves by SystemExit where its own help meets a closed pipe, only
        silence_stdout()
        return ExitCode.PIPE_CLOSED
    except Interrupted as end:
        err("Stopped; what this run started has been removed.")
        return end.exit_code
    except (KeyboardInterrupt, click.Abort) as end:
        return _aborted(end)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CliError as error:
        complain(str(error))
        return error.exit_code
    except Exception as error:
        return _told(error)


def _complete(arguments: Sequence[str]) -> int:
    """Answers a shell that asks for completions. Whatever goes wrong, it must not write into the line being typed."""
    try:
        root.main(args=list(arguments), prog_name="prodrill", complete_var=COMPLETE_VARIABLE)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.PASSED
    except BaseException:
        return ExitCode.OURS_OR_INCONCLUSIVE
    return ExitCode.PASSED


def _aborted(end: BaseException) -> int:
    """Ctrl-C at a question or before any loop runs; or a question that nobody is there to answer."""
    if isinstance(end.__context__, EOFError) and not is_terminal(sys.stdin):
        complain("there is nobody to answer this question; give --yes to answer it beforehand.")
        return ExitCode.USAGE
    err("Stopped.")
    return ExitCode.INTERRUPTED


def _told(error: Exception) -> int:
    for module, name, code in _TOLD:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            complain(str(error))
            return code
    if isinstance(error, OSError) and error.errno in _DISK:
        about = f": {error.filename}" if error.filename else ""
        then = _DISK_NEXT.get(error.errno, "Put that right, or choose another place, and repeat the command.")
        complain(f"{_DISK[error.errno]}{about}. {then}")
        silence_stdout()
        return ExitCode.USAGE
    where = _keep_traceback(error)
    told = str(error).splitlines()
    complain(f"this is our fault, not yours: {type(error).__name__}{': ' + told[0] if told else ''}. {where}")
    return ExitCode.OURS_OR_INCONCLUSIVE


def _keep_traceback(error: Exception) -> str:
    """Writes the traceback to a file and returns the sentence that says where it is."""
    import tempfile

    from runner import __version__, clock

    name = f"error-{clock.utc_now():%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = f"prodrill {__version__}, Python {sys.version}\n{sys.argv}\n\n{''.join(traceback.format_exception(error))}"
    for folder in (_cache_folder, lambda: Path(tempfile.gettempdir())):
        try:
            file = folder() / name
            file.write_text(text, encoding="utf-8", errors="replace")
        except Exception:
            continue
        return f"The details are in {file}; please report them."
    return "The details could not be kept: neither the cache folder nor the temporary folder can be written to."


def _cache_folder() -> Path:
    from runner.sandbox.cache import cache_dir

    return cache_dir()
