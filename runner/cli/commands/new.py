"""`prodrill new SLUG`: a kata that already passes `prodrill lint`, to be made into one's own."""

from __future__ import annotations

import click

from runner.catalog.content import content_root
from runner.catalog.scaffold import scaffold
from runner.cli.output import err, out


@click.command()
@click.argument("slug", metavar="SLUG")
def command(slug: str) -> None:
    """Scaffold the kata SLUG, its answer key and a draft of its lesson. The places written go to stdout."""
    places = scaffold(slug)
    for place in places:
        out(str(place))
    err(f"A small honest example, in {content_root()}. Change it, then:")
    err(f"  prodrill lint {slug}")
    err(f"  prodrill prove {slug}")
