"""The map's list: a row for each module, lesson and kata that is shown; the cursor stays on its entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.tui.desk import Entry
from runner.tui.map_filter import FoundPart
from runner.tui.map_rows import entry_row, part_row


class CourseList(OptionList):
    """Modules are headings and cannot be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="open the lesson or kata under the cursor", id="map.open")
    ]

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self._rows: list[Entry | None] = []

    @property
    def chosen(self) -> Entry | None:
        """The entry under the cursor."""
        place = self.highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    def show(self, parts: Sequence[FoundPart], following: Entry | None, width: int) -> None:
        """Draws `parts` in `width` columns; the cursor stays, or goes to `following`, or to the first entry."""
        wanted = self.chosen or following
        self._rows, options = [], []
        for found in parts:
            options.append(Option(part_row(found.part, width), disabled=True))
            self._rows.append(None)
            for each in found.entries:
                options.append(Option(entry_row(each, width, each.entry == following)))
                self._rows.append(each.entry)
        self.set_options(options)
        self.highlighted = self._place_of(wanted)

    def _place_of(self, wanted: Entry | None) -> int | None:
        there = [place for place, entry in enumerate(self._rows) if entry is not None]
        for place in there:
            entry = self._rows[place]
            if entry is not None and wanted is not None and (entry.kind, entry.slug) == (wanted.kind, wanted.slug):
                return place
        return there[0] if there else None
