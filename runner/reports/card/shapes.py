"""The few SVG elements a card is made of. Text goes in as it came and comes out escaped and safe."""

from __future__ import annotations

from html import escape

from runner.record.finding import Verdict
from runner.reports.paint import printable

_WIDE = 0.6
_MARKS = {
    Verdict.PASSED: ("good", "M0 6 L4 10 L12 1"),
    Verdict.FAILED: ("bad", "M1 1 L11 11 M11 1 L1 11"),
    Verdict.BLOCKED: ("unsure", "M0 6 H12"),
    Verdict.INCONCLUSIVE: ("unsure", "M2 3 Q6 -2 10 3 Q10 6 6 7 M6 11 V11.2"),
    Verdict.ERROR: ("unsure", "M6 0 V7 M6 11 V11.2"),
}


def text(x: float, y: float, content: str, *, size: float = 14, kind: str = "", anchor: str = "") -> str:
    """One line of text, its baseline at `y`."""
    classes = f' class="{kind}"' if kind else ""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{classes}{where}>{escape(printable(content))}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str, radius: float = 0) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" rx="{radius:g}"'
        f' class="{kind}"/>'
    )


def mark(verdict: Verdict, x: float, y: float) -> str:
    """The sign of a verdict, 12 by 12, drawn and not written: no font has to have it."""
    kind, path = _MARKS[verdict]
    return f'<path transform="translate({x:.1f} {y:.1f})" d="{path}" class="mark {kind}"/>'


def wrapped(content: str, width: float, size: float, most: int) -> list[str]:
    """`content` in lines that fit `width` in any usual font, at most `most`; the last is cut with an ellipsis."""
    import textwrap

    room = max(8, int(width / (size * _WIDE)))
    lines = textwrap.wrap(printable(content), room) or [""]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: room - 1].rstrip(" ,;:.") + "…"]
    return lines
