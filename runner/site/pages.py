"""The pages of the site, each a function from what the catalogue holds to HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from msgspec import Struct

from runner.catalog.blocks import blocks_of
from runner.catalog.kata import Criterion, Kata
from runner.catalog.lessons import Lesson, Page
from runner.catalog.outline import Entry, Outline
from runner.catalog.quiz import quiz_of
from runner.catalog.syllabus import Syllabus
from runner.catalog.yaml_file import read_text
from runner.site.markdown import Renderer
from runner.site.quiz import questions_html

_HERE = Path(__file__).parent
_MARK = re.compile(r"\{(title|style|script|root|body)\}")


class Course(Struct, frozen=True):
    """All that the site shows."""

    syllabus: Syllabus
    outline: Outline
    lessons: dict[str, Lesson]
    katas: dict[str, Kata]

    def renderer(self, to_root: str) -> Renderer:
        return Renderer(tuple(self.lessons), tuple(self.katas), to_root)


def index_page(course: Course) -> str:
    """The modules with their lessons, and how much there is."""
    minutes = sum(lesson.minutes for lesson in course.lessons.values())
    parts = [
        "<h1>Prodrill: the course</h1>",
        f"<p>{len(course.lessons)} lessons, {minutes} minutes of reading, "
        f"{len(course.katas)} katas. Node.js services that hold in production, and why others do not.</p>",
    ]
    number = 1
    for module in course.syllabus.modules:
        items = "\n".join(f"<li>{_lesson_line(course, slug)}</li>" for slug in module.lessons)
        parts.append(f'<h2>{escape(module.title)}</h2>\n<ol start="{number}">\n{items}\n</ol>')
        number += len(module.lessons)
    return page_html("Prodrill: the course", "\n".join(parts), "")


def _lesson_line(course: Course, slug: str) -> str:
    lesson = course.lessons.get(slug)
    if lesson is None:
        return f'<span class="coming">{escape(slug)} (coming)</span>'
    return f'<a href="lessons/{slug}.html">{escape(lesson.title)}</a> <span class="quiet">{lesson.minutes} min</span>'


def lesson_page(course: Course, lesson: Lesson) -> str:
    """One lesson: all its pages one below the other, its questions, its sources, the way on."""
    renderer = course.renderer("../")
    pages = lesson.pages()
    sections = [_section(page, renderer) for page in pages]
    if questions := quiz_of(lesson):
        sections.append(questions_html(questions, renderer))
    body = "\n".join(
        [
            f"<h1>{escape(lesson.title)}</h1>",
            _lesson_facts(course, lesson),
            _contents(pages),
            *sections,
            _try_lines(lesson),
            _sources(lesson),
            _ends(course, lesson),
        ]
    )
    return page_html(lesson.title, body, "../")


def _section(page: Page, renderer: Renderer) -> str:
    if not page.name:
        return renderer.block(page.text)
    head = f'<h2 id="{page.name}"><a class="here" href="#{page.name}">{renderer.inline(page.title)}</a></h2>'
    return f"<section>\n{head}\n{renderer.block(page.text)}</section>"


def _lesson_facts(course: Course, lesson: Lesson) -> str:
    before = ", ".join(_lesson_link(course, slug) for slug in lesson.prerequisites)
    katas = ", ".join(_kata_link(course, slug) for slug in lesson.katas)
    points = ", ".join(f'<a href="../syllabus.html#{name}">{name}</a>' for name in lesson.points)
    facts = [f"{lesson.minutes} minutes", f"points {points}"]
    facts += [f"read before: {before}"] if before else []
    facts += [f"practised in: {katas}"] if katas else []
    return f'<p class="facts">{" · ".join(facts)}</p>'


def _contents(pages: tuple[Page, ...]) -> str:
    named = [page for page in pages if page.name]
    items = "\n".join(f'<li><a href="#{page.name}">{escape(page.title.replace("`", ""))}</a></li>' for page in named)
    return f'<nav aria-label="Pages"><ol class="toc">\n{items}\n</ol></nav>' if len(named) > 2 else ""


def _try_lines(lesson: Lesson) -> str:
    blocks = blocks_of(lesson)
    if not blocks:
        return ""
    items = "\n".join(
        f"<li>{escape(block.name)}: <code>prodrill lesson {lesson.slug} --try {number}</code></li>"
        for number, block in enumerate(blocks, start=1)
    )
    return f'<h2 id="to-try-out">To try out</h2>\n<ul class="try">\n{items}\n</ul>'


def _sources(lesson: Lesson) -> str:
    items = "\n".join(
        f'<li><a href="{escape(each.url)}" rel="noreferrer">{escape(each.title)}</a></li>'
        if each.url
        else f"<li>{escape(each.title)}</li>"
        for each in lesson.sources
    )
    return f'<h2 id="sources">Sources</h2>\n<ul class="sources">\n{items}\n</ul>' if items else ""


def _ends(course: Course, lesson: Lesson) -> str:
    order = list(course.lessons)
    at = order.index(lesson.slug)
    before = f"← {_lesson_link(course, order[at - 1])}" if at else ""
    after = f"{_lesson_link(course, order[at + 1])} →" if at + 1 < len(order) else ""
    return f'<nav class="ends" aria-label="Lessons"><span>{before}</span><span>{after}</span></nav>'


def _lesson_link(course: Course, slug: str) -> str:
    lesson = course.lessons.get(slug)
    if lesson is None:
        return f'<span class="coming">{escape(slug)} (coming)</span>'
    return f'<a href="{slug}.html">{escape(lesson.title)}</a>'


def _kata_link(course: Course, slug: str, to_root: str = "../") -> str:
    if slug not in course.katas:
        return f'<span class="coming">{escape(slug)} (coming)</span>'
    return f'<a href="{to_root}katas.html#{slug}">{escape(slug)}</a>'


def syllabus_page(course: Course) -> str:
    """Every point with its lesson, its kata and its state."""
    rows = "\n".join(_row(course, entry) for entry in course.outline.entries)
    legend = "".join(f"<li>{escape(key)}: {escape(title)}</li>" for key, title in course.syllabus.documents.items())
    states: list[str] = [entry.state for entry in course.outline.entries]
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("coming", "taught", "testable"))
    body = (
        f"<h1>Syllabus</h1>\n<p>{len(states)} points: {counts}. The first letter of a point tells its document:</p>\n"
        f"<ul>{legend}</ul>\n"
        '<div class="wide"><table>\n<thead><tr><th>Point</th><th>What it says</th><th>Lesson</th><th>Kata</th>'
        f"<th>State</th></tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )
    return page_html("Syllabus", body, "")


def _row(course: Course, entry: Entry) -> str:
    lesson = course.lessons.get(entry.lesson)
    if lesson is not None:
        taught = f'<a href="lessons/{lesson.slug}.html">{escape(lesson.title)}</a>'
    else:
        taught = f'<span class="coming">{escape(entry.lesson)} (coming)</span>' if entry.lesson else "–"
    kata = _kata_link(course, entry.kata, "") if entry.kata else "–"
    return (
        f'<tr id="{entry.point}"><td class="point">{entry.point}</td><td>{escape(entry.text)}</td><td>{taught}</td>'
        f"<td>{kata}</td><td>{entry.state}</td></tr>"
    )


def katas_page(course: Course) -> str:
    """The katas with their incidents and criteria, and those that are coming."""
    parts = ["<h1>Katas</h1>"]
    parts += [_kata(course, kata) for kata in course.katas.values()]
    if coming := course.outline.coming_katas:
        parts.append(f'<h2 id="coming">Coming</h2>\n<p class="coming">{escape(", ".join(coming))}</p>')
    return page_html("Katas", "\n".join(parts), "")


def _kata(course: Course, kata: Kata) -> str:
    renderer, spec = course.renderer(""), kata.spec
    criteria = "\n".join(f"<li>{_criterion(criterion, renderer)}</li>" for criterion in spec.criteria)
    lesson = course.lessons.get(spec.lesson)
    link = f'<a href="lessons/{lesson.slug}.html">{escape(lesson.title)}</a>' if lesson else escape(spec.lesson)
    return (
        f'<h2 id="{kata.slug}">{escape(spec.title)}</h2>\n'
        f'<p class="facts">{kata.slug} · {spec.minutes} minutes · {spec.difficulty} of 5 · lesson: {link}</p>\n'
        f"<details><summary>The incident</summary>{renderer.block(read_text(kata.folder / 'incident.md'))}</details>\n"
        f'<ol>\n{criteria}\n</ol>\n<p class="try"><code>prodrill start {kata.slug}</code></p>'
    )


def _criterion(criterion: Criterion, renderer: Renderer) -> str:
    target = renderer.target(f"lesson:{criterion.lesson}") if criterion.lesson else ""
    link = f' <a href="{target}">explained here</a>' if target else ""
    return f"{renderer.inline(criterion.sentence)}{link}"


def page_html(title: str, body: str, to_root: str) -> str:
    """A whole file."""
    parts: Mapping[str, str] = {
        "title": escape(title),
        "style": _asset("style.css"),
        "script": _asset("script.js"),
        "root": to_root,
        "body": body,
    }
    # In one pass, so that braces in a text stay what they are.
    return _MARK.sub(lambda found: parts[found[1]], _asset("page.html"))


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
