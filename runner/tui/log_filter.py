"""What a reader typed to narrow a log: words that must be in a line, a level from which on, a stream."""

from __future__ import annotations

from msgspec import Struct

from runner.tui.log_line import LEVELS, LogLine, reading_of

STREAMS = ("stdout", "stderr")
HELP = "words · level:warn (and graver) · stream:stderr"


class FilterError(ValueError):
    """The filter says something there is not; the text says what there is."""


class LogFilter(Struct, frozen=True):
    """Passes a line that has all `words` in any case, is at least as grave as `level` and came on `stream`."""

    words: tuple[str, ...] = ()
    level: str = ""
    stream: str = ""

    @classmethod
    def read(cls, typed: str) -> LogFilter:
        """`pool level:warn`. Raises FilterError for a level or a stream that there is not."""
        words: list[str] = []
        level = stream = ""
        for token in typed.split():
            key, colon, value = token.partition(":")
            if key == "level" and colon:
                level = _one_of(value, LEVELS, "level")
            elif key == "stream" and colon:
                stream = _one_of(value, STREAMS, "stream")
            else:
                words.append(token.lower())
        return cls(tuple(words), level, stream)

    @property
    def is_empty(self) -> bool:
        return self == LogFilter()

    def passes(self, line: LogLine) -> bool:
        if self.stream and line.stream != self.stream:
            return False
        if self.level and not self._grave_enough(reading_of(line).level):
            return False
        text = f"{line.replica} {line.text}".lower()
        return all(word in text for word in self.words)

    def _grave_enough(self, level: str) -> bool:
        return level != "" and LEVELS.index(level) >= LEVELS.index(self.level)


def _one_of(value: str, known: tuple[str, ...], what: str) -> str:
    found = [name for name in known if value and name.startswith(value.lower())]
    if not found:
        raise FilterError(f"There is no {what} {value!r}. Use {', '.join(known)}.")
    return found[0]
