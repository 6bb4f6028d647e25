"""When Python looks for garbage.

By default it looks through everything now and then, in an app of this size for some 0.2 s, and mostly while a page is
being made. What is there before the start stays for good and need not be looked at; the rest can wait for a quiet
moment.
"""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000
_YOUNG_LOOKS = 20
_OLD_LOOKS = 1_000


def settle() -> None:
    """To be called before the app runs: keep what is loaded, and look through the rest seldom from now on."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_LOOKS, _OLD_LOOKS)


def sweep() -> None:
    """Look through what is new since the last time, before it becomes so much that it takes long: some 10 ms a page."""
    gc.collect(1)


def tidy() -> None:
    """To be called where nobody waits: takes some 0.2 s."""
    gc.collect()
