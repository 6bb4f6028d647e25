"""`prodrill completion SHELL`: the script that teaches a shell our commands, katas and criteria."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from runner.cli.errors import OurFault
from runner.cli.output import err, is_terminal, out

_INSTALL = {
    "bash": "echo 'eval \"$(prodrill completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(prodrill completion zsh)\"' >> ~/.zshrc",
    "fish": "prodrill completion fish > ~/.config/fish/completions/prodrill.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_INSTALL)))
def command(shell: str) -> None:
    """Print the completion script of SHELL (bash, zsh or fish).

    \b
    bash: echo 'eval "$(prodrill completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(prodrill completion zsh)"' >> ~/.zshrc
    fish: prodrill completion fish > ~/.config/fish/completions/prodrill.fish
    """
    import sys

    from runner.cli.group import COMPLETE_VARIABLE, root

    kind = get_completion_class(shell)
    if kind is None:
        raise OurFault(f"click knows no completion for {shell}.")
    # The template only: its `source()` would start bash to ask for its version.
    script = kind(root, {}, "prodrill", COMPLETE_VARIABLE)
    out(script.source_template % script.source_vars())
    if is_terminal(sys.stdout):
        err(f"To have this in every shell: {_INSTALL[shell]}")
