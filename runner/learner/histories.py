"""The histories of an attempt, packed to be kept with it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from runner.record.happened import Logged


def pack_histories(folder: Path) -> bytes:
    """The histories in `folder` as one JSON object, by criterion; a file that is not JSON is left out."""
    found: dict[str, msgspec.Raw] = {}
    for file in sorted(folder.glob("*.json")):
        data = file.read_bytes()
        with contextlib.suppress(msgspec.DecodeError):
            msgspec.json.decode(data, type=msgspec.Raw)
            found[file.stem] = msgspec.Raw(data)
    return msgspec.json.encode(found)


class _Lines(msgspec.Struct):
    logged: tuple[Logged, ...] = ()


def lines_logged(packed: bytes, criterion: str) -> tuple[Logged, ...]:
    """What the service printed in one criterion's probe, from packed histories; nothing where it is not among them."""
    try:
        found = msgspec.json.decode(packed or b"{}", type=dict[str, msgspec.Raw])
        return msgspec.json.decode(found[criterion], type=_Lines).logged
    except (msgspec.DecodeError, KeyError):
        return ()
