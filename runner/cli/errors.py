"""How a command ends when it cannot do what was asked, as one tree, and the code that each end has.

CliError              anything a command says before it gives up; its text is ready to show
├── UserError         something the user can put right: what, which value, what next (exit 2)
└── OurFault          something of ours broke, and the text says what (exit 3)
Interrupted           a signal asked us to stop, and everything started was removed (exit 128 + its number)
PipeClosed            whoever read our stdout has gone (silent)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from runner.cli.exit_code import ExitCode


class CliError(Exception):
    exit_code = ExitCode.OURS_OR_INCONCLUSIVE


class UserError(CliError):
    exit_code = ExitCode.USAGE


class OurFault(CliError):
    pass


class Interrupted(BaseException):
    """Not an `Exception`, so that nothing on the way takes it for a failure of its own."""

    def __init__(self, signal_number: int) -> None:
        self.exit_code = 128 + signal_number
        super().__init__(signal_number)


class PipeClosed(BaseException):
    exit_code = ExitCode.PIPE_CLOSED


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """` Did you mean 'x'?`, or nothing where no name is like it."""
    close = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
