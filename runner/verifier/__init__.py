"""Runs the probes of one service in a process of its own: a request in, a stream of events out, a report at its end."""

from __future__ import annotations

from runner.verifier.full import FULL_SEEDS
from runner.verifier.request import RunRequest, VerifyError, VerifyRequest
from runner.verifier.verify import run, verify

__all__ = ["FULL_SEEDS", "RunRequest", "VerifyError", "VerifyRequest", "run", "verify"]
