"""Sets Prodrill up from a checkout with nothing but Python: `python3 runner/bootstrap.py open` or `... test`.

Makes its own environment in `.venv`, so that a system Python that refuses installs (PEP 668) is no obstacle. Standard
library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".prodrill-installed"
OLDEST = (3, 11)
# Tests mostly wait, so three at a time keep two cores busy; those of one file share what they set up.
SEVERAL = ("-n", "3", "--dist", "loadfile")


def main() -> int:
    """Set up, then open the app or run the tests; the exit code is theirs."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted not in ("open", "test"):
        return _stop("say what to do: `python3 runner/bootstrap.py open` or `python3 runner/bootstrap.py test`")
    if sys.version_info < OLDEST:
        return _stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; start with a newer python3")
    if os.name != "posix":
        return _stop("Linux or macOS is needed; on Windows, use WSL")
    try:
        _set_up(extras="[dev]" if wanted == "test" else "")
    except subprocess.CalledProcessError as error:
        return _stop(
            f"`{' '.join(map(str, error.cmd))}` failed with code {error.returncode}; mend what it says above, run again"
        )
    command = ["-m", "runner.cli.main"] if wanted == "open" else ["-m", "pytest", *SEVERAL]
    return subprocess.call([str(PYTHON), *command, *sys.argv[2:]], cwd=CHECKOUT)


def _stop(text: str) -> int:
    print(f"prodrill: {text}", file=sys.stderr)
    return 2


def _set_up(extras: str) -> None:
    pinned = (CHECKOUT / "pyproject.toml").read_bytes() + extras.encode() + sys.version.encode()
    mark = hashlib.sha256(pinned).hexdigest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == mark:
        return
    print("prodrill: setting up (a minute or two, once) …", file=sys.stderr, flush=True)
    if not PYTHON.exists() or subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) != 0:
        _make_environment()
    _do([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f"{CHECKOUT}{extras}"])
    STAMP.write_text(mark)


def _make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if _can_import("ensurepip"):
        _do([sys.executable, "-m", "venv", VENV])
    elif _can_import("pip"):
        _do([sys.executable, "-m", "venv", "--without-pip", VENV])
        _do([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"])
    else:
        _install_venv_from_debian()
        _do([sys.executable, "-m", "venv", VENV])


def _can_import(module: str) -> bool:
    return subprocess.call([sys.executable, "-c", f"import {module}"], stderr=subprocess.DEVNULL) == 0


def _install_venv_from_debian() -> None:
    """Debian and Ubuntu keep venv's pip in a package of its own."""
    apt = shutil.which("apt-get")
    if apt is None:
        raise SystemExit(_stop("this Python has neither pip nor ensurepip; install its venv package, run again"))
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    print(
        f"prodrill: this Python lacks pip; installing python3-venv {'with sudo ' if as_root else ''}…", file=sys.stderr
    )
    _do([*as_root, apt, "update", "-qq"])
    _do([*as_root, apt, "install", "-y", "-qq", "--no-install-recommends", "python3-venv"])


def _do(command: list[str | Path]) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
