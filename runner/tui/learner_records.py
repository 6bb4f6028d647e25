"""The records over the learner's real store and workspace; thin, as what it passes on is decided below."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from runner.catalog.kata import Kata
from runner.learner.certification import Certification, Standing
from runner.learner.snapshot import take_snapshot, unified_diff, write_whole
from runner.learner.store import Attempt, Store
from runner.learner.workspace import Workspace
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.reports.card.card import Card
from runner.reports.card.pictures import UnknownEnding, picture
from runner.reports.card.png import NoFont
from runner.tui.desk import DeskError
from runner.tui.explained import explained
from runner.tui.records import AcceptedAnswer


class LearnerRecords:
    """`Records` over one store and one workspace."""

    def __init__(self, store: Store, workspace: Workspace, *, may_change: bool = True) -> None:
        self._store = store
        self._workspace = workspace
        self._may_change = may_change

    @property
    def may_change(self) -> bool:
        return self._may_change

    # -- attempts

    def attempts(self, kata: Kata) -> tuple[Attempt, ...]:
        with explained():
            return tuple(self._store.attempts(kata.slug))

    def report(self, attempt: int) -> Report:
        with explained():
            return self._store.report(attempt)

    def card(self, kata: Kata, attempt: int | None = None, against: int | None = None) -> Card:
        from runner.learner.before import before_and_after
        from runner.reports.card.made import card_of

        with explained():
            sides = before_and_after(self._store, kata, attempt, against)
            return card_of(kata, sides.before, sides.after)

    def write_card(self, card: Card, file: Path) -> Path:
        from runner.reports.card import html, svg

        return _written(
            file, lambda place: picture(place, lambda t: svg.render(card, t), lambda t: html.render(card, t))
        )

    def code_between(self, first: int, second: int) -> str:
        with explained():
            return unified_diff(self._store.snapshot(first).files(), self._store.snapshot(second).files())

    def answers(self, kata: Kata) -> tuple[AcceptedAnswer, ...]:
        from runner.catalog.answers import load_key, materialise

        with explained(), tempfile.TemporaryDirectory(prefix="prodrill-answers-") as scratch:
            mine = take_snapshot(self._workspace.started(kata)).files()
            found = []
            for each in load_key(kata).accepted:
                theirs = take_snapshot(materialise(kata, each, Path(scratch) / each.name)).files()
                found.append(AcceptedAnswer(each.name, each.title, each.approach, each.why, unified_diff(mine, theirs)))
            return tuple(found)

    # -- copies to have back

    def restore(self, kata: Kata, attempt: int) -> str:
        with explained():
            self._workspace.restore(kata, attempt)
        return f"The files of attempt {attempt} are back; u undoes it."

    def can_undo(self, kata: Kata) -> bool:
        with explained():
            return self._workspace.can_undo(kata)

    def undo(self, kata: Kata) -> str:
        with explained():
            self._workspace.undo_reset(kata)
        return "Your files are again as they were before the last reset, restore or import."

    def changed(self) -> tuple[str, ...]:
        from runner.catalog.loader import all_katas

        with explained():
            workspace = self._workspace
            return tuple(kata.slug for kata in all_katas() if workspace.has(kata) and workspace.diff(kata))

    def reset_all(self) -> str:
        from runner.catalog.loader import all_katas

        with explained():
            kept = self._workspace.reset_all(all_katas())
        return f"Reset: {', '.join(each.kata for each in kept) or 'nothing was changed'}. Copies of yours are kept."

    def undo_reset_all(self) -> str:
        from runner.catalog.loader import all_katas

        with explained():
            undone = self._workspace.undo_reset_all(all_katas())
        if not undone:
            raise DeskError("No reset of everything is left to undo.")
        return f"As before: {', '.join(undone)}."

    # -- all of it at once

    def export_progress(self, file: Path) -> str:
        from runner.catalog.loader import kata_slugs
        from runner.learner.moving import export_all

        with explained():
            export_all(self._store, self._workspace, file, kata_slugs())
        return f"All of your progress is in {file}."

    def import_progress(self, file: Path) -> str:
        from runner.catalog.loader import kata_slugs
        from runner.learner.home import data_home
        from runner.learner.moving import import_all

        with explained():
            moved = import_all(self._store, self._workspace, file, kata_slugs(), data_home() / "kept")
        return f"{moved.attempts} attempts taken in. What was there before is kept in {moved.kept}."

    # -- the certificate

    def standings(self) -> tuple[Standing, ...]:
        with explained():
            return self._round().standings()

    def note_standing(self, kata: Kata, report: Report) -> None:
        if report.verdict is Verdict.ERROR:  # our own fault: it left no attempt
            return
        with explained():
            self._round().note(kata.slug, self._store.attempts(kata.slug)[-1].id)

    def begin_round_afresh(self) -> None:
        with explained():
            self._round().begin_afresh()

    def write_certificate(self, file: Path, name: str) -> Path:
        from runner.reports.card.certificate import Certificate, Entry, render_html, render_svg

        with explained():
            held = self._round().certified()
        made = Certificate(tuple(Entry(each.kata.spec.title, each.report, each.files_sha256) for each in held), name)
        return _written(
            file, lambda place: picture(place, lambda t: render_svg(made, t), lambda t: render_html(made, t))
        )

    def _round(self) -> Certification:
        from runner.catalog.loader import all_katas

        return Certification(self._store, self._workspace, all_katas())


def _written(file: Path, made: Callable[[Path], bytes]) -> Path:
    try:
        data = made(file)
    except (UnknownEnding, NoFont) as error:
        raise DeskError(str(error)) from error
    with explained():
        write_whole(file, data)
    return file
