"""Everything a backing service needs before it can be started in a timed window."""

from __future__ import annotations

from runner.sandbox.backing.providers import Availability, choose
from runner.sandbox.toolbox import Progress


def is_prepared(found: Availability) -> bool:
    """Whether a server can be started without anything being made first."""
    from runner.sandbox.backing.template import Template

    return found.kind != "postgres" or found.programs is None or Template(found).is_made


def prepare_backing(kind: str, progress: Progress) -> None:
    """Make what `kind` needs, unless that was done. NoBacking without a provider, SandboxError with what to do next."""
    from runner.sandbox.backing.template import Template
    from runner.sandbox.backing.valkey import programs_of

    found = choose(kind)
    if found.programs is None:
        return
    if kind == "postgres":
        Template(found).make(progress)
    else:
        programs_of(found)
