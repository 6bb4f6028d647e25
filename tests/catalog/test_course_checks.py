"""What lint says of whole lessons and of the course: pages, words, links between lessons, what is coming."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.lint import lint
from tests.catalog.changing import replace

LESSON, SYLLABUS = "course/slow-scan.md", "course/syllabus.yaml"


def complaints() -> str:
    return "\n".join(str(problem) for problem in lint())


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("It is Just so.", "says 'Just'"),
        ("It is `just` so, and adjusted.", ""),
        ("See [there](#practice) and [here](slow-scan.md#two-places).", ""),
        ("See [there](#practise).", "no page 'practise'. Did you mean 'practice'"),
        ("See [there](slow-scan.md#two-place).", "no page 'two-place'"),
        ("See [there](lesson:slow-scan#practice).", ""),
        ("See [there](lesson:slow-scan#nowhere-at-all).", "leads nowhere"),
        ("See [there](lesson:fast-scan).", "no lesson 'fast-scan'. Did you mean 'slow-scan'"),
        ("See [there](lesson:later-one).", "the lesson is not written yet"),
        ("- a\n" * 40, "needs 16"),
        ("- a\n" * 20, ""),
        ("| " + " | ".join(["a" * 20] * 4) + " |\n" + "| --- " * 4 + "|", "this one need 92"),
        ("| " + " | ".join(["a bb ccc"] * 7) + " |\n" + "| --- " * 7 + "|", ""),
        ("## Two places\n\nAgain.", "a second page is called 'Two places'"),
    ],
)
def test_each_rule_for_pages(root: Path, new: str, complaint: str) -> None:
    replace(root / SYLLABUS, "[slow-scan]", "[slow-scan, later-one]")
    file = root / LESSON
    replace(file, "## Practice\n", f"{new}\n\n## Practice\n")
    told = [problem for problem in lint() if problem.file == file]
    if not complaint:
        assert told == []
        return
    assert complaint in "\n".join(map(str, told))
    if "page is called" not in complaint and "needs" not in complaint:
        lines = file.read_text().splitlines()
        assert lines[(told[0].line or 0) - 1] == new.splitlines()[0]


def test_a_kata_or_lesson_that_the_syllabus_names_may_be_coming(root: Path) -> None:
    replace(root / LESSON, "katas: [slow-scan]", "katas: [slow-scan, later-kata]")
    assert "no kata 'later-kata'" in complaints()
    replace(root / SYLLABUS, "kata: slow-scan,", "kata: later-kata,")
    replace(root / SYLLABUS, "[slow-scan]", "[slow-scan, later-one]")
    replace(root / SYLLABUS, "no kata shows}", "no kata shows, lesson: later-one}")
    assert complaints() == ""


def test_a_complete_course_has_nothing_coming(root: Path) -> None:
    replace(root / SYLLABUS, "modules:", "complete: true\nmin_blocks: 2\nmodules:")
    replace(root / SYLLABUS, "[slow-scan]", "[slow-scan, later-one]")
    text = complaints()
    assert f"{root / SYLLABUS}:5: the lesson 'later-one' is not in course/" not in text
    assert "the lesson 'later-one' is not in course/" in text
    assert f"{root / SYLLABUS}:8: no lesson teaches P1.2" in text
    assert f"{root / SYLLABUS}:2: over the course there should be 2 blocks to try, and there are 1" in text
    assert "ends without questions" not in text
    file = root / LESSON
    file.write_text(file.read_text().split("## Check yourself")[0])
    assert f"{file}: ends without questions" in complaints()


def test_a_point_of_no_document_is_told(root: Path) -> None:
    replace(root / SYLLABUS, "modules:", "documents: {Q: A book}\nmodules:")
    assert "the point P1.1 is from none of the `documents`" in complaints()


def test_a_criterion_names_the_page_that_explains_it_and_lint_its_line(root: Path) -> None:
    file = root / "katas" / "slow-scan" / "kata.yaml"
    replace(file, "    limit:", "    lesson: slow-scan#two-places\n    limit:")
    assert complaints() == ""
    replace(file, "#two-places", "#three-places")
    (problem,) = lint()
    assert file.read_text().splitlines()[(problem.line or 0) - 1].strip() == "lesson: slow-scan#three-places"
