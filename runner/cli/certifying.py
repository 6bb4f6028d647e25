"""The round of a certificate from a command line: what is left is verified, one kata after the other."""

from __future__ import annotations

from collections.abc import Sequence

from runner.catalog.kata import Kata
from runner.cli.engine import Engine
from runner.cli.exit_code import ExitCode
from runner.cli.output import tell
from runner.cli.work import Target, attempt_on, open_desk
from runner.learner.certification import Certification, Standing, State
from runner.record.finding import Verdict


async def certify(engine: Engine, katas: Sequence[Kata], *, sandbox: str, full: bool, afresh: bool) -> int:
    """Verifies what this round has not yet; returns 0 where all held, 1 where one does not, 3 where one is unclear."""
    with open_desk() as desk:
        round_ = Certification(desk.store, desk.workspace, katas)
        if afresh:
            round_.begin_afresh()
        standings = round_.standings()
    if unready := [each for each in standings if each.state is State.NOT_PASSED]:
        for each in unready:
            tell(f"{each.kata.slug}: {each.why}. Verify it: prodrill verify {each.kata.slug}")
        return ExitCode.FAILED
    _tell_beginning(standings)
    codes = [await _verify(engine, katas, each, sandbox, full) for each in standings if each.state is not State.HELD]
    return max(codes, key=lambda code: (code == ExitCode.FAILED, code), default=ExitCode.PASSED)


def _tell_beginning(standings: Sequence[Standing]) -> None:
    left = [each.kata.slug for each in standings if each.state is not State.HELD]
    if len(left) < len(standings):
        tell(f"{len(standings) - len(left)} of {len(standings)} are verified in this round already.")
    if left:
        tell(f"To verify now: {', '.join(left)}.")


async def _verify(engine: Engine, katas: Sequence[Kata], standing: Standing, sandbox: str, full: bool) -> ExitCode:
    from runner.cli.judging import judge
    from runner.cli.progress import StatusLine
    from runner.verifier import FULL_SEEDS, VerifyRequest

    kata = standing.kata
    with open_desk() as desk:
        folder = desk.workspace.started(kata)
    async with attempt_on(Target(kata, folder, is_workspace=True)) as attempt:
        request = VerifyRequest(
            kata, attempt.source, sandbox, histories=attempt.histories, seeds=FULL_SEEDS if full else 1
        )
        report = await judge(engine, request, StatusLine())
        number = attempt.keep(report, whole=True)
    if number is not None:
        with open_desk() as desk:
            Certification(desk.store, desk.workspace, katas).note(kata.slug, number)
    if report.verdict is Verdict.PASSED:
        tell(f"{kata.slug}: all {len(report.results)} criteria passed.")
        return ExitCode.PASSED
    failed = [
        f"{r.criterion} {r.finding.verdict.value}" for r in report.results if r.finding.verdict is not Verdict.PASSED
    ]
    tell(f"{kata.slug}: {report.verdict.value}; {', '.join(failed)}.")
    return ExitCode.FAILED if report.verdict is Verdict.FAILED else ExitCode.OURS_OR_INCONCLUSIVE
