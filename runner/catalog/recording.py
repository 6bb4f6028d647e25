"""The recording of a broken service: the report of one verification of it, kept with its kata as `broken.json`.

It stands in for what a learner would have measured before mending anything, where they never verified the service as it
is shipped. It is measured, by `prodrill record`, and never written by hand.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from runner.catalog.errors import BadValue
from runner.catalog.kata import Kata
from runner.record.finding import Series
from runner.record.report import CriterionResult, Report

NAME = "broken.json"
_OF_THE_MACHINE = frozenset({"os", "kernel", "engine"})


def recording_file(kata: Kata) -> Path:
    return kata.folder / NAME


def load_recording(kata: Kata) -> Report | None:
    """What was recorded of the kata's broken service; None where nothing was. Raises `BadValue` for another file."""
    file = recording_file(kata)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Report)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadValue(file, "report", f"is no report ({error}); make it anew with `prodrill record`") from None


def keep_recording(kata: Kata, report: Report) -> Path:
    """Writes the report as the kata's recording, without what is only about the machine, and returns the file."""
    versions = {name: version for name, version in report.versions.items() if name not in _OF_THE_MACHINE}
    results = tuple(map(_rounded, report.results))
    file = recording_file(kata)
    data = msgspec.json.encode(replace(report, target="", versions=versions, results=results))
    file.write_bytes(data + b"\n")
    return file


def _rounded(result: CriterionResult) -> CriterionResult:
    finding = replace(result.finding, series=tuple(map(_short, result.finding.series)))
    return replace(result, finding=finding, vitals=tuple(map(_short, result.vitals)))


def _short(series: Series) -> Series:
    """Milliseconds and three decimals are more than any chart shows."""
    return replace(series, points=tuple((round(t_s, 3), round(value, 3)) for t_s, value in series.points))
