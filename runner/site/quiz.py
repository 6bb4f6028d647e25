"""Questions as HTML: answered in place where the page's script runs, read with their answers folded away where not."""

from __future__ import annotations

from html import escape

from runner.catalog.quiz import Choice, Ordering, Question
from runner.site.markdown import Renderer, coloured


def questions_html(questions: tuple[Question, ...], renderer: Renderer) -> str:
    """All questions of a lesson."""
    return "\n".join(_question(each, number, renderer) for number, each in enumerate(questions, start=1))


def _question(question: Question, number: int, renderer: Renderer) -> str:
    code = f'<pre class="code" tabindex="0"><code>{coloured(question.code, "js")}</code></pre>' if question.code else ""
    body = _choice(question, number, renderer) if isinstance(question, Choice) else _ordering(question, renderer)
    kind = question.choose if isinstance(question, Choice) else "order"
    return (
        f'<form class="question" data-kind="{kind}">\n'
        f"<p><strong>{number}.</strong> {renderer.inline(question.ask)} <em>{_HOW[kind]}</em></p>\n{code}{body}\n"
        '<p class="with-script"><button type="submit">Check</button> <output></output></p>\n</form>'
    )


_HOW = {"one": "(one is right)", "several": "(one or several are right)", "order": "(put them in order)"}


def _choice(question: Choice, number: int, renderer: Renderer) -> str:
    kind = "radio" if question.choose == "one" else "checkbox"
    options = "\n".join(
        f'<li data-right="{str(option.right).lower()}"><label><input type="{kind}" name="q{number}"> '
        f"<span>{renderer.inline(option.text)}</span></label></li>"
        for option in question.shown()
    )
    reasons = "\n".join(
        f"<li><strong>{renderer.inline(option.text)}</strong> "
        f'<em class="{"right" if option.right else "wrong"}">{"right" if option.right else "wrong"}</em>: '
        f"{renderer.inline(option.because)}</li>"
        for option in question.shown()
    )
    return f'<ul class="options">\n{options}\n</ul>\n{_answer(f"<ul>{reasons}</ul>")}'


def _ordering(question: Ordering, renderer: Renderer) -> str:
    steps = "\n".join(
        f'<li data-place="{question.order.index(step)}"><span>{renderer.inline(step)}</span> '
        f'<span class="with-script moves">{_move(-1, "up", step)}{_move(1, "down", step)}</span></li>'
        for step in question.shown()
    )
    right = "\n".join(f"<li>{renderer.inline(step)}</li>" for step in question.order)
    return (
        f'<ol class="steps">\n{steps}\n</ol>\n{_answer(f"<ol>{right}</ol><p>{renderer.inline(question.because)}</p>")}'
    )


def _move(way: int, name: str, step: str) -> str:
    arrow = "↑" if way < 0 else "↓"
    return f'<button type="button" data-move="{way}" aria-label="{name}: {escape(step)}">{arrow}</button>'


def _answer(html: str) -> str:
    return f"<details><summary>The answer, and why</summary>{html}</details>"
