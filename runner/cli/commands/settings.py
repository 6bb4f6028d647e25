"""`prodrill settings`: where the file of settings is, what it says, and whether it is understood."""

from __future__ import annotations

import sys

import click
from msgspec.structs import asdict

from runner.cli.output import err, out, out_json, paint_for, tell
from runner.cli.params import json_option
from runner.learner.settings import Settings, load_settings, write_template
from runner.learner.settings_file import settings_file


@click.command()
@click.option("--init", "is_init", is_flag=True, help="Write the commented file where there is none yet.")
@click.option("--check", "is_check", is_flag=True, help="Say whether the file is understood, names of keys as well.")
@click.option("--keys", "is_keys", is_flag=True, help="List the app's keys by the names that [keys] takes.")
@json_option
def command(is_init: bool, is_check: bool, is_keys: bool, as_json: bool) -> None:
    """Print where the file of settings is, and what holds now; the file is written, all commented, at first use.

    A flag comes before the environment, and that before the file. Exits with 2 where the file is not understood.
    """
    if is_keys:
        _print_keys(as_json)
        return
    made = not is_check and write_template(settings_file())
    settings = load_settings()
    _check_keys(settings)
    if as_json:
        out_json({"file": str(settings_file()), **asdict(settings)})
        return
    out(str(settings_file()))
    if is_check:
        there = settings_file().is_file()
        tell("All of it is understood." if there else "There is no such file, so the defaults hold.")
    elif made:
        tell("Written just now; every line of it is a comment, to be taken up where you want to choose.")
    elif is_init:
        tell("It was there already, and stays as it is.")
    else:
        _print(settings)


def _print(settings: Settings) -> None:
    for name, value in asdict(settings).items():
        if name == "keys":
            for binding, key in value.items():
                err(f"{'key':<10} {binding} = {key}")
        else:
            err(f"{name:<10} {_shown(value)}")


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value) or "not chosen"


def _check_keys(settings: Settings) -> None:
    if settings.keys:
        # Imported here: it loads all of the app.
        from runner.tui.keys import check_keys

        check_keys(settings.keys)


def _print_keys(as_json: bool) -> None:
    from runner.tui.keys import known_bindings

    bindings = known_bindings()
    if as_json:
        out_json([{"name": name, "keys": each.keys, "does": each.does} for name, each in bindings.items()])
        return
    paint = paint_for(sys.stdout)
    width = max(len(name) for name in bindings)
    for name, each in bindings.items():
        out(f"{paint.style(name.ljust(width), 'bold')}  {','.join(each.keys):<22}  {each.does}".rstrip())
