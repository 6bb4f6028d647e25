"""The recording of a broken service: the report of one verification of it, kept with its kata as `broken.json`.

It stands in for what a learner would have measured before mending anything, where they never verified the service as it
is shipped. It is measured, by `prodrill record`, and never written by hand.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from runner.catalog.errors import BadValue
from runner.catalog.kata import Kata
from runner.record.report import Report

NAME = "broken.json"


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
