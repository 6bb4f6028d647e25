"""A small course to point the commands at: two katas, two lessons, an answer key; nothing in it is ever run."""

from __future__ import annotations

from pathlib import Path

_KATA = """\
title: {title}
lesson: {lesson}
points: [A1.1]
difficulty: {difficulty}
minutes: 30
criteria:
  - id: answers-right
    sentence: Every answer is right.
    measure: answers compared
    limit: all of them
    why: A wrong answer is worse than none.
  - id: stays-quick
    sentence: It stays quick.
    measure: share overtaken
    limit: at least 0.9
    why: Others wait.
    needs: [answers-right]
"""
_HINTS = """\
## answers-right
### 1
Look at the numbers.
### 2
They are added as text.
### 3
Use `Number()`.
## stays-quick
### 1
Look at the loop.
### 2
It waits for the file.
### 3
Use `fs.promises`.
"""
_LESSON = """\
---
title: {title}
minutes: 10
points: [A1.1]
katas: [{kata}]
---
# {title}

Some **bold** words.

## Second part

- one
- two
"""
_SYLLABUS = """\
modules:
  - title: Basics
    lessons: [event-loop, streams]
points:
  A1.1: {point: One thing., kata: slow-sum}
"""


def write_content(root: Path) -> Path:
    """Writes the course under `root` and returns it, for PRODRILL_CONTENT."""
    _write(root / "course" / "syllabus.yaml", _SYLLABUS)
    for lesson, title, kata in (("event-loop", "The event loop", "slow-sum"), ("streams", "Streams", "lost-rows")):
        _write(root / "course" / f"{lesson}.md", _LESSON.format(title=title, kata=kata))
    _write_kata(root, "slow-sum", "The slow sum", "event-loop", 1)
    _write_kata(root, "lost-rows", "The lost rows", "streams", 2)
    return root


def _write_kata(root: Path, slug: str, title: str, lesson: str, difficulty: int) -> None:
    folder = root / "katas" / slug
    _write(folder / "kata.yaml", _KATA.format(title=title, lesson=lesson, difficulty=difficulty))
    _write(folder / "hints.md", _HINTS)
    _write(folder / "incident.md", f"# {title}\n\nThe pager went at 03:12.\n")
    _write(folder / "debrief.md", f"# {title}, afterwards\n\nIt was the loop.\n")
    _write(folder / "probes.py", "")
    _write(folder / "service" / "README.md", "# Contract\n")
    _write(folder / "service" / "server.js", "const sum = 1;\nexport default sum;\n")
    key = root / "solutions" / slug
    _write(key / "broken.yaml", "fails: [stays-quick]\n")
    _write(key / "accepted" / "by-hand" / "answer.yaml", "title: By hand\napproach: by hand\nwhy: It does less.\n")
    _write(key / "accepted" / "by-hand" / "server.js", "const sum = 2;\nexport default sum;\n")
    _write(key / "rejected" / "later" / "answer.yaml", "title: Later\nwhy: It only waits.\nfails: [stays-quick]\n")
    _write(key / "rejected" / "later" / "server.js", "const sum = 3;\nexport default sum;\n")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
