"""What a screen asks the app for; the app alone knows the other screens."""

from __future__ import annotations

from textual.message import Message


class LessonRequested(Message):
    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


class KataRequested(Message):
    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


class DebriefRequested(Message):
    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


class NextRequested(Message):
    """Open what comes next in the course."""
