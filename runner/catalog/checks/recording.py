"""The recording of a broken service, where a kata has one: of this kata, with its criteria, failing as named."""

from __future__ import annotations

from collections.abc import Iterator

from runner.catalog.answers import load_key
from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.errors import BadValue, CatalogError
from runner.catalog.kata import Kata
from runner.catalog.recording import load_recording, recording_file
from runner.record.finding import Verdict

_AGAIN = "make it anew with `prodrill record`"


def check_recording(kata: Kata) -> Iterator[Problem]:
    """It is the report of this kata's broken service as it is now described."""
    file = recording_file(kata)
    try:
        report = load_recording(kata)
        expected = set(load_key(kata).broken.fails)
    except CatalogError as error:
        if isinstance(error, BadValue) and error.file == file:
            yield from_error(error, file)
        return  # what is wrong with the answer key is said where that is checked
    if report is None:
        return
    if report.kata != kata.slug:
        yield Problem(file, None, f"is about {report.kata!r}; {_AGAIN}")
    if [result.criterion for result in report.results] != [criterion.id for criterion in kata.criteria]:
        yield Problem(file, None, f"has other criteria than kata.yaml; {_AGAIN}")
    failed = {result.criterion for result in report.results if result.finding.verdict is Verdict.FAILED}
    if failed != expected:
        names = ", ".join(sorted(failed)) or "nothing"
        yield Problem(file, None, f"fails on {names}, and the answer key names {', '.join(sorted(expected))}; {_AGAIN}")
