"""The process of one tab: `python -m runner.web.child SANDBOX`, started by the server with Textual's web driver."""

from __future__ import annotations

import sys

from runner.catalog.errors import CatalogError
from runner.learner.errors import LearnerError


def main() -> int:
    """Run the app until it is left; what it cannot begin with goes to stderr as a sentence."""
    from runner.tui.opening import open_app

    try:
        return open_app(sandbox=sys.argv[1])
    except (CatalogError, LearnerError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
