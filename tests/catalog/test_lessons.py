"""Lessons: front matter, pages, and what goes wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.errors import BadMarkdown, BadValue, MissingKey, NoSuchLesson, NoSuchPage, UnknownKey
from runner.catalog.lessons import Source, all_lessons, lesson_slugs, load_lesson
from runner.catalog.markdown import anchor, comments, fences, readable, sections
from tests.catalog.changing import replace


def test_a_lesson_has_its_front_matter_and_its_pages(root: Path) -> None:
    lesson = load_lesson("slow-scan")
    assert (lesson.title, lesson.minutes, lesson.points, lesson.katas) == ("Slow scan", 5, ("P1.1",), ("slow-scan",))
    assert lesson.sources[0].url.startswith("https://")
    assert [page.title for page in lesson.pages()] == ["Slow scan", "Two places", "Practice", "Check yourself"]
    lines = lesson.file.read_text().splitlines()
    assert lines[lesson.pages()[1].line - 1] == "## Two places"
    assert not lesson.pages()[0].text.startswith("#")


def test_a_source_may_be_a_plain_text(root: Path) -> None:
    file = root / "course" / "slow-scan.md"
    replace(file, "sources:\n", "sources:\n  - A talk of 2019\n")
    assert load_lesson("slow-scan").sources[0] == Source("A talk of 2019")


def test_the_nearest_lesson_is_named(root: Path) -> None:
    with pytest.raises(NoSuchLesson, match="Did you mean 'slow-scan'"):
        load_lesson("slow-scam")


def test_a_name_never_leads_out_of_the_course(root: Path) -> None:
    (root / "secret.md").write_text("---\ntitle: x\n---\n")
    with pytest.raises(NoSuchLesson):
        load_lesson("../secret")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("# No front matter\n", BadMarkdown),
        ("---\ntitle: never closed\n", BadMarkdown),
        ("", BadMarkdown),
        ("---\ntitle: a\nminutes: 5\n---\n", MissingKey),
        ("---\ntitle: a\nminutes: 5\npoints: []\ntitel: b\n---\n", UnknownKey),
        ("---\ntitle: a\nminutes: 0\npoints: []\n---\n", BadValue),
    ],
)
def test_a_bad_front_matter_is_refused(root: Path, text: str, error: type[Exception]) -> None:
    (root / "course" / "slow-scan.md").write_text(text)
    with pytest.raises(error, match=r"slow-scan\.md"):
        load_lesson("slow-scan")


def test_a_line_in_the_front_matter_is_the_line_of_the_file(root: Path) -> None:
    file = root / "course" / "slow-scan.md"
    replace(file, "minutes: 5", "minutse: 5")
    with pytest.raises(UnknownKey) as caught:
        load_lesson("slow-scan")
    assert file.read_text().splitlines()[(caught.value.line or 0) - 1] == "minutse: 5"


def test_lessons_come_in_the_order_of_the_syllabus_and_others_last(root: Path) -> None:
    text = (root / "course" / "slow-scan.md").read_text()
    for slug in ("a-stray", "first"):
        (root / "course" / f"{slug}.md").write_text(text)
    replace(root / "course" / "syllabus.yaml", "[slow-scan]", "[first, slow-scan, not-yet-written]")
    assert lesson_slugs() == ["first", "slow-scan", "a-stray"]
    assert len(all_lessons()) == 3


def test_a_heading_inside_a_fence_is_text() -> None:
    text = "before\n\n## One\n\n```sh\n## a comment\n```\n\n## Two\nlast\n"
    opening, parts = sections(text, 2)
    assert opening == "before"
    assert [(part.title, part.line) for part in parts] == [("One", 3), ("Two", 9)]
    assert "## a comment" in parts[0].text


def test_fences_tell_their_language_and_their_lines() -> None:
    text = "```\na -> b\n```\n\n~~~~js title=x\n```\nlet a;\n~~~~\n\n``` text\n\n```\n"
    assert [(each.language, each.lines, each.line) for each in fences(text)] == [
        ("", ("a -> b",), 2),
        ("js", ("```", "let a;"), 6),
        ("text", ("",), 11),
    ]


def test_a_page_shows_no_expectation_and_no_data_of_questions(root: Path) -> None:
    text = "\n".join(page.text for page in load_lesson("slow-scan").pages())
    assert "JSON.parse(body)" in text and "```js\nconst" in text
    assert not any(hidden in text for hidden in ("<!--", "expect", "quiz", "because", "right: true", "js run"))


def test_taking_a_comment_out_leaves_no_gap_and_code_is_not_looked_into() -> None:
    text = "one\n\n<!-- expect\n- line: a\n-->\n\ntwo\n\n```\n<!-- kept -->\n\n\nlast\n```"
    assert readable(text) == "one\n\ntwo\n\n```\n<!-- kept -->\n\n\nlast\n```"
    assert [(each.line, each.end, each.closed) for each in comments(text)] == [(3, 5, True)]
    assert [each.closed for each in comments("<!-- never\nclosed")] == [False]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The pool, a thread", "the-pool-a-thread"),
        ("`async` does not move work", "async-does-not-move-work"),
        ("What to do?", "what-to-do"),
        ("Open- and closed-loop", "open--and-closed-loop"),
    ],
)
def test_a_page_is_called_in_links_as_github_would(title: str, name: str) -> None:
    assert anchor(title) == name


def test_a_page_is_found_by_its_name_and_the_nearest_is_told(root: Path) -> None:
    lesson = load_lesson("slow-scan")
    assert lesson.page_number("two-places") == 1
    with pytest.raises(NoSuchPage, match="Did you mean 'two-places'"):
        lesson.page_number("two-place")
