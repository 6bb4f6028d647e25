"""Values for tests of the learner's state: a kata on disk, and reports as the verifier makes them."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.kata import Criterion, Kata, KataSpec
from runner.learner.snapshot import Snapshot, take_snapshot
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report

CRITERIA = ("orders-work", "charged-once", "gives-up")


def make_kata(folder: Path, slug: str = "unsafe-retries") -> Kata:
    """A kata with a service of three files under `folder`."""
    service = folder / slug / "service"
    (service / "src").mkdir(parents=True)
    (service / "server.js").write_text("import './src/app.js';\n")
    (service / "src" / "app.js").write_text("export const app = 1;\n")
    (service / "README.md").write_text("# contract\n")
    return open_kata(folder, slug)


def open_kata(folder: Path, slug: str = "unsafe-retries") -> Kata:
    """The kata that `make_kata` made there."""
    criteria = tuple(Criterion(name, "sentence", "measure", "limit", "why") for name in CRITERIA)
    return Kata(slug, folder / slug, KataSpec("Title", "lesson", (), 1, 10, criteria))


def make_report(
    kata: str = "unsafe-retries",
    failed: tuple[str, ...] = (),
    *,
    seed: int = 7,
    value: float = 1.0,
    started_at: str = "2026-01-02T03:04:05+00:00",
) -> Report:
    """A report in which the criteria in `failed` failed and the others passed."""
    results = tuple(
        CriterionResult(
            name,
            "sentence",
            Finding(Verdict.FAILED if name in failed else Verdict.PASSED, "seen", value, 1.0, "charges"),
        )
        for name in CRITERIA
    )
    return Report(kata, "process", False, seed, started_at, 3.5, results, {"node": "24"})


def make_snapshot(folder: Path, text: str) -> Snapshot:
    """A snapshot of a folder with one file of that text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.js").write_text(text)
    return take_snapshot(folder)
