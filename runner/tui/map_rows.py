"""The rows of the map as text: modules, lessons and katas with how far the learner is, in words and glyphs."""

from __future__ import annotations

from textual.content import Content

from runner.tui.desk import CourseMap, Entry, Part, Progress
from runner.tui.map_filter import Found
from runner.tui.safe import safe_line
from runner.tui.words import minutes

_GLYPHS = {
    Progress.DONE: ("✓", "$text-success"),
    Progress.FAILED: ("✗", "$text-error"),
    Progress.STARTED: ("◐", "$text-warning"),
    Progress.OPEN: ("○", "$text-primary"),
    Progress.COMING: ("·", "dim"),
}
_WORDS = {Progress.DONE: {"lesson": "read", "kata": "solved"}, Progress.FAILED: {"kata": "not yet"}}


def entry_row(found: Found, width: int, is_next: bool) -> Content:
    """`○ kata    Title …   open   40 min`, as wide as `width`; the next one says so in place of its word."""
    entry = found.entry
    glyph, style = _GLYPHS[entry.progress]
    time = minutes(entry.minutes) if entry.minutes else ""
    indent = "    " if entry.kind == "kata" else "  "
    head = f"{indent}{glyph} {entry.kind:<6}  "
    room = max(10, width - len(head) - 9 - 12)
    coming = "dim" if entry.progress is Progress.COMING else ""
    return Content.assemble(
        (indent, ""),
        (f"{glyph} ", style),
        (f"{entry.kind:<6}  ", "dim"),
        *_title(found, room, "bold" if is_next else coming),
        (f" {'▶ next' if is_next else word(entry):<8}", "bold $text-accent" if is_next else style),
        (f"{time:>12}", "dim"),
    )


def word(entry: Entry) -> str:
    """How far the learner is with it, in at most eight characters."""
    return entry.note or _WORDS.get(entry.progress, {}).get(entry.kind, entry.progress.value)


def _title(found: Found, room: int, style: str) -> list[tuple[str, str]]:
    """The title, and behind it what was found in it, cut to `room`."""
    title = _cut(safe_line(found.entry.title, 200), room)
    by = _cut(f" · {safe_line(found.by, 200)}", room - len(title)) if found.by and room - len(title) > 8 else ""
    return [(title, style), (by, "italic $text-accent"), (" " * (room - len(title) - len(by)), "")]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def part_row(part: Part, width: int) -> Content:
    """`Load    2 of 9 done · 1 h 40 min left`."""
    there = [entry for entry in part.entries if entry.progress is not Progress.COMING]
    done = sum(entry.progress is Progress.DONE for entry in there)
    left = f" · {minutes(part.minutes_left)} left" if part.minutes_left else ""
    facts = f"{done} of {len(there)} done{left}" if there else "not built yet"
    title = _cut(safe_line(part.title, 100), max(10, width - len(facts) - 2))
    gap = " " * max(2, width - len(title) - len(facts))
    return Content.assemble((title, "bold $text-accent"), gap, (facts, "$text-muted"))


def standing(course: CourseMap, width: int) -> str:
    """Two lines: `3 of 8 done · 2 h 40 min left`, and what is next and why."""
    there = course.there
    done = sum(entry.progress is Progress.DONE for entry in there)
    following = course.next_entry
    if following is None:
        end = "everything there is, is done" if there else "no course was found"
        return f"{done} of {len(there)} done\n{end}"
    title = safe_line(following.title, 200)
    why = f" ({why_next(course, following)})"
    title = _cut(title, max(10, width - len(why) - 8))
    return f"{done} of {len(there)} done · {minutes(course.minutes_left)} left\nnext: {title}{why}"


def why_next(course: CourseMap, following: Entry) -> str:
    """Why it is the next one, in a few words."""
    if following.progress is Progress.FAILED:
        return "verified, and not right yet"
    if (following.kind, following.slug) == course.last:
        return "you were here last"
    if following.progress is Progress.STARTED:
        return "you began it"
    before = course.there[: course.there.index(following)]
    lesson = next((entry for entry in reversed(before) if entry.kind == "lesson"), None)
    if following.kind == "kata" and lesson is not None and lesson.progress is Progress.DONE:
        return "it practises the lesson you read"
    return "the first that is not done" if course.last == ("", "") or not before else "it follows in the course"
