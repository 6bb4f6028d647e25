"""What needs a font to draw with: a server's image, or a container, often has none."""

from __future__ import annotations

import pytest

from runner.reports.card import png


def _has_a_font() -> bool:
    try:
        png.rasterise('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    except png.NoFont:
        return False
    return True


needs_a_font = pytest.mark.skipif(not _has_a_font(), reason="no font on this machine (apt: fonts-dejavu-core)")
