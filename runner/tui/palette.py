"""The command palette: what can be done here and now, and nothing that cannot.

It reads the same bindings as the footer does, so that a key that is off is no command either.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol, cast

from msgspec import Struct
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from runner.tui.desk import CourseMap
from runner.tui.safe import safe_line
from runner.tui.theme import THEMES

_UNSAID = frozenset({"app.palette", "app.quit_always"})


class Command(Struct, frozen=True):
    """A line of the palette; `offered` is shown before anything is typed."""

    text: str
    help: str
    run: Callable[[], Coroutine[Any, Any, None] | None]
    offered: bool = True


class Owner(Protocol):
    """The app, as far as the palette goes."""

    def course_now(self) -> CourseMap: ...

    def open_entry(self, kind: str, slug: str) -> None: ...

    def choose_theme(self, name: str) -> None: ...


class ValidCommands(Provider):
    """Keys that act on the screen, lessons and katas to open, themes."""

    async def startup(self) -> None:
        self._commands = [*self._keys(), *self._themes(), *self._entries()]

    async def discover(self) -> Hits:
        for command in self._commands:
            if command.offered:
                yield DiscoveryHit(Content(command.text), command.run, text=command.text, help=command.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands:
            score = matcher.match(command.text)
            if score > 0:
                yield Hit(score, matcher.highlight(command.text), command.run, text=command.text, help=command.help)

    @property
    def _owner(self) -> Owner:
        return cast("Owner", self.app)

    def _keys(self) -> list[Command]:
        """What the screen's keys do now; a key without a name is Textual's own."""
        found: dict[str, Command] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if not enabled or not binding.id or binding.id in _UNSAID or binding.id in found:
                continue
            key = self.app.get_key_display(binding)
            does = binding.tooltip or ""
            run = partial(self.app.run_action, binding.action, node)
            found[binding.id] = Command(f"{binding.description}  ({key})", does, cast("Any", run), binding.show)
        return list(found.values())

    def _themes(self) -> list[Command]:
        return [
            Command(f"Theme: {name}", says, partial(self._owner.choose_theme, name), offered=False)
            for name, (_, says) in THEMES.items()
        ]

    def _entries(self) -> list[Command]:
        return [
            Command(
                f"Open the {entry.kind}: {safe_line(entry.title, 100)}",
                f"{entry.slug}, {entry.progress.value}",
                partial(self._owner.open_entry, entry.kind, entry.slug),
                offered=False,
            )
            for entry in self._owner.course_now().there
        ]
