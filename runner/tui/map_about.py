"""The pane beside the map: what the lesson or the kata under the cursor is about."""

from __future__ import annotations

from textual.content import Content

from runner.record.finding import Verdict
from runner.tui.desk import About, Entry, Progress
from runner.tui.map_rows import word
from runner.tui.safe import safe_line
from runner.tui.words import VERDICT_GLYPHS, VERDICT_STYLES, minutes, plural


def about_text(entry: Entry, about: About) -> Content:
    """Title and state, then a lesson's pages or a kata's criteria, then the points of the course it makes."""
    lines: list[Content] = [Content.styled(safe_line(entry.title, 200), "bold")]
    lines.append(Content.styled(" · ".join(_facts(entry, about)), "dim"))
    if about.lesson and entry.progress is not Progress.COMING:
        lines.append(Content.styled(f"practises {safe_line(about.lesson, 200)}", "dim"))
    if entry.progress is Progress.COMING:
        lines += [Content(), Content(not_built(entry, about))]
    if about.pages:
        lines += [Content(), *(_page(number, title, about) for number, title in enumerate(about.pages))]
    if about.criteria:
        lines += [Content(), *(_criterion(sentence, verdict) for sentence, verdict in about.criteria)]
    if about.points:
        lines += [Content(), Content.styled("In the course", "bold $text-accent")]
        lines += [Content(f"{safe_line(point, 300)}") for point in about.points]
    return Content("\n").join(lines)


def not_built(entry: Entry, about: About) -> str:
    """What choosing a kata that is not there yet says."""
    instead = f" Its lesson is there: {safe_line(about.lesson, 200)}." if about.lesson else ""
    return f"{safe_line(entry.title, 100)} is not built yet, so there is nothing to open.{instead}"


def _facts(entry: Entry, about: About) -> list[str]:
    facts = [entry.kind, word(entry)]
    if entry.minutes:
        facts.append(minutes(entry.minutes))
    if about.attempts:
        facts.append(plural(about.attempts, "attempt"))
    return facts


def _page(number: int, title: str, about: About) -> Content:
    here = number == about.place
    return Content.assemble(
        ("▶ " if here else "  ", "bold $text-accent"), (f"{number + 1:>2} ", "dim"), safe_line(title, 200)
    )


def _criterion(sentence: str, verdict: Verdict | None) -> Content:
    said = safe_line(sentence, 400)
    if verdict is None:
        return Content.assemble(("○ ", "dim"), said)
    style = VERDICT_STYLES[verdict]
    return Content.assemble((f"{VERDICT_GLYPHS[verdict]} {verdict.value}: ", style), said)
