"""Opens the app over what is real: the learner's state, their settings, the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from runner.catalog.blocks import Block
from runner.catalog.kata import Kata
from runner.record.events import Event
from runner.record.tries import TryEvent
from runner.tui.app import ProdrillApp
from runner.tui.heap import settle
from runner.tui.verification import Verify

if TYPE_CHECKING:
    from runner.tui.lesson_screen import TryOut


def open_app(kata: str = "", sandbox: str = "auto") -> int:
    """Run the app over the learner's own state until it is left, and give its exit code; `kata` is opened at once.

    `sandbox` is `auto`, `docker` or `process`. Where another app is open on the same state, this one only reads.
    Raises `LearnerError` where the learner's folder, state or settings cannot be used.
    """
    from runner.learner.app_lock import app_lock
    from runner.learner.home import open_store, workspace_root
    from runner.learner.settings import load_settings, write_template
    from runner.learner.settings_file import settings_file
    from runner.tui.learner_desk import LearnerDesk

    write_template(settings_file())
    settings = load_settings()
    with app_lock() as holder, open_store(read_only=bool(holder)) as store:
        desk = LearnerDesk(store, workspace_root(), sandbox, holder)
        settle()
        app = ProdrillApp(desk, verifier_in(sandbox), trier_in(sandbox), kata, settings)
        app.run()
        return app.return_code or 0


def trier_in(sandbox: str) -> TryOut:
    def tried(block: Block) -> AsyncIterator[TryEvent]:
        from runner.verifier.tryout import TryRequest, try_out

        return try_out(TryRequest(block.name, block.code, block.language, sandbox))

    return tried


def verifier_in(sandbox: str) -> Verify:
    def verified(kata: Kata, source: Path, histories: Path) -> AsyncIterator[Event]:
        # Imported here: nothing of the engine is needed for the first paint.
        from runner.verifier import VerifyRequest, verify

        return verify(VerifyRequest(kata=kata, source=source, sandbox=sandbox, histories=histories))

    return verified
