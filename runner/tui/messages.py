"""What a screen asks the app for; the app alone knows the other screens."""

from __future__ import annotations

from textual.message import Message


class LessonRequested(Message):
    """A lesson, at the page with this name in links; where the reader left it if no page is named."""

    def __init__(self, slug: str, page: str = "") -> None:
        super().__init__()
        self.slug = slug
        self.page = page

    @classmethod
    def by_link(cls, link: str) -> LessonRequested:
        """What a link says: `retries`, `retries#waves`."""
        slug, _, page = link.partition("#")
        return cls(slug, page)


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


class HistoryRequested(Message):
    """The attempts on a kata."""

    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


class ProgressRequested(Message):
    """All progress at once: reset, export, import, the certificate."""


class CertificateRequested(Message):
    """Verify every kata once more."""
