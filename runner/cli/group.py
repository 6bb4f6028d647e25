"""The root command: which commands there are, and which module to load for the one that is asked for.

Short helps stand here and not beside the commands, so that `prodrill --help` and completion load none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click
from click.shell_completion import CompletionItem

from runner import __version__
from runner.cli.errors import UserError, did_you_mean
from runner.cli.params import sandbox_option
from runner.cli.plain import plain_option, with_plain

_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Learn": {
        "list": "Every kata, with your progress.",
        "start": "Put a copy of a broken service into your workspace and show its incident.",
        "run": "Start a service to poke it by hand, with live vitals.",
        "verify": "Judge your copy, or any folder, by the kata's criteria.",
        "watch": "Verify at every save.",
        "hint": "The next hint for a criterion.",
        "lesson": "The lessons: list them, read one, try its code, answer its questions.",
        "syllabus": "Every point of the course, with its lesson and its kata.",
        "debrief": "What broke, why a fix holds, what to alert on.",
        "serve": "The app in a browser tab, on this machine.",
    },
    "Your work": {
        "diff": "What you changed.",
        "reset": "Go back to the broken service; a copy of yours is kept.",
        "attempts": "List your attempts, compare two, restore one.",
        "card": "Before and after: what your fix changed, as text or as a picture.",
        "certificate": "Verify every kata once more, and write a page that says so.",
        "recheck": "Judge a kept attempt again, without running anything.",
        "solution": "Show the accepted fixes.",
        "progress": "Take everything to another machine: export it to a file, import one.",
    },
    "Set-up": {
        "doctor": "Say what works on this machine, and how to mend what does not.",
        "prepare": "Fetch and build everything now, to work offline later.",
        "settings": "Where the file of settings is, and what it says.",
        "completion": "Print the completion script of a shell.",
    },
    "For authors": {
        "export": "Write the course as a static site, to project or to print.",
        "new": "Scaffold a kata.",
        "lint": "Check all that can be checked without running a service.",
        "prove": "Prove that accepted fixes pass and rejected ones fail as named.",
        "record": "Measure the broken services, for the cards of those who did not.",
        "bench": "Measure prodrill's own speed and memory.",
    },
}
COMPLETE_VARIABLE = "_PRODRILL_COMPLETE"
COMMANDS: Mapping[str, str] = {name: text for section in _SECTIONS.values() for name, text in section.items()}


class LazyGroup(click.Group):
    """A group whose commands are modules of `runner.cli.commands`, imported when they are invoked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"runner.cli.commands.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"runner.cli.commands.{cmd_name}.command is no command: {command!r}")
        return with_plain(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise UserError(
                f"there is no command {name!r}.{did_you_mean(name, COMMANDS)} `prodrill --help` shows all of them."
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        named = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="prodrill", message="%(prog)s %(version)s")
@sandbox_option
@click.pass_context
def root(ctx: click.Context, sandbox: str) -> int | None:
    """Repair Node.js services that are not ready for production, and have their behaviour judged.

    Without a command, opens the app.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from runner.cli.app import open_app

    return open_app(sandbox)


root.params.append(plain_option())
