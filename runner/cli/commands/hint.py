"""`prodrill hint KATA [CRITERION]`: the hint that the learner's rejected attempts have earned."""

from __future__ import annotations

import sys

import click

from runner.catalog.hints import LEVELS, load_hints
from runner.catalog.kata import Kata
from runner.cli.commands.verify import check_criteria
from runner.cli.output import err, is_terminal, out_json
from runner.cli.params import CriterionName, json_option, kata_argument
from runner.cli.prose import show_markdown
from runner.cli.work import Desk, find_kata, open_desk
from runner.record.finding import Finding, Verdict
from runner.reports.paint import printable

_WHAT = ("what to look at", "which mechanism", "which API")


@click.command()
@kata_argument
@click.argument("criterion", type=CriterionName(), required=False, metavar="[CRITERION]")
@json_option
def command(kata: str, criterion: str | None, as_json: bool) -> None:
    """Show the hints for CRITERION that you have earned, by default for the first one that your last attempt failed.

    The first hint is there for the asking; every rejected attempt earns the next: what to look at, which mechanism,
    which API.
    """
    found = find_kata(kata)
    if criterion is not None:
        check_criteria(found, (criterion,))
    hints = load_hints(found)
    with open_desk() as desk:
        findings = _last_findings(desk, found)
        name = criterion or _first_failed(found, findings)
        level = desk.store.show_hint(found.slug, name)
    texts = hints[name][:level]
    if as_json:
        out_json({"kata": found.slug, "criterion": name, "level": level, "levels": LEVELS, "hints": texts})
        return
    _show(found, name, texts, findings.get(name))


def _last_findings(desk: Desk, kata: Kata) -> dict[str, Finding]:
    """What was last said of each criterion: the newest attempt that judged it counts."""
    said: dict[str, Finding] = {}
    for attempt in desk.store.attempts(kata.slug)[-8:]:
        said.update((result.criterion, result.finding) for result in desk.store.report(attempt.id).results)
    return said


def _first_failed(kata: Kata, findings: dict[str, Finding]) -> str:
    """The first criterion that failed last time; without any, the first that is not known to hold."""
    for wanted in ((Verdict.FAILED,), (Verdict.BLOCKED, Verdict.INCONCLUSIVE, Verdict.ERROR, None)):
        for criterion in kata.criteria:
            finding = findings.get(criterion.id)
            if (finding.verdict if finding else None) in wanted:
                return criterion.id
    return kata.criteria[0].id


def _show(kata: Kata, name: str, texts: tuple[str, ...], finding: Finding | None) -> None:
    parts = [f"## {kata.criterion(name).sentence}"]
    if finding is not None and finding.verdict is Verdict.FAILED:
        parts.append(f"Your last attempt: {printable(finding.sentence)}")
    parts += [f"**Hint {number}, {_WHAT[number - 1]}**\n\n{text}" for number, text in enumerate(texts, start=1)]
    show_markdown("\n\n".join(parts))
    if not is_terminal(sys.stdout):
        return
    left = LEVELS - len(texts)
    if left:
        err(f"\n{left} more {'is' if left == 1 else 'are'} left; a rejected attempt earns the next.")
    else:
        err(f"\nThat was the last one. The accepted fixes: prodrill solution {kata.slug}")
    others = [criterion.id for criterion in kata.criteria if criterion.id != name]
    if others:
        err(f"Other criteria: {', '.join(others)}")
