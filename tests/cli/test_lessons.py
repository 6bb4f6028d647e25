"""Lessons on the command line: pages, blocks to try, questions; and the syllabus."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from runner.catalog.quiz import Choice, Option, Ordering
from runner.cli.quizzing import chosen, explanation
from runner.learner.home import open_store
from runner.record.events import LineLogged, NoticeGiven, SampleTaken, StageReached
from runner.record.tries import TryEnded, TryEvent, TryStarted
from tests.catalog.changing import replace
from tests.cli.conftest import Type
from tests.cli.fake_engine import FakeEngine

BLOCKS = """
## To try

```js run slow-timer
console.log('fired');
```

<!-- expect
- line: fired (\\d+) ms late
  at_least: 100
- series: delay
  count: {at_least: 2}
-->

And then:

```ts run typed
const n: number = 1;
```
<!-- expect
- exit: 0
-->

## Check yourself

Three of them.

```yaml quiz
- ask: Which is `right`?
  choose: one
  options:
    - {text: the first, right: true, because: It is.}
    - {text: the second, because: It is not.}
    - {text: the third, because: Nor this.}
- ask: Which are right?
  choose: several
  options:
    - {text: one, right: true, because: Yes.}
    - {text: two, right: true, because: Yes.}
    - {text: three, because: No.}
- ask: In which order?
  order: [wake, rise, leave]
  because: Nobody leaves asleep.
```
"""
SHOWING: list[TryEvent] = [
    StageReached(0.0, "fetching"),
    NoticeGiven(0.0, "no engine"),
    TryStarted(0.0, "process", False),
    LineLogged(0.1, "stdout", "fired 312 ms late \x1b[2J"),
    LineLogged(0.1, "stderr", "a warning"),
    SampleTaken(0.1, "", "delay", "ms", 0.0, 1.0),
    SampleTaken(0.2, "", "delay", "ms", 1.0, 312.0, 100.0),
    TryEnded(0.3, code=0),
]
NOTHING: list[TryEvent] = [
    TryStarted(0.0, "process", False),
    LineLogged(0.1, "stdout", "on time"),
    TryEnded(0.2, code=0),
]
NO_SANDBOX: list[TryEvent] = [TryEnded(0.0, trouble="no space is left")]


def engine(*scripts: list[TryEvent]) -> FakeEngine:
    return FakeEngine(*(cast("list[Any]", script) for script in scripts))


@pytest.fixture
def lesson(home: Path) -> Path:
    """The lesson `streams` with blocks and questions."""
    file = home / "content" / "course" / "streams.md"
    file.write_text(file.read_text() + BLOCKS)
    return file


def test_a_printed_lesson_has_no_expectations_no_answers_and_says_how_to_try(typed: Type, lesson: Path) -> None:
    text = typed("lesson", "streams").out
    assert "```js\nconsole.log('fired');\n```" in text
    assert "*Try it:* `prodrill lesson streams --try 2`" in text
    assert "**1.** Which is `right`? *(one is right)*" in text and ") the second\n" in text
    assert "prodrill lesson streams --quiz" in text
    assert not any(hidden in text for hidden in ("expect", "at_least", "right: true", "Nor this", "asleep", "yaml"))


@pytest.mark.parametrize(
    "arguments", [("streams", "--page", "to-try"), ("streams#to-try",), ("lesson:streams#to-try",)]
)
def test_one_page_is_printed_by_its_name_in_a_link(typed: Type, lesson: Path, arguments: tuple[str, ...]) -> None:
    text = typed("lesson", *arguments).out
    assert text.startswith("## To try\n") and "fired" in text and "Check yourself" not in text
    assert json.loads(typed("lesson", *arguments, "--json").out)["number"] == 3


def test_a_page_by_number_and_one_that_is_not_there(typed: Type, lesson: Path) -> None:
    assert "**3.** In which order?" in typed("lesson", "streams", "--page", "4").out
    assert typed("lesson", "streams", "--page", "1").out.startswith("# Streams\n")
    done = typed("lesson", "streams#to-trie")
    assert (done.code, "Did you mean 'to-try'?" in done.err) == (2, True)
    assert typed("lesson", "--page", "1").code == 2


def test_a_block_is_tried_with_its_output_its_chart_and_what_it_showed(typed: Type, lesson: Path) -> None:
    fake = engine(SHOWING)
    done = typed("lesson", "streams", "--try", "1", "--sandbox", "process", engine=fake)
    assert done.code == 0
    assert done.out.startswith("fired 312 ms late\n\ndelay (ms)  last 312\n")
    assert "limit 100" in done.out and "a warning" not in done.out
    assert "a warning\n" in done.err and "It shows what the lesson says." in done.err
    (request,) = fake.requests
    assert (request.name, request.code, request.sandbox) == ("slow-timer", "console.log('fired');\n", "process")
    assert fake.closed == 1


def test_what_was_not_shown_is_said_and_exits_with_1(typed: Type, lesson: Path) -> None:
    done = typed("lesson", "streams", "--try", "slow-timer", engine=engine(NOTHING))
    assert done.code == 1
    assert "expected a line with /fired (\\d+) ms late/" in done.err and "no sample of it" in done.err
    done = typed("lesson", "streams", "--try", "2", engine=engine(NO_SANDBOX))
    assert done.code == 3 and "no space is left" in done.err


def test_without_a_number_all_blocks_are_tried(typed: Type, lesson: Path) -> None:
    fake = engine(SHOWING, NOTHING)
    assert typed("lesson", "streams", "--try", engine=fake).code == 0
    assert [(request.name, request.language) for request in fake.requests] == [("slow-timer", "js"), ("typed", "ts")]
    done = typed("lesson", "streams", "--try", "3", engine=fake)
    assert (done.code, "has 1 (slow-timer), 2 (typed)" in done.err) == (2, True)
    assert "no block to try" in typed("lesson", "event-loop", "--try", engine=fake).err


def test_a_try_as_json(typed: Type, lesson: Path) -> None:
    (tried,) = json.loads(typed("lesson", "streams", "--try", "1", "--json", engine=engine(SHOWING)).out)
    assert (tried["block"], tried["sandbox"], tried["shown"], tried["code"]) == ("slow-timer", "process", True, 0)
    assert tried["samples"][1] == {"series": "delay", "t": 1.0, "value": 312.0, "unit": "ms", "limit": 100.0}
    assert [each["stream"] for each in tried["lines"]] == ["stdout", "stderr"]
    assert [each["ok"] for each in tried["expectations"]] == [True, True, True]


def test_questions_are_printed_without_answers_where_there_is_nobody_to_ask(typed: Type, lesson: Path) -> None:
    text = typed("lesson", "streams", "--quiz").out
    assert "**2.** Which are right? *(one or several are right)*" in text
    assert "It is." not in text and "true" not in text
    asked = json.loads(typed("lesson", "streams", "--quiz", "--json").out)
    assert [each["kind"] for each in asked] == ["one", "several", "order"]
    assert sorted(asked[2]["options"]) == ["leave", "rise", "wake"] and asked[2]["options"] != ["wake", "rise", "leave"]
    assert asked[0]["answered"] is None and "because" not in str(asked)
    assert typed("lesson", "event-loop", "--quiz").code == 2


def test_on_a_terminal_questions_are_asked_explained_and_kept(typed: Type, lesson: Path) -> None:
    asked = json.loads(typed("lesson", "streams", "--quiz", "--json").out)
    letters = [{text: "abc"[index] for index, text in enumerate(each["options"])} for each in asked]
    typing = (
        "z\n"  # no such option: asked again
        f"{letters[0]['the second']}\n"
        f"{letters[1]['two']} {letters[1]['one']}\n"
        f"{letters[2]['wake']}{letters[2]['rise']}{letters[2]['leave']}\n"
    )
    shown = _typed_on_a_terminal(typing, "lesson", "streams", "--quiz")
    assert "That is no answer here" in shown
    assert "Not right." in shown and "It is not." in shown and "Nor this." not in shown
    assert "Nobody leaves asleep." in shown and "2 of 3 right." in shown
    with open_store() as store:
        kept = list(store.quiz.of("streams").values())
    assert [each.was_right for each in kept] == [False, True, True]
    assert kept[0].given == ("the second",)
    answered = json.loads(typed("lesson", "streams", "--quiz", "--json").out)[2]["answered"]
    assert (answered["given"], answered["right"], answered["tries"]) == (["wake", "rise", "leave"], True, 1)


def test_leaving_half_way_keeps_what_was_answered(typed: Type, lesson: Path) -> None:
    assert "is kept" in _typed_on_a_terminal("a\nq\n", "lesson", "streams", "--quiz")
    with open_store() as store:
        assert len(store.quiz.of("streams")) == 1


def _typed_on_a_terminal(typing: str, *arguments: str) -> str:
    main, side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "runner.cli.main", *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
    ) as child:
        os.close(side)
        os.write(main, typing.encode())
        shown = b""
        try:
            while data := os.read(main, 65536):
                shown += data
        except OSError:
            pass
        child.wait(timeout=60)
    os.close(main)
    return shown.decode().replace("\r\n", "\n")


CHOICE = Choice("Which?", "several", tuple(Option(text, f"why {text}", right=text == "a") for text in "abc"))


def test_letters_name_options_and_anything_else_is_no_answer() -> None:
    shown = ["x", "y", "z"]
    one = Choice("Which?", "one", CHOICE.options)
    order = Ordering("In which order?", ("x", "y", "z"), "because")
    assert chosen("B\n", shown, one) == ("y",)
    assert chosen("c, a", shown, CHOICE) == ("z", "x")
    assert chosen("bca", shown, order) == ("y", "z", "x")
    for line, question in (("", one), ("ab", one), ("d", one), ("aa", CHOICE), ("ab", order), ("1", one)):
        assert chosen(line, shown, question) is None


def test_only_what_was_chosen_and_what_is_right_is_explained() -> None:
    text = explanation(CHOICE, ("b",))
    assert "why a" in text and "why b" in text and "why c" not in text


def test_the_syllabus_says_what_is_there_and_what_is_coming(typed: Type, home: Path) -> None:
    file = home / "content" / "course" / "syllabus.yaml"
    replace(file, "modules:", "documents: {A: A book}\nmodules:")
    file.write_text(
        file.read_text()
        + "  A1.2: {point: Another., kata: later-kata, lesson: event-loop}\n"
        + "  A1.3: {point: A third., lesson: later-one}\n"
    )
    replace(file, "[event-loop, streams]", "[event-loop, streams, later-one]")
    replace(home / "content" / "course" / "event-loop.md", "points: [A1.1]", "points: [A1.1, A1.2]")
    done = json.loads(typed("syllabus", "--json").out)
    assert [each["state"] for each in done["points"]] == ["testable", "taught", "coming"]
    assert done["points"][0] == {
        "point": "A1.1",
        "text": "One thing.",
        "document": "A book",
        "lesson": "event-loop",
        "lessons": ["event-loop", "streams"],
        "kata": "slow-sum",
        "kata_is_there": True,
        "state": "testable",
    }
    assert done["coming"] == {"lessons": ["later-one"], "katas": ["later-kata"]}
    text = typed("syllabus").out
    assert "A1.2  A  taught    event-loop          later-kata (coming)\n      Another.\n" in text
    assert "A  A book\n3 points: 1 coming, 1 taught, 1 testable.\n" in text
    assert "Lessons coming: later-one\nKatas coming: later-kata\n" in text
