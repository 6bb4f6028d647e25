"""Which sandbox a run will get, in one line that hides nothing."""

from __future__ import annotations

from runner.sandbox.base import NoEngine, SandboxError


def sandbox_line(wanted: str) -> str:
    """`wanted` is `auto`, `docker` or `process`. Asks the Docker engine, so it may take a second and a half."""
    if wanted == "process":
        return "process sandbox: runs on this machine, isolates nothing"
    # Imported here: the client of the engine costs more than the app's first paint may take.
    from runner.sandbox.engine import connect

    try:
        client, facts = connect()
    except NoEngine:
        without = "nothing can be verified" if wanted == "docker" else "runs on this machine, isolates nothing"
        return f"no Docker engine: {without}"
    except SandboxError as error:
        return f"Docker cannot be used: {error}"
    client.close()
    return f"Docker {facts.version}: services run in containers of their own"
