"""Where the command line begins and ends: every way out of `prodrill` goes through here, and none shows a traceback."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The `prodrill` command."""
    # Imported in here, so that a Ctrl-C while Python is still reading our modules is an ordinary end too.
    try:
        from runner.cli.ending import command_line

        code = command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
