"""Every key that acts now, at the foot of a screen, in as many lines as they need: none falls off a narrow terminal.

One widget that draws text. Textual's own Footer is a widget for each key, made anew at each change of focus, in one
line that scrolls.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content
from textual.events import MouseDown
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget


class Key(Struct, frozen=True):
    """A key as it is shown, and what it does; one that does nothing now is shown dim."""

    key: str
    shown: str
    does: str
    enabled: bool = True

    @property
    def width(self) -> int:
        return len(self.shown) + 1 + len(self.does)


class Lines(Struct, frozen=True):
    """Keys in lines, with `gap` cells between two of them."""

    keys: list[list[Key]]
    gap: int

    def at(self, x: int, y: int) -> Key | None:
        """The key drawn at a cell."""
        end = 0
        for key in self.keys[y] if y < len(self.keys) else ():
            if end <= x < end + key.width:
                return key
            end += key.width + self.gap
        return None


class KeyBar(Widget):
    """Follows the bindings of its screen. A click on a key presses it."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; width: 100%; height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[Key] = []

    def on_mount(self) -> None:
        self._keys = self._acting()
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._lines(width).keys))

    def render(self) -> Content:
        lines = self._lines(self.content_size.width)
        return Content("\n").join(Content(" " * lines.gap).join(map(_drawn, line)) for line in lines.keys)

    def _lines(self, width: int) -> Lines:
        return wrapped(self._keys, width)

    def _follow(self, screen: Screen[object]) -> None:
        if self.app.app_focus and self.is_attached and screen is self.screen:
            self.call_later(self.take_up)

    def take_up(self) -> None:
        """Show the keys that act by now; it is done by itself a moment after bindings changed."""
        if not self.is_attached or (keys := self._acting()) == self._keys:
            return
        width = self.content_size.width
        before = len(self._lines(width).keys)
        self._keys = keys
        self.refresh(layout=len(self._lines(width).keys) != before)

    def _acting(self) -> list[Key]:
        """The first key of each action, in the order of the bindings."""
        acting: dict[str, Key] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and binding.action not in acting:
                shown = self.app.get_key_display(binding)
                acting[binding.action] = Key(binding.key, shown, binding.description, enabled)
        return list(acting.values())

    def on_mouse_down(self, event: MouseDown) -> None:
        at = event.get_content_offset(self)
        key = self._lines(self.content_size.width).at(at.x, at.y) if at is not None else None
        if key is not None and key.enabled:
            self.app.simulate_key(key.key)
        elif key is not None:
            self.app.bell()


def wrapped(keys: Sequence[Key], width: int) -> Lines:
    """The keys in lines of at most `width` cells: two cells between them, or one where that saves a line."""
    wide, narrow = _wrapped(keys, width, 2), _wrapped(keys, width, 1)
    return narrow if len(narrow.keys) < len(wide.keys) else wide


def _wrapped(keys: Sequence[Key], width: int, gap: int) -> Lines:
    lines: list[list[Key]] = []
    left = 0
    for key in keys:
        if not lines or key.width > left:
            lines.append([])
            left = width
        lines[-1].append(key)
        left -= key.width + gap
    return Lines(lines, gap)


def _drawn(key: Key) -> Content:
    if not key.enabled:
        return Content.styled(f"{key.shown} {key.does}", "dim")
    return Content.assemble(
        (key.shown, "bold $footer-key-foreground"), " ", (key.does, "$footer-description-foreground")
    )
