"""What a service sees in its environment: what the kata says, and the few things that a sandbox must add."""

from __future__ import annotations

from runner.sandbox.base import Launch

TMP = "{tmp}"


def service_env(launch: Launch, *, port: int, path: str, home: str, tmp: str) -> dict[str, str]:
    """All environment variables of one copy; nothing of the harness's own environment gets through."""
    heap = f"--max-old-space-size={launch.limits.heap_mb}" if launch.limits.heap_mb else ""
    node_options = f"{heap} {launch.env.get('NODE_OPTIONS', '')}".strip()
    return {
        **launch.env,
        "PATH": path,
        "HOME": home,
        "TMPDIR": tmp,
        "PORT": str(port),
        "NODE_OPTIONS": node_options,
    }


def command_line(launch: Launch, tmp: str) -> list[str]:
    """The command of one copy, with the sandbox's folder to write to in place of `{tmp}`."""
    return [part.replace(TMP, tmp) for part in launch.command]
