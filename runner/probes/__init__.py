"""What a probe author uses; `katas/README.md` shows it at work.

One criterion is one probe, which drives the service and records, and one judge, a pure function over what was recorded.
"""

from __future__ import annotations

from runner.probes.beside import beside
from runner.probes.client import Client, ConnectFailed, Connection, Raw, StreamReader
from runner.probes.downstream import Call, Downstream, Downstreams, Gate
from runner.probes.inputs import Inputs
from runner.probes.judging import (
    VERY_LATE_S,
    at_least,
    at_most,
    failed,
    held_up_s,
    inconclusive,
    kendall_tau,
    may_be_our_lateness,
    passed,
)
from runner.probes.load import Load, Req
from runner.probes.postgres import Postgres
from runner.probes.probe import Probe, probe
from runner.probes.replicas import Replicas
from runner.probes.replies import drip, hang, reply, reset, sequence, stall_mid_body
from runner.probes.seen import ANSWERS
from runner.probes.service import Service
from runner.probes.valkey import Valkey
from runner.record.backing import BackingAct, Census
from runner.record.finding import Finding, Measure, Series, Verdict
from runner.record.history import CallRecord, Effect, Exchange, History
from runner.sandbox.turns import Turns, ran_between_s, slept_s

__all__ = [
    "ANSWERS",
    "VERY_LATE_S",
    "BackingAct",
    "Call",
    "CallRecord",
    "Census",
    "Client",
    "ConnectFailed",
    "Connection",
    "Downstream",
    "Downstreams",
    "Effect",
    "Exchange",
    "Finding",
    "Gate",
    "History",
    "Inputs",
    "Load",
    "Measure",
    "Postgres",
    "Probe",
    "Raw",
    "Replicas",
    "Req",
    "Series",
    "Service",
    "StreamReader",
    "Turns",
    "Valkey",
    "Verdict",
    "at_least",
    "at_most",
    "beside",
    "drip",
    "failed",
    "hang",
    "held_up_s",
    "inconclusive",
    "kendall_tau",
    "may_be_our_lateness",
    "passed",
    "probe",
    "ran_between_s",
    "reply",
    "reset",
    "sequence",
    "slept_s",
    "stall_mid_body",
]
