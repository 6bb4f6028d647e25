"""A certificate: what was verified, when, with which seeds and versions. It claims no more than a run can show."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from msgspec import Struct

from runner.record.finding import Verdict
from runner.record.report import Report
from runner.reports.card.card import NOT_TOLD, when
from runner.reports.card.html import page_style
from runner.reports.card.look import FONTS, Theme, svg_style
from runner.reports.card.shapes import box, line, mark, text, wrapped
from runner.reports.paint import Paint, printable

_WIDTH, _MARGIN = 1200.0, 72.0


class Entry(Struct, frozen=True):
    """One kata that held: its title, the report of the round, and the digest of the files that were judged."""

    title: str
    report: Report
    files_sha256: str

    @property
    def criteria(self) -> str:
        return f"{len(self.report.results)} criteria"

    @property
    def facts(self) -> str:
        """When, where and with which inputs it was verified."""
        report = self.report
        seeds = f"seeds {', '.join(map(str, report.seeds))}" if report.seeds else f"seed {report.seed}"
        sandbox = f"{report.sandbox} sandbox{'' if report.sealed else ', isolates nothing'}"
        return f"{when(report.started_at)} UTC · {sandbox} · {seeds}"

    @property
    def files(self) -> str:
        """The digest of what was judged, short."""
        return f"files {self.files_sha256[:12]}"


class Certificate(Struct, frozen=True):
    """All entries, and the name the learner gave, if any. Raises ValueError for a report that did not pass."""

    entries: tuple[Entry, ...]
    name: str = ""

    def __post_init__(self) -> None:
        for entry in self.entries:
            if entry.report.verdict is not Verdict.PASSED:
                raise ValueError(
                    f"{entry.report.kata} is {entry.report.verdict.value}; a certificate names what passed"
                )

    @property
    def date(self) -> str:
        """The day of the last verification."""
        return max((entry.report.started_at for entry in self.entries), default="")[:10]

    @property
    def headline(self) -> str:
        criteria = sum(len(entry.report.results) for entry in self.entries)
        katas = len(self.entries)
        return f"{katas} broken service{'s' if katas != 1 else ''} repaired, {criteria} production criteria met"


def foot(certificate: Certificate) -> list[str]:
    """What it rests on, and what it does not say."""
    versions = _common_versions([entry.report for entry in certificate.entries])
    return [
        *([f"Measured with {versions}."] if versions else []),
        "Every service was verified once more, one after the other, on its owner's machine: driven from outside under "
        "load and faults, and judged by its kata's criteria. A seed replays a run's inputs. This page is not signed; "
        "who doubts it runs `prodrill verify` on the same files.",
    ]


def render_text(certificate: Certificate, paint: Paint) -> str:
    lines = [paint.style("Certificate", "bold"), *([printable(certificate.name)] if certificate.name else [])]
    lines += [f"{certificate.headline}, {certificate.date}", ""]
    dot = " · " if paint.unicode else " - "
    for entry in certificate.entries:
        lines.append(f"{paint.mark(Verdict.PASSED)} {printable(entry.title)} ({entry.report.kata}), {entry.criteria}")
        lines += paint.wrapped(printable(f"{entry.facts} · {entry.files}".replace(" · ", dot)), "    ")
    lines += ["", *(said for each in foot(certificate) for said in paint.wrapped(printable(each), "", "  "))]
    return "\n".join(lines) + "\n"


def render_svg(certificate: Certificate, theme: Theme = "light") -> str:
    """One picture, 1200 wide."""
    y, head = _svg_head(certificate)
    rows: list[str] = []
    for entry in certificate.entries:
        rows += _svg_row(entry, y)
        y += 62
    y += 24
    feet = [said for each in foot(certificate) for said in wrapped(each, _WIDTH - 2 * _MARGIN, 13, 4)]
    rows += [text(_MARGIN, y + 20 * n, said, size=13, kind="quiet") for n, said in enumerate(feet)]
    height = y + 20 * len(feet) + _MARGIN - 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img">',
            f"<style>\n{svg_style(theme)}</style>",
            box(0, 0, _WIDTH, height, "ground"),
            box(24, 24, _WIDTH - 48, height - 48, "panel", 14),
            *head,
            *rows,
            "</svg>\n",
        ]
    )


def _svg_head(certificate: Certificate) -> tuple[float, list[str]]:
    parts = [
        text(_MARGIN, 96, "PRODRILL  ·  CERTIFICATE", size=14, kind="quiet strong"),
        text(_WIDTH - _MARGIN, 96, certificate.date, size=16, kind="quiet", anchor="end"),
    ]
    y = 150.0
    if certificate.name:
        parts.append(text(_MARGIN, y, wrapped(certificate.name, 1000, 40, 1)[0], size=40, kind="strong"))
        y += 48
    for said in wrapped(certificate.headline, _WIDTH - 2 * _MARGIN, 28 if certificate.name else 34, 2):
        parts.append(
            text(_MARGIN, y, said, size=28 if certificate.name else 34, kind="" if certificate.name else "strong")
        )
        y += 42
    return y + 14, parts


def _svg_row(entry: Entry, y: float) -> list[str]:
    return [
        line(_MARGIN, y - 16, _WIDTH - _MARGIN, y - 16, "rule"),
        mark(Verdict.PASSED, _MARGIN, y - 1),
        text(_MARGIN + 30, y + 11, wrapped(entry.title, 760, 17, 1)[0], size=17, kind="strong"),
        text(_MARGIN + 30, y + 32, f"{entry.report.kata} · {entry.facts} · {entry.files}", size=13, kind="quiet"),
        text(_WIDTH - _MARGIN, y + 11, f"{entry.criteria}, all passed", size=15, anchor="end"),
    ]


def render_html(certificate: Certificate, theme: Theme | None = None) -> str:
    """One page that needs nothing else."""
    name = f"<h1>{_safe(certificate.name)}</h1>" if certificate.name else ""
    rows = "\n".join(
        f"<tr><td><b>{_safe(entry.title)}</b><div class='quiet'>{_safe(entry.report.kata)} · {_safe(entry.facts)}</div>"
        f"<div class='quiet digest'>files sha256 {entry.files_sha256}</div></td>"
        f"<td>✓ {entry.criteria}, all passed</td></tr>"
        for entry in certificate.entries
    )
    feet = "".join(f"<p>{_safe(each)}</p>" for each in foot(certificate))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Prodrill certificate</title><style>
body {{ margin: 0 auto; max-width: 1000px; padding: 40px 24px; font: 16px/1.5 {FONTS}; }}
h1 {{ font-size: 38px; margin: 16px 0 0; line-height: 1.2; }} .headline {{ font-size: 26px; margin: 12px 0 28px; }}
.kicker {{ font-size: 13px; font-weight: 700; letter-spacing: .06em; display: flex; justify-content: space-between; }}
table {{ border-collapse: collapse; width: 100%; }}
td {{ border-top: 1px solid; padding: 12px 16px 12px 0; vertical-align: top; }}
td + td {{ text-align: right; white-space: nowrap; }}
.digest {{ font-size: 12px; overflow-wrap: anywhere; }} footer {{ font-size: 13px; margin-top: 28px; }}
{page_style(theme)}</style></head><body>
<div class="kicker quiet"><span>PRODRILL · CERTIFICATE</span><span>{_safe(certificate.date)}</span></div>
{name}<p class="headline">{_safe(certificate.headline)}</p>
<table><tbody>
{rows}
</tbody></table>
<footer class="quiet">{feet}</footer>
</body></html>
"""


def _common_versions(reports: Sequence[Report]) -> str:
    """Those that every report names alike."""
    if not reports:
        return ""
    shared = [
        f"{name} {version}"
        for name, version in reports[0].versions.items()
        if all(report.versions.get(name) == version for report in reports) and name not in NOT_TOLD
    ]
    return ", ".join(shared)


def _safe(content: str) -> str:
    return escape(printable(content))
