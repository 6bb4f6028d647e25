"""The rows of the map as text: modules, lessons and katas with how far the learner is, in words and glyphs."""

from __future__ import annotations

from textual.content import Content

from runner.tui.desk import CourseMap, Entry, Progress
from runner.tui.safe import safe_line
from runner.tui.words import minutes

_GLYPHS = {
    Progress.DONE: ("✓", "$text-success"),
    Progress.FAILED: ("✗", "$text-error"),
    Progress.STARTED: ("◐", "$text-warning"),
    Progress.OPEN: ("○", "$text-primary"),
    Progress.COMING: ("·", ""),  # dimmed already, being disabled
}
_WORDS = {Progress.DONE: {"lesson": "read", "kata": "solved"}, Progress.FAILED: {"kata": "not yet"}}


def entry_row(entry: Entry, width: int, is_next: bool) -> Content:
    """`○ kata    Title …   open   40 min`, as wide as `width`; the next one says so in place of its word."""
    glyph, style = _GLYPHS[entry.progress]
    word = "▶ next" if is_next else entry.note or _WORDS.get(entry.progress, {}).get(entry.kind, entry.progress.value)
    time = minutes(entry.minutes) if entry.minutes else ""
    indent = "    " if entry.kind == "kata" else "  "
    head = f"{indent}{glyph} {entry.kind:<6}  "
    room = max(10, width - len(head) - 9 - 12)
    title = safe_line(entry.title, 200)
    title = title if len(title) <= room else title[: room - 1] + "…"
    return Content.assemble(
        (indent, ""),
        (f"{glyph} ", style),
        (f"{entry.kind:<6}  ", "" if entry.progress is Progress.COMING else "dim"),
        (title.ljust(room), "bold" if is_next else ""),
        (f" {word:<8}", "bold $text-accent" if is_next else style),
        (f"{time:>12}", "dim"),
    )


def standing(course: CourseMap) -> str:
    """Two lines: `3 of 8 done · 2 h 40 min left`, and what is next and why."""
    there = course.there
    done = sum(entry.progress is Progress.DONE for entry in there)
    following = course.next_entry
    if following is None:
        end = "everything there is, is done" if there else "no course was found"
        return f"{done} of {len(there)} done\n{end}"
    begun = following.progress in (Progress.STARTED, Progress.FAILED)
    why = "you began it" if begun else "the first that is not done"
    title = safe_line(following.title, 48)
    return f"{done} of {len(there)} done · {minutes(course.minutes_left)} left\nnext: {title} ({why})"
