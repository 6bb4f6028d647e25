"""The histories of an attempt, packed to be kept with it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec


def pack_histories(folder: Path) -> bytes:
    """The histories in `folder` as one JSON object, by criterion; a file that is not JSON is left out."""
    found: dict[str, msgspec.Raw] = {}
    for file in sorted(folder.glob("*.json")):
        data = file.read_bytes()
        with contextlib.suppress(msgspec.DecodeError):
            msgspec.json.decode(data, type=msgspec.Raw)
            found[file.stem] = msgspec.Raw(data)
    return msgspec.json.encode(found)
