"""The lines of a lesson's table of contents, and of its links."""

from __future__ import annotations

from textual.content import Content

from runner.tui.desk import Page
from runner.tui.links import Link
from runner.tui.safe import safe_line


def page_line(number: int, page: Page, is_here: bool) -> Content:
    """` 3 Title  ▶ here`, and whether there is code to try on it."""
    tries = sum(block is not None for block in page.fences)
    code = f"  {tries} to try" if tries else ""
    here = "  ▶ here" if is_here else ""
    return Content.assemble(
        (f"{number + 1:>2} ", "dim"), safe_line(page.title, 100), (code, "dim"), (here, "bold $text-accent")
    )


def link_line(link: Link) -> Content:
    """What the link says, and where it leads when that is outside."""
    where = f"  {safe_line(link.href, 200)}" if link.is_outside else ""
    return Content.assemble(safe_line(link.text, 100), (where, "dim"))
