"""Markdown of the course as HTML: links to lessons and katas lead to pages of the site, and code is coloured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from runner.catalog.checks.texts import LESSON_LINK

_OUTSIDE = re.compile(r"https?://|mailto:", re.IGNORECASE)


class Renderer:
    """Renders texts for one page of the site; `to_root` is the way from that page to the site's top."""

    def __init__(self, lessons: Sequence[str], katas: Sequence[str], to_root: str) -> None:
        self._lessons, self._katas, self._to_root = frozenset(lessons), frozenset(katas), to_root
        self._parser = MarkdownIt("commonmark", {"html": False, "highlight": None}).enable("table")
        self._parser.add_render_rule("fence", _fence)
        self._parser.add_render_rule("table_open", lambda *_: '<div class="wide"><table>\n')
        self._parser.add_render_rule("table_close", lambda *_: "</table></div>\n")

    def block(self, text: str) -> str:
        """A whole text, with its paragraphs."""
        tokens = self._parser.parse(text)
        self._adapt(tokens)
        return str(self._parser.renderer.render(tokens, self._parser.options, {}))

    def inline(self, text: str) -> str:
        """One line, without a paragraph around it."""
        tokens = self._parser.parseInline(text.strip())
        self._adapt(tokens)
        return str(self._parser.renderer.render(tokens, self._parser.options, {}))

    def _adapt(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.children:
                self._adapt_links(token.children)

    def _adapt_links(self, children: list[Token]) -> None:
        opened: list[bool] = []
        for token in children:
            if token.type == "link_open":
                target = self.target(str(token.attrs.get("href", "")))
                opened.append(bool(target))
                if target:
                    token.attrSet("href", target)
                    if _OUTSIDE.match(target):
                        token.attrSet("rel", "noreferrer")
                else:
                    token.tag, token.attrs = "span", {}
            elif token.type == "link_close" and not opened.pop():
                token.tag = "span"

    def target(self, href: str) -> str:
        """Where a link of the content leads in the site; empty where the site has no such place."""
        if _OUTSIDE.match(href) or href.startswith("#"):
            return href
        path, _, page = href.removeprefix(LESSON_LINK).partition("#")
        parts = PurePosixPath(path).parts
        hash_ = f"#{page}" if page else ""
        if "katas" in parts[:-1] and parts[parts.index("katas") + 1] in self._katas:
            return f"{self._to_root}katas.html#{parts[parts.index('katas') + 1]}"
        slug = PurePosixPath(path).stem
        return f"{self._to_root}lessons/{slug}.html{hash_}" if slug in self._lessons else ""


def _fence(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Mapping[str, Any]) -> str:
    """A render rule: markdown-it binds it to its renderer."""
    token = tokens[index]
    language = (token.info.split() or [""])[0]
    if language in ("", "text"):
        return f'<pre class="diagram" tabindex="0">{escape(token.content)}</pre>\n'
    return f'<pre class="code" tabindex="0"><code>{coloured(token.content, language)}</code></pre>\n'


def coloured(code: str, language: str) -> str:
    """Code as HTML with Pygments' short classes; plain where it does not know the language."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return escape(code)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))
