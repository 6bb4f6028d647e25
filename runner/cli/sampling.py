"""What to prove after a change, so that the whole stays affordable as katas grow in number.

What the change touches is proven in full. Of every other kata the broken service, one accepted and one rejected fix
are taken where the engine changed; where it did not, so are those of one kata in four. Which ones rotates with the
number of commits, so that every answer has its turn.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from runner.catalog.answers import load_key
from runner.catalog.content import content_root
from runner.catalog.kata import Kata
from runner.cli.errors import UserError

_ONE_IN = 4
_ENGINE = (
    "runner/catalog/",
    "runner/probes/",
    "runner/record/",
    "runner/sandbox/",
    "runner/verifier/",
    "katas/package",
)


class Plan(Struct, frozen=True):
    """One kata to prove; `variants` empty for all its answers."""

    kata: Kata
    variants: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """The paths that changed, relative to the repository, and a number that grows with every commit."""

    files: tuple[str, ...]
    turn: int

    @property
    def touches_engine(self) -> bool:
        return any(file.startswith(_ENGINE) for file in self.files)

    def touches(self, slug: str) -> bool:
        return any(file.startswith((f"katas/{slug}/", f"solutions/{slug}/")) for file in self.files)


def plan_all(katas: Sequence[Kata], variants: Sequence[str] = ()) -> list[Plan]:
    """Every kata, with all its answers or those named."""
    return [Plan(kata, tuple(variants)) for kata in katas]


def plan_since(katas: Sequence[Kata], change: Change, answers_root: Path | None = None) -> list[Plan]:
    """A rotating sample of what the change does not touch; then in full what it does, another one first each time."""
    touched, sample = list[Plan](), list[Plan]()
    for place, kata in enumerate(katas):
        if change.touches(kata.slug):
            touched.append(Plan(kata))
        elif change.touches_engine or (place + change.turn) % _ONE_IN == 0:
            sample.append(Plan(kata, _sample(kata, change.turn, answers_root)))
    first = change.turn % len(touched) if touched else 0
    return [*sample, *touched[first:], *touched[:first]]


def _sample(kata: Kata, turn: int, answers_root: Path | None) -> tuple[str, ...]:
    key = load_key(kata, answers_root)
    picked = [answers[turn % len(answers)].name for answers in (key.accepted, key.rejected) if answers]
    return (key.broken.name, *picked)


def changed_files(revision: str) -> Change:
    """What differs from `revision` in the checkout that holds the content, committed or not.

    Raises `UserError` where there is no git, no checkout, or no such revision.
    """
    root = content_root()
    if revision.startswith("-"):
        raise UserError(f"{revision!r} is no git revision. Leave --since out to prove everything.")
    named = _git(root, "diff", "--name-only", "--relative", revision, "--")
    unknown = _git(root, "ls-files", "--others", "--exclude-standard")
    return Change(tuple(f"{named}\n{unknown}".split("\n")), int(_git(root, "rev-list", "--count", "HEAD")))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError("--since needs git, and there is none on the PATH. Leave it out to prove everything.") from None
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise UserError(f"git {' '.join(arguments)} in {root}: {said}. Leave --since out to prove everything.")
    return done.stdout.strip()
