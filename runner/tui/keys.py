"""Which keys act, by the names of their bindings, and whether the learner's choice of others can hold.

A name is a place and an act: `map.next`, `kata.verify`. What acts everywhere is `app`, what acts in any text `reader`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from msgspec import Struct
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

import runner.tui
from runner.catalog.errors import nearest_name
from runner.learner.errors import SettingsError
from runner.learner.settings_file import settings_file

_EVERYWHERE = frozenset({"app", "reader"})
_TAKEN = frozenset({"up", "down", "tab", "shift+tab", "ctrl+c", "ctrl+q"})
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMED = frozenset(key.value for key in Keys)


class Known(Struct, frozen=True):
    """A binding as it is shipped: its keys in Textual's names, and what it does."""

    keys: tuple[str, ...]
    does: str


def known_bindings() -> dict[str, Known]:
    """Every binding of the app that has a name, in the order of names. Loads all of the app."""
    found: dict[str, Known] = {}
    for binding in _declared():
        before = found.get(binding.id or "")
        keys = tuple(dict.fromkeys((*(before.keys if before else ()), binding.key)))
        found[binding.id or ""] = Known(keys, binding.tooltip or binding.description)
    return dict(sorted(found.items()))


def check_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """`wanted` as a keymap for Textual. Raises `SettingsError` for an unknown name or key, and for a clash."""
    if not wanted:
        return {}
    known = known_bindings()
    for name in wanted:
        if name not in known:
            nearest = nearest_name(name, known)
            meant = f" Did you mean {nearest!r}?" if nearest else ""
            raise _refused(f"there is no key named {name!r}.{meant} `prodrill settings --keys` lists all of them.")
    chosen = {name: _normal(name, keys) for name, keys in wanted.items()}
    _refuse_clashes(chosen, known)
    return {name: ",".join(keys) for name, keys in {**_beside(chosen, known), **chosen}.items()}


def app_classes() -> list[type[DOMNode]]:
    """The app's own screens and widgets, by module. Loads all of the app."""
    found: dict[type[DOMNode], None] = {}
    for module in pkgutil.iter_modules(runner.tui.__path__):
        for value in vars(importlib.import_module(f"runner.tui.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__.startswith("runner.tui."):
                found[value] = None
    return list(found)


def _declared() -> Iterator[Binding]:
    for kind in app_classes():
        yield from (each for each in Binding.make_bindings(kind.__dict__.get("BINDINGS", ())) if each.id)


def _normal(name: str, keys: str) -> tuple[str, ...]:
    """The keys in Textual's names: `?` is `question_mark`."""
    for key in keys.split(","):
        *modifiers, base = key.strip().split("+") if key.strip() != "+" else ["+"]
        if not set(modifiers) <= _MODIFIERS or not (len(base) == 1 or base in _NAMED or _is_sign(base)):
            raise _refused(f"{name}: there is no key {key.strip()!r}. Write one as c, C, ?, f5, enter or ctrl+r.")
        if key.strip() in _TAKEN:
            raise _refused(f"{name}: {key.strip()} is needed for moving about or leaving. Choose another key.")
    return tuple(each.key for each in Binding.make_bindings([Binding(keys.replace(" ", ""), "")]))


def _is_sign(name: str) -> bool:
    """`question_mark`, `less_than_sign`: what Textual calls a character by."""
    import unicodedata

    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True


def _refuse_clashes(chosen: Mapping[str, tuple[str, ...]], known: Mapping[str, Known]) -> None:
    for name, keys in chosen.items():
        for other, shipped in known.items():
            taken = chosen.get(other, shipped.keys)
            both = [key for key in keys if key in taken]
            shared_before = set(known[name].keys) & set(shipped.keys)
            if both and other != name and _meet(name, other) and not shared_before:
                raise _refused(
                    f"{name} and {other} ({shipped.does}) would both be {both[0]!r}. Choose another key for one."
                )


def _meet(name: str, other: str) -> bool:
    places = {name.split(".")[0], other.split(".")[0]}
    return len(places) == 1 or bool(places & _EVERYWHERE)


def _beside(chosen: Mapping[str, tuple[str, ...]], known: Mapping[str, Known]) -> dict[str, tuple[str, ...]]:
    """Bindings that share a key with one that moves: Textual drops them with it, unless the keymap has them too."""
    return {
        other: shipped.keys
        for name in chosen
        for other, shipped in known.items()
        if set(known[name].keys) & set(shipped.keys)
    }


def _refused(text: str) -> SettingsError:
    return SettingsError(f"{settings_file()}, [keys]: {text}")
