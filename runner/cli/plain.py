"""Plain text: what a screen reader reads well. Asked for by `--plain` anywhere on the line, or by the settings.

One place decides it for a process, because everything that is printed depends on it.
"""

from __future__ import annotations

from typing import Any

import click

from runner.learner.errors import SettingsError
from runner.learner.settings import load_settings

_known: list[bool] = []


def is_plain() -> bool:
    """No colour, no drawn lines, no sign without a word, nothing redrawn.

    Settings that are not understood choose nothing here; the command that goes by them says what is wrong with them.
    """
    if not _known:
        try:
            _known.append(load_settings().plain)
        except SettingsError:
            return False
    return _known[-1]


def forget() -> None:
    """A new command line begins."""
    _known.clear()


def plain_option() -> click.Option:
    """`--plain`, for the root and for every command."""
    return click.Option(
        ["--plain"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_ask,
        help="Plain text for a screen reader: no drawn lines, nothing redrawn.",
    )


def with_plain(command: click.Command) -> click.Command:
    """`command`, and whatever it groups, with `--plain` beside its own options."""
    if not any(parameter.name == "plain" for parameter in command.params):
        command.params.append(plain_option())
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        with_plain(sub)
    return command


def _ask(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        _known.append(True)
