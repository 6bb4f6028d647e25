"""What a run writes down: events as they happen, the history of a probe, findings, and the report.

The values every other room speaks in. They are frozen, they serialise with msgspec, and they import nothing of ours
but the clock, so that reports, the app and a grader can read a run without the engine that made it.
"""
