"""Where the file of settings is, what a new one says, and on which line of it a key stands."""

from __future__ import annotations

import os
import re
from pathlib import Path

TEMPLATE = """\
# Prodrill's settings. A line that begins with # is a comment: take the # away to choose.
# `prodrill settings --check` says whether all of it is understood. What a command line says comes first, then the
# environment (PRODRILL_SANDBOX, PRODRILL_EDITOR, PRODRILL_THEME, PRODRILL_WORKSPACE, PRODRILL_PLAIN), then this file.

# Where services run: "docker" (in containers of their own), "process" (on this machine, isolates nothing), or
# "auto", which takes docker where an engine answers.
# sandbox = "auto"

# The editor that `e` opens your copy in, with its options. Otherwise $VISUAL, then $EDITOR, then one that is found.
# editor = "code -w"

# The app's colours: "dark", "light", "terminal" (the colours your terminal is set to), or "auto": light where the
# terminal says that its background is. NO_COLOR in the environment takes all colour away.
# theme = "auto"

# The folder that holds your copies of the services. Nothing is moved when you change it.
# workspace = "~/prodrill"

# Plain text from every command: no drawn lines, no signs without a word, nothing redrawn. For screen readers.
# plain = false

# Other keys for the app. `prodrill settings --keys` lists every name with its key and what it does.
# [keys]
# "map.next" = "c"
# "kata.verify" = "v,f5"
"""
_TABLE = re.compile(r"\s*\[\s*([^\]]+?)\s*\]\s*(#.*)?$")


def settings_file() -> Path:
    """`settings.toml` in `PRODRILL_HOME` where that is set, else where the platform keeps configuration."""
    chosen = os.environ.get("PRODRILL_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve() / "settings.toml"
    from platformdirs import user_config_path

    return Path(user_config_path("prodrill", appauthor=False)) / "settings.toml"


def line_of(text: str, name: str, table: str = "") -> int:
    """The line, from 1, on which `name` is given in `table`, or on which the table of that name begins; else 1."""
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _TABLE.match(line):
            inside = heading[1].strip("\"'")
            if inside.split(".")[0].strip("\"' ") == name and not table:
                return number
        key = line.partition("=")[0].strip()
        plain = key.strip("\"'")
        if "=" in line and inside == table and (plain == name or plain.split(".")[0].strip("\"' ") == name):
            return number
    return 1
