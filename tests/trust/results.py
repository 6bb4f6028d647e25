"""Writes `RESULTS.md` from ledgers: `python -m tests.trust.results LEDGER...`. Its notes are kept as they are.

Ledgers are what `prodrill prove --resume LEDGER` writes; all have to be of one engine. Machines may differ, and are
told apart: a verdict has to be right on each.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import structs

from runner.verifier.ledger import Head, LedgerError, read_all
from runner.verifier.margins import Nearest, margins
from runner.verifier.origin import Machine
from runner.verifier.rates import Rate
from runner.verifier.tally import Counts, by_variant, counted, grouped, sums
from runner.verifier.trial import Condition, Trial, surprises
from tests.trust.carried import CARRIED, as_now

FILE = Path(__file__).with_name("RESULTS.md")
NOTES = "## Notes"
_FIRST_NOTES = f"{NOTES}\n\nWhat was found on the way, and how it was mended.\n"
_OPTIONS_KEPT, _FLAGS_KEPT = {"--sandbox", "--stress", "--jobs", "--answers"}, {"--quota"}
RUNS_A_KATA, QUIET_LIMIT, BUSY_LIMIT = 300, 0.01, 0.05
ByMachine = dict[Machine, list[Trial]]


def page(heads: Sequence[Head], machines: ByMachine, notes: str) -> str:
    """The whole page, ending with the notes."""
    trials = _trials(machines)
    first = (_origin(heads, machines), _targets(trials), _sums(trials), _conditions(trials), _machines(machines))
    then = (_wrong(trials), _criteria(trials), _variants(trials), _margins(trials))
    lines = [line for part in (*first, *then) for line in (*part, "")]
    return "\n".join(lines) + notes


def notes_of(file: Path) -> str:
    """The notes section of the page there is, or an empty one."""
    text = file.read_text("utf-8") if file.exists() else ""
    return text[text.index(NOTES) :] if NOTES in text else _FIRST_NOTES


def read_of_all(files: Iterable[Path]) -> tuple[list[Head], ByMachine]:
    """Ledgers as one, their trials by the machine that made them. Raises LedgerError where their sources differ."""
    machines: ByMachine = {}

    # Ledgers of two machines are refused where they are read: they are given as of the first, and kept apart here.
    def on_any_machine(head: Head, trials: Sequence[Trial]) -> Head:
        machines.setdefault(head.origin.machine, []).extend(trials)
        now = as_now(head, trials)
        return structs.replace(now, origin=structs.replace(now.origin, machine=next(iter(machines))))

    heads, _ = read_all(files, on_any_machine)
    return heads, machines


def _trials(machines: ByMachine) -> list[Trial]:
    return [trial for of in machines.values() for trial in of]


def _origin(heads: Sequence[Head], machines: Iterable[Machine]) -> Iterator[str]:
    yield "# How often a verdict is wrong"
    yield ""
    yield "Every broken, accepted and rejected variant of every kata, verified again and again, beside busy loops that"
    yield "each have a session of their own. `python -m tests.trust.results` makes this page; the notes are by hand."
    yield ""
    yield from (f"- Machine {number}: {machine.text}" for number, machine in enumerate(machines, 1))
    commits = ", ".join(f"`{commit}`" for commit in dict.fromkeys(head.origin.commit or "none" for head in heads))
    yield f"- Commit: {commits}"
    sources = {name: sha256 for head in heads for name, sha256 in head.origin.sources.items()}
    yield "- Sources: " + ", ".join(f"{name} `{sha256[:12]}`" for name, sha256 in sources.items())
    commits_here = {head.origin.commit for head in heads}
    yield from (
        f"- Carried over from {_short(each.commits)}, engine `{each.was[:12]}`: {each.why}"
        for each in CARRIED
        if commits_here.intersection(each.commits)
    )
    yield from (f"- Command: `{command}`" for command in dict.fromkeys(_command(head) for head in heads))


def _short(commits: Iterable[str]) -> str:
    return " and ".join(f"`{commit[:12]}`" for commit in commits)


def _command(head: Head) -> str:
    """The line that made a ledger, without which katas, how often, and where to: the tables below say that better."""
    words = iter(shlex.split(head.command))
    kept = ["prodrill", "prove"]
    for word in words:
        if word in _OPTIONS_KEPT:
            kept += [word, next(words, "")]
        elif word in _FLAGS_KEPT:
            kept.append(word)
    return shlex.join(kept) + " --repeat N --resume FILE"


def _targets(trials: Sequence[Trial]) -> Iterator[str]:
    fewest = min(counted_by_kata(trials).values(), default=0)
    quiet = [trial for trial in trials if trial.condition.stress == 0]
    busy = [trial for trial in trials if trial.condition.stress >= 4]
    all_of = sums(trials)
    yield "## What was to be shown"
    yield ""
    yield from _table(
        ("what", "target", "found", ""),
        [
            _target("wrong verdicts", "0", all_of.verdicts.wrong, all_of.verdicts.wrong == 0),
            _target("errors of our own", "0", all_of.verdicts.error, all_of.verdicts.error == 0),
            _target("runs a kata, the fewest", f"{RUNS_A_KATA}", fewest, fewest >= RUNS_A_KATA),
            _unclear("inconclusive, no loops", quiet, QUIET_LIMIT),
            _unclear("inconclusive, four loops", busy, BUSY_LIMIT),
        ],
    )


def counted_by_kata(trials: Iterable[Trial]) -> dict[str, int]:
    runs: dict[str, int] = {}
    for trial in trials:
        runs[trial.kata] = runs.get(trial.kata, 0) + 1
    return runs


def _target(what: str, target: str, found: object, met: bool) -> tuple[str, ...]:
    return (what, target, str(found), "met" if met else "NOT MET")


def _unclear(what: str, trials: Sequence[Trial], limit: float) -> tuple[str, ...]:
    rate = sums(trials).verdicts.inconclusive_rate
    met = rate.of > 0 and rate.share <= limit
    return _target(what, f"{limit:.0%} at most", rate.text, met)


def _sums(trials: Sequence[Trial]) -> Iterator[str]:
    all_of = sums(trials)
    rates: list[tuple[str, Rate]] = [
        ("accepted fixes that were refused, of runs", all_of.refused_fixes),
        ("broken services and rejected fixes that passed, of runs", all_of.passed_faults),
        ("criteria that failed and should pass, of verdicts", all_of.false_fails),
        ("criteria that passed and should fail, of verdicts", all_of.false_passes),
        ("inconclusive, of verdicts", all_of.verdicts.inconclusive_rate),
    ]
    yield "## In sum"
    yield ""
    yield f"{len(trials)} runs. The upper bound is that of Clopper and Pearson, one-sided, as if runs were independent;"
    yield "those of one variant are alike, so it bounds these variants under these conditions and no others."
    yield ""
    rows = [
        (name, str(rate.seen), str(rate.of), f"{rate.share:.2%}", f"{rate.bound:.2%}" if rate.of else "–")
        for name, rate in rates
    ]
    yield from _table(("rate", "seen", "of", "share", "95 % upper bound"), rows)


def _conditions(trials: Sequence[Trial]) -> Iterator[str]:
    cells: dict[tuple[str, Condition], list[Trial]] = {}
    for trial in trials:
        cells.setdefault((trial.kata, trial.condition), []).append(trial)
    yield "## By kata and condition, in runs"
    yield ""
    yield from _table(
        ("kata", "condition", "runs", *_COUNTS),
        [
            (kata, condition.text, str(len(of)), *_counts(counted(trial.outcome for trial in of)))
            for (kata, condition), of in sorted(cells.items())
        ],
    )


def _machines(machines: ByMachine) -> Iterator[str]:
    yield "## By machine and condition, in verdicts"
    yield ""
    rows = [
        (f"{number}, {machine.processor}", condition.text, *_counts(counts))
        for number, (machine, trials) in enumerate(machines.items(), 1)
        for condition, counts in sorted(grouped(trials, lambda trial, _: trial.condition).items())
    ]
    yield from _table(("machine", "condition", *_COUNTS), rows)


def _wrong(trials: Sequence[Trial]) -> Iterator[str]:
    yield "## Verdicts that were wrong"
    yield ""
    found = surprises(trials)
    for trial, one in found:
        yield (
            f"- {trial.kata} {trial.kind}/{trial.variant}, {trial.condition.text}, seed {trial.seed}: "
            f"**{one.criterion}** {one.outcome}: {one.sentence}"
        )
    if not found:
        yield "None."


def _criteria(trials: Sequence[Trial]) -> Iterator[str]:
    groups = grouped(trials, lambda trial, one: (trial.kata, one.criterion))
    yield "## By criterion, in verdicts"
    yield ""
    rows = [(kata, criterion, *_counts(counts)) for (kata, criterion), counts in groups.items()]
    yield from _table(("kata", "criterion", *_COUNTS), sorted(rows))


def _variants(trials: Sequence[Trial]) -> Iterator[str]:
    yield "## By variant, in verdicts"
    yield ""
    rows = []
    for (kata, kind, variant), criteria in sorted(by_variant(trials).items()):
        total = Counts(*(sum(getattr(each, name) for each in criteria.values()) for name in Counts.__struct_fields__))
        unclear = ", ".join(name for name, counts in criteria.items() if not counts.all_right)
        rows.append((kata, f"{kind}/{variant}" if kind != variant else variant, *_counts(total), unclear))
    yield from _table(("kata", "variant", *_COUNTS, "not always right"), rows)


def _margins(trials: Sequence[Trial]) -> Iterator[str]:
    yield "## Margins, the thinnest first, counts after what is measured"
    yield ""
    rows = [
        (m.kata, m.criterion, f"{m.limit:.4g} {m.unit}", _nearest(m.passed), _nearest(m.failed))
        for m in margins(trials)
    ]
    yield from _table(("kata", "criterion", "limit", "nearest that passed", "nearest that failed"), rows)


def _nearest(side: Nearest | None) -> str:
    return side.text if side is not None else "none seen"


_COUNTS = ("right", "false fail", "false pass", "inconclusive", "error")


def _counts(counts: Counts) -> tuple[str, ...]:
    numbers = (counts.right, counts.false_fail, counts.false_pass, counts.inconclusive, counts.error)
    return tuple(map(str, numbers))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def main(files: Sequence[str], into: Path = FILE) -> int:
    if not files:
        print("name the ledgers that `prodrill prove --resume` wrote", file=sys.stderr)
        return 2
    try:
        heads, machines = read_of_all(map(Path, files))
    except (LedgerError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    into.write_text(page(heads, machines, notes_of(into)), "utf-8")
    trials = _trials(machines)
    print(f"{into}: {len(trials)} runs, {sums(trials).verdicts.wrong} wrong verdicts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
