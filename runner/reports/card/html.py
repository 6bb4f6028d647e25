"""A card as one HTML file that needs nothing else: text as text, charts as SVG, light or dark as the reader has it."""

from __future__ import annotations

from html import escape

from runner.record.finding import Finding
from runner.reports.card.card import Card, Line, Overlay, Side, foot_lines, measured
from runner.reports.card.chart_svg import chart
from runner.reports.card.look import COLOURS, FONTS, Theme, svg_style
from runner.reports.card.shapes import mark
from runner.reports.paint import printable

_WIDTH, _HEIGHT = 540.0, 270.0
_RULES = """\
:root {{ color-scheme: {name}; }}
body {{ background: {ground}; color: {ink}; }}
.quiet {{ color: {quiet}; }}
th, td {{ border-color: {edge}; }}
.alert {{ background: {panel}; border-color: {edge}; }}
.key-before {{ border-color: {before}; }} .key-after {{ border-color: {after}; }}
"""
_LAYOUT = f"""\
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 1200px; padding: 32px 24px; font: 15px/1.5 {FONTS}; }}
header {{ display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px 32px; align-items: end; }}
h1 {{ margin: 0; font-size: 32px; line-height: 1.2; }} h2 {{ font-size: 18px; }}
.kicker {{ width: 100%; font-size: 13px; font-weight: 700; letter-spacing: .06em; }}
.tally {{ font-size: 28px; font-weight: 700; line-height: 1.1; }}
.sides {{ list-style: none; padding: 0; margin: 20px 0; }}
.sides span {{ display: inline-block; width: 40px; vertical-align: middle; margin-right: 12px; }}
.key-before {{ border-top: 2px dashed; }} .key-after {{ border-top: 3px solid; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid; padding: 10px 16px 10px 0; text-align: left; vertical-align: top; }}
th {{ font-size: 13px; }} td svg {{ margin-right: 6px; }}
.name {{ font-weight: 700; }}
.charts {{ display: grid; gap: 20px; margin: 28px 0; }}
.charts {{ grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }}
.charts svg {{ width: 100%; height: auto; display: block; }}
.alert {{ border: 1px solid; border-radius: 8px; padding: 12px 24px; }} .alert h2 {{ margin: 4px 0; font-size: 14px; }}
footer {{ font-size: 13px; margin-top: 28px; overflow-wrap: anywhere; }}
@media print {{ .charts svg, tr {{ break-inside: avoid; }} }}
"""


def render(card: Card, theme: Theme | None = None) -> str:
    """The page, in one theme, or as the reader's system has it."""
    title = f"{card.title}: before and after"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_safe(title)}</title>",
        f"<style>\n{_LAYOUT}{page_style(theme)}</style></head><body>",
        _head(card),
        _table(card),
        '<div class="charts">',
        *(_chart(overlay) for overlay in card.charts),
        "</div>",
        f'<section class="alert"><h2>Alert on</h2><p>{_safe(card.alert)}</p></section>' if card.alert else "",
        f'<footer class="quiet">{"".join(f"<p>{_safe(each)}</p>" for each in foot_lines(card))}</footer>',
        "</body></html>\n",
    ]
    return "\n".join(parts)


def page_style(theme: Theme | None) -> str:
    """The colours of a page and of the pictures in it."""
    if theme is not None:
        return _coloured(theme)
    return f"{_coloured('light')}@media (prefers-color-scheme: dark) {{\n{_coloured('dark')}}}\n"


def _coloured(theme: Theme) -> str:
    return _RULES.format(name=theme, **COLOURS[theme]) + svg_style(theme)


def _head(card: Card) -> str:
    return f"""\
<header><div class="kicker quiet">PRODRILL · BEFORE AND AFTER</div>
<div><h1>{_safe(card.title)}</h1><span class="quiet">{_safe(card.kata)}</span></div>
<div><div class="tally">{_safe(card.before.tally)} → {_safe(card.after.tally)}</div>
<span class="quiet">criteria passed</span></div></header>
<ul class="sides">{_side("before", card.before)}{_side("after", card.after)}</ul>"""


def _side(name: str, side: Side) -> str:
    return (
        f'<li><span class="key-{name}"></span><b>{name}: {_safe(side.title)}</b> '
        f'<span class="quiet" style="width:auto">{_safe(side.facts)}</span></li>'
    )


def _table(card: Card) -> str:
    rows = "\n".join(_row(line) for line in card.lines)
    return (
        '<table><thead><tr class="quiet"><th>Criterion</th><th>Before</th><th>After</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table>"
    )


def _row(line: Line) -> str:
    return (
        f'<tr><td><div class="name">{_safe(line.criterion)}</div><div class="quiet">{_safe(line.sentence)}</div></td>'
        f"{_cell(line.before)}{_cell(line.after)}</tr>"
    )


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return '<td class="quiet">not judged</td>'
    sign = f'<svg width="14" height="14" viewBox="-1 -1 14 14" aria-hidden="true">{mark(finding.verdict, 0, 0)}</svg>'
    return f"<td>{sign}{finding.verdict.value}<div>{_safe(measured(finding))}</div></td>"


def _chart(overlay: Overlay) -> str:
    label = _safe(f"{overlay.name} of {overlay.criterion}, before and after")
    drawn = chart(overlay, 0.5, 0.5, _WIDTH - 1, _HEIGHT - 1)
    return f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{label}">\n{drawn}\n</svg>'


def _safe(text: str) -> str:
    return escape(printable(text))
