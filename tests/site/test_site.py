"""The exported course: every link leads somewhere, nothing asks another host, nothing hidden is said."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest

from runner.catalog.scaffold import scaffold
from runner.site.export import NotOurs, export_course, load_course, site_files
from runner.site.markdown import Renderer
from tests.catalog.changing import replace
from tests.catalog.conftest import SYLLABUS

_LOADING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest"}


class Parsed(HTMLParser):
    """The tags of a page: what it links to, what it loads, what can be linked to, and whether all tags are closed."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.loads += [value for name, value in named.items() if name in _LOADING]
        if tag == "link":
            self.loads.append(named["href"])
        if tag == "a":
            self.links.append(named["href"])
        if "id" in named:
            self.ids.append(named["id"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open, self.getpos())


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small course: one kata, one lesson with a block and questions, one lesson and one kata coming."""
    home = tmp_path / "content"
    (home / "course").mkdir(parents=True)
    (home / "katas").mkdir()
    (home / "course" / "syllabus.yaml").write_text(SYLLABUS)
    (home / "katas" / "package.json").write_text('{"dependencies": {}}')
    monkeypatch.setenv("PRODRILL_CONTENT", str(home))
    scaffold("slow-scan")
    replace(home / "course" / "syllabus.yaml", "[slow-scan]", "[slow-scan, later-one]")
    replace(home / "course" / "syllabus.yaml", "no kata shows", "no kata shows, kata: later-kata, lesson: later-one")
    return home


def assert_links_lead_somewhere(files: dict[str, str]) -> None:
    pages = {Path(name): Parsed(text) for name, text in files.items()}
    for name, page in pages.items():
        assert page.open == [], f"{name} leaves {page.open} open"
        assert len(page.ids) == len(set(page.ids)), f"{name} has an id twice"
        assert [load for load in page.loads if not load.startswith("data:")] == [], name
        for link in page.links:
            if link.startswith(("https://", "http://")):
                continue
            target, fragment = urldefrag(link)
            path = name if not target else Path(_normal(name.parent / unquote(target)))
            assert path in pages, f"{name}: {link}"
            assert not fragment or fragment in pages[path].ids, f"{name}: {link}"


def _normal(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_in_the_shipped_course_every_link_leads_somewhere_and_nothing_is_loaded() -> None:
    files = site_files(load_course())
    assert len(files) >= 10
    assert_links_lead_somewhere(files)


def test_a_small_course_has_all_that_it_should(content: Path) -> None:
    files = site_files(load_course())
    assert_links_lead_somewhere(files)
    lesson = files["lessons/slow-scan.html"]
    assert 'id="two-places"' in lesson and '<pre class="diagram"' in lesson
    assert "prodrill lesson slow-scan --try 1" in lesson and '<span class="kd">const</span>' in lesson
    assert not any(hidden in lesson for hidden in ("expect", "at_least", "yaml", "quiz"))
    assert '<form class="question" data-kind="order">' in lesson and "<details>" in lesson
    assert "later-one (coming)" in files["index.html"]
    assert 'id="P1.2"' in files["syllabus.html"] and "later-kata (coming)" in files["syllabus.html"]
    assert 'id="slow-scan"' in files["katas.html"] and "later-kata" in files["katas.html"]


def test_what_a_lesson_says_is_never_markup(content: Path) -> None:
    file = content / "course" / "slow-scan.md"
    replace(file, "title: Slow scan", "title: 'Slow <script>scan</script> & {body}'")
    replace(file, "## Practice", "<img src=https://example.org/x.png>\n\n## Practice\n\n`{style}` <b>bold</b>")
    replace(file, "the parser of the framework", "the `<parser>` of <i>it</i>")
    files = site_files(load_course())
    assert_links_lead_somewhere(files)
    assert "<script>scan" not in "".join(files.values())


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("https://nodejs.org/x", "https://nodejs.org/x"),
        ("#waves", "#waves"),
        ("retries.md", "../lessons/retries.html"),
        ("retries.md#waves", "../lessons/retries.html#waves"),
        ("lesson:retries#waves", "../lessons/retries.html#waves"),
        ("lesson:later", ""),
        ("../katas/unsafe-retries/incident.md", "../katas.html#unsafe-retries"),
        ("../katas/later/incident.md", ""),
        ("../README.md", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_links_of_the_content_lead_to_pages_of_the_site(href: str, target: str) -> None:
    assert Renderer(("retries",), ("unsafe-retries",), "../").target(href) == target


def test_an_export_replaces_an_earlier_one_and_nothing_else(content: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    written = export_course(folder)
    assert all(path.is_file() for path in written)
    (folder / "lessons" / "gone.html").write_text("of a lesson that is no more")
    export_course(folder)
    assert not (folder / "lessons" / "gone.html").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(NotOurs, match="holds other files"):
        export_course(mine)
    assert [each.name for each in mine.iterdir()] == ["thesis.txt"]
    with pytest.raises(NotOurs):
        export_course(mine / "thesis.txt")


def test_the_command_tells_where_to_begin_and_refuses_a_folder_of_others(
    content: Path, tmp_path: Path, capfd: Any
) -> None:
    from runner.cli.ending import command_line

    assert command_line(("export", "course", str(tmp_path / "site")), None) == 0
    assert capfd.readouterr().out.strip() == str(tmp_path / "site" / "index.html")
    assert command_line(("export", "course", str(tmp_path)), None) == 2
    assert "holds other files" in capfd.readouterr().err
