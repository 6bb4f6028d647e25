"""Spelling of all prose, against a dictionary and the list `words.txt` of what it does not know.

pyspellchecker knows words, not misspellings: whatever is in neither is told, so that a new typing error is found, too.
Its dictionary comes with its wheel, American as it is; British forms, names and terms are in the list.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from spellchecker import SpellChecker

from tests.course.prose import Word, all_words, markdown_words

LIST = Path(__file__).parent / "words.txt"


@functools.cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


@functools.cache
def _listed() -> frozenset[str]:
    return frozenset(line.lower() for line in LIST.read_text(encoding="utf-8").split())


def is_known(text: str) -> bool:
    """Whether a word is in the dictionary or the list; acronyms and names of code (`setTimeout`) are not looked up."""
    plain = text.replace("’", "'").removesuffix("'s").removesuffix("'")
    if plain.isupper() or (plain.endswith("s") and plain[:-1].isupper()) or not plain[1:].islower():
        return True
    lower = plain.lower()
    return lower in _listed() or lower in _dictionary() or text.replace("’", "'").lower() in _dictionary()


def test_every_word_is_in_the_dictionary_or_the_list() -> None:
    places: dict[str, list[Word]] = {}
    for word in all_words():
        if not is_known(word.text):
            places.setdefault(word.text, []).append(word)
    told = [_told(text, found) for text, found in sorted(places.items())]
    listing = "\n".join(told)
    assert not told, f"not in the dictionary; mend it, or add it to {LIST.name} if it is right:\n{listing}"


def _told(text: str, found: list[Word]) -> str:
    near = ", ".join(sorted(_dictionary().candidates(text.lower()) or ())[:4])
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].file}:{found[0].line}: {text}{more}{f' ({near}?)' if near else ''}"


def test_the_list_is_sorted_and_holds_only_what_the_dictionary_lacks() -> None:
    words = LIST.read_text(encoding="utf-8").split()
    assert words == sorted(set(words), key=str.lower)
    assert [word for word in words if word.lower() in _dictionary()] == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("A recieved messsage", {"recieved", "messsage"}),
        ("`recieved` and ```\n", set()),
        ("The behaviour of `x`, of setTimeout, and of TLS or URLs.", set()),
        ("[a lnik](https://exmaple.com/reponse) and <https://exmaple.org>", {"lnik"}),
        ("Node.js's files: server.js, a/b-c.ts", set()),
        ("It doesn't, and don’t you, and the services' clients'", set()),
        ("```js run x\nrecieve\n```\n<!-- expect\n- line: recieve\n-->", set()),
    ],
)
def test_what_is_a_word_and_what_is_code(text: str, unknown: set[str]) -> None:
    found = {word.text for word in markdown_words(text, Path("x.md")) if not is_known(word.text)}
    assert found == unknown


def test_a_word_has_the_line_it_is_on() -> None:
    words = list(markdown_words("# One\n\ntwo\nthree `x`\n\n- four\n", Path("x.md"), 10))
    assert [(word.text, word.line) for word in words] == [("One", 10), ("two", 12), ("three", 13), ("four", 15)]
