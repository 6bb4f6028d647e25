"""Where the course, the katas and the answer keys are: in a checkout, in a wheel, or where told."""

from __future__ import annotations

import os
from pathlib import Path


def content_root() -> Path:
    """The folder that holds `course/`, `katas/` and `solutions/`.

    `PRODRILL_CONTENT` decides; otherwise what the wheel brought along, otherwise this checkout.
    """
    chosen = os.environ.get("PRODRILL_CONTENT")
    if chosen:
        return Path(chosen).expanduser().resolve()
    package = Path(__file__).resolve().parents[1]
    in_wheel = package / "_content"
    return in_wheel if in_wheel.is_dir() else package.parent
