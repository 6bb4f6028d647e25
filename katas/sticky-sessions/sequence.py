"""Whether ids come from `Math.random()` of V8: then each follows from those before it, however random it looks.

V8 draws with xorshift128 and shows the upper bits of one of its two words. Every bit shown is a sum (modulo 2) of
some of the 128 bits that it started from, so a few ids make more equations than there are unknowns; that they agree is
no accident. It draws 64 numbers at a time and hands them out from the last to the first.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from functools import cache

BLOCK, WORD, STATE = 64, 64, 128
SURE_BITS = 32
"""So many bits are foretold by chance once in four thousand million times."""

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
_LOWER, _UPPER, _DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
_ALPHABETS = (
    _DIGITS + _LOWER, _LOWER + _DIGITS, _UPPER + _LOWER + _DIGITS, _LOWER + _UPPER + _DIGITS, _DIGITS + _UPPER + _LOWER,
    _DIGITS + _LOWER + _UPPER,
)  # fmt: skip
_FRACTION_DIGITS = 9

Draw = tuple[tuple[int, int], ...]
"""What one number is known to be: places from its highest bit on, each with the bit there."""
Word = list[int]
"""The bits of a word, from the lowest; each a sum of bits of the state at the beginning, as a mask."""


def foretold_bits(ids: list[str]) -> int:
    """How many bits of these ids, given in a row by one process, follow from the others; 0 where they do not."""
    return max((_agreeing(draws) for draws in _readings(ids)), default=0)


def _readings(ids: list[str]) -> Iterator[list[Draw]]:
    """The ways in which the usual snippets could have made such ids, as numbers drawn one after another."""
    for read in (_as_uuid, _as_hex, *(_picker(alphabet) for alphabet in _ALPHABETS)):
        each = [read(sid) for sid in ids]
        if all(each):
            # One id with enough in it speaks for itself, whatever was drawn between it and the next.
            gaps = (0,) if sum(map(len, each[0])) >= STATE + SURE_BITS else (0, 1)
            yield from (_with_gaps(each, gap) for gap in gaps)
    # Math.random().toString(36).slice(2), perhaps several of them: only the first of each id is read.
    fractions = [_as_fraction(sid) for sid in ids]
    if all(fractions):
        yield from (_with_gaps(fractions, gap) for gap in range(4))


def _with_gaps(each: list[list[Draw]], gap: int) -> list[Draw]:
    """The draws of all ids, with so many unseen ones after each id."""
    return [draw for draws in each for draw in (*draws, *[()] * gap)]


def _as_uuid(sid: str) -> list[Draw]:
    if not _UUID.fullmatch(sid):
        return []
    digits = sid.replace("-", "")
    whole = [_between(int(digit, 16), 16) for digit in digits]
    # The version is written, not drawn; of the variant's digit only the two lower bits of four are.
    return [*whole[:12], *whole[13:16], tuple(p for p in whole[16] if p[0] >= 2), *whole[17:]]


def _as_hex(sid: str) -> list[Draw]:
    return [_between(int(digit, 16), 16) for digit in sid] if re.fullmatch("[0-9a-f]{16,}", sid) else []


def _picker(alphabet: str) -> Callable[[str], list[Draw]]:
    return lambda sid: [_between(alphabet.index(c), len(alphabet)) for c in sid] if set(sid) <= set(alphabet) else []


def _as_fraction(sid: str) -> list[Draw]:
    start = sid[:_FRACTION_DIGITS]
    if len(start) < _FRACTION_DIGITS or not set(start) <= set(_DIGITS + _LOWER):
        return []
    return [_between(int(start, 36), 36**_FRACTION_DIGITS)]


def _between(index: int, count: int) -> Draw:
    """The bits in which all numbers agree that lie in the part `index` of `count` equal parts of 0 to 1."""
    low, high = (index << WORD) // count, (((index + 1) << WORD) - 1) // count
    same = WORD - (low ^ high).bit_length()
    return tuple((place, low >> (WORD - 1 - place) & 1) for place in range(min(same, 50)))


def _agreeing(draws: list[Draw]) -> int:
    """Bits beyond the unknown ones, where the draws agree for some place in the block; 0 where they do for none."""
    return max((_surplus(draws, first) for first in range(min(BLOCK, len(draws)))), default=0)


def _surplus(draws: list[Draw], wrap: int) -> int:
    """With a new block begun after the draw `wrap`: equations that followed from others, 0 where one disagrees."""
    basis: dict[int, int] = {}
    surplus = 0
    for n, draw in enumerate(draws):
        word = _state(_drawn_as(n, wrap))[0]
        for place, bit in draw:
            row = _reduced(word[WORD - 1 - place] | bit << STATE, basis)
            if row >> STATE and not row & _UNKNOWN:
                return 0
            surplus += not row
    return surplus


_UNKNOWN = (1 << STATE) - 1


def _reduced(row: int, basis: dict[int, int]) -> int:
    """What is left of an equation beside those before it; joins them where something is."""
    while unknown := row & _UNKNOWN:
        highest = unknown.bit_length()
        if highest not in basis:
            basis[highest] = row
            return row
        row ^= basis[highest]
    return row


def _drawn_as(n: int, wrap: int) -> int:
    """Which number in the order of drawing the n-th handed out is; of the first block those to `wrap` were left."""
    if n <= wrap:
        return wrap - n
    blocks, place = divmod(n - wrap - 1, BLOCK)
    return (blocks + 2) * BLOCK - 1 - place


@cache
def _state(n: int) -> tuple[Word, Word]:
    """Both words at the n-th drawing; the first of them is the one whose upper bits are shown."""
    if n < 0:
        return [1 << place for place in range(WORD)], [1 << (WORD + place) for place in range(WORD)]
    one, other = _state(n - 1)
    one = [one[i] ^ (one[i - 23] if i >= 23 else 0) for i in range(WORD)]
    one = [one[i] ^ (one[i + 17] if i + 17 < WORD else 0) for i in range(WORD)]
    one = [one[i] ^ other[i] ^ (other[i + 26] if i + 26 < WORD else 0) for i in range(WORD)]
    return other, one
