"""Arguments and options that several commands share, with what a shell can complete for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from runner.learner.settings import SANDBOXES, load_settings

HERE = "."
F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    _Name = click.ParamType[str]
else:
    # Generic for type checkers only until click 8.4.
    _Name = click.ParamType


class KataName(_Name):
    """A kata's name; checked by the command, which knows what else it accepts."""

    name = "kata"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from runner.catalog.errors import CatalogError
        from runner.catalog.loader import kata_slugs

        try:
            return [CompletionItem(slug) for slug in kata_slugs() if slug.startswith(incomplete)]
        except CatalogError:
            return []


class CriterionName(_Name):
    """A criterion of the kata that the same command line names."""

    name = "criterion"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from runner.catalog.errors import CatalogError
        from runner.catalog.loader import load_kata

        # While an option still waits for its value, click leaves everything before it unread in `args`.
        named = [*(ctx.params.get(key) for key in ("kata", "target", "kata_name")), *ctx.args]
        for name in filter(None, named):
            try:
                criteria = load_kata(str(name)).criteria
            except CatalogError:
                continue
            return [CompletionItem(c.id, help=c.sentence) for c in criteria if c.id.startswith(incomplete)]
        return []


class LessonName(_Name):
    """A lesson's name."""

    name = "lesson"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from runner.catalog.errors import CatalogError
        from runner.catalog.syllabus import lesson_order

        try:
            return [CompletionItem(slug) for slug in lesson_order() if slug.startswith(incomplete)]
        except CatalogError:
            return []


def kata_argument(function: F) -> F:
    return click.argument("kata", type=KataName(), metavar="KATA")(function)


def kata_or_here_argument(function: F) -> F:
    """A kata, by default the one whose copy the current folder is or lies in."""
    return click.argument("kata", type=KataName(), metavar="[KATA]", default=HERE)(function)


def sandbox_option(function: F) -> F:
    return click.option(
        "--sandbox",
        type=click.Choice(SANDBOXES),
        default=lambda: load_settings().sandbox,
        show_default="as your settings say, else auto",
        help="Where services run: auto takes docker where an engine answers.",
    )(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for a script.")(function)


def yes_option(function: F) -> F:
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")(function)
