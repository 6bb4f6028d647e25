"""A lesson as one Markdown text: what a reader sees, where to try a block, the questions without their answers."""

from __future__ import annotations

from runner.catalog.blocks import blocks_of
from runner.catalog.lessons import Lesson
from runner.catalog.markdown import comments, readable, sections
from runner.catalog.quiz import Choice, Ordering, Question, quiz_of

LETTERS = "abcdefghij"


def lesson_markdown(lesson: Lesson) -> str:
    """The whole lesson, its questions and its sources."""
    heading = "" if lesson.text.lstrip().startswith("# ") else f"# {lesson.title}\n\n"
    return heading + readable(_with_hints(lesson)) + "\n" + _questions(lesson) + _sources(lesson)


def page_markdown(lesson: Lesson, number: int) -> str:
    """One page, by its index; with the questions where it is the last and there are any."""
    page = lesson.pages()[number]
    if not page.name:
        opening, _ = sections(_with_hints(lesson), 2)
        body = "\n".join(line for line in opening.splitlines() if not line.startswith("# ")).strip("\n")
        return f"# {page.title}\n\n{readable(body)}\n"
    _, parts = sections(_with_hints(lesson), 2)
    part = next(part for part in parts if part.title == page.title)
    text = f"## {page.title}\n\n{readable(part.text)}".rstrip("\n")
    is_last = number == len(lesson.pages()) - 1
    return text + "\n" + (_questions(lesson) if is_last else "")


def question_markdown(question: Question, number: int) -> str:
    """A question with its options lettered in the order they are shown in, and not with its answer."""
    code = f"\n\n```js\n{question.code.rstrip()}\n```" if question.code else ""
    shown = [option.text for option in question.shown()] if isinstance(question, Choice) else list(question.shown())
    options = "\n".join(f"- {LETTERS[index]}) {text}" for index, text in enumerate(shown))
    return f"**{number}.** {question.ask.strip()} *({how_to_answer(question)})*{code}\n\n{options}\n"


def how_to_answer(question: Question) -> str:
    """What is asked for, in a few words."""
    if isinstance(question, Ordering):
        return "put them in order"
    return "one is right" if question.choose == "one" else "one or several are right"


def _with_hints(lesson: Lesson) -> str:
    """The raw text with a line under each block that says how to run it."""
    lines = lesson.text.splitlines()
    ends = {each.line: each.end for each in comments(lesson.text, lesson.text_line)}
    for number, block in reversed(list(enumerate(blocks_of(lesson), start=1))):
        after = next((ends[line] for line in (block.end + 1, block.end + 2) if line in ends), block.end)
        at = after - lesson.text_line + 1
        lines[at:at] = ["", f"*Try it:* `prodrill lesson {lesson.slug} --try {number}`"]
    return "\n".join(lines) + "\n"


def _questions(lesson: Lesson) -> str:
    questions = quiz_of(lesson)
    if not questions:
        return ""
    asked = "\n".join(question_markdown(each, number) for number, each in enumerate(questions, start=1))
    return f"\n{asked}\nAnswer them, with explanations: `prodrill lesson {lesson.slug} --quiz`\n"


def _sources(lesson: Lesson) -> str:
    """The sources, unless the lesson's text names them itself."""
    if not lesson.sources or "\n## Sources" in lesson.text:
        return ""
    listed = "\n".join(f"- {s.title}{f' <{s.url}>' if s.url else ''}" for s in lesson.sources)
    return f"\n## Sources\n\n{listed}\n"
