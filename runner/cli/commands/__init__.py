"""One module a command, each with a `command`; `runner.cli.group` loads the one that is asked for and no other."""
