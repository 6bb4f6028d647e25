"""What the rooms below say of trouble, as the app says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from runner.catalog.errors import CatalogError
from runner.learner.errors import LearnerError
from runner.tui.desk import DeskError


@contextmanager
def explained() -> Iterator[None]:
    """Turns it into a `DeskError`; a disk's own trouble is named with its file."""
    try:
        yield
    except (CatalogError, LearnerError) as error:
        raise DeskError(str(error)) from error
    except OSError as error:
        where = error.filename or "a file"
        raise DeskError(f"{where}: {error.strerror}. Free some space or mend its permissions, then retry.") from error
