"""Where a search of the map is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SearchLine(Input):
    """What is typed here narrows the map with each letter; enter opens the entry under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Open", tooltip="open the lesson or kata under the cursor", id="search.open"),
        Binding("down", "leave", "To the list", tooltip="go to what was found", id="search.list"),
    ]

    class Left(Message):
        """The list is wanted."""

    def action_leave(self) -> None:
        self.post_message(self.Left())
