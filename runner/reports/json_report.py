"""A report as one JSON object, and back: the form other programs read."""

from __future__ import annotations

from typing import Any

import msgspec

from runner import __version__
from runner.record.report import Report

SCHEMA = "prodrill/report/v1"


def render(report: Report) -> bytes:
    """UTF-8, indented, ending with a newline: the report's fields, `schema`, `prodrill`, `verdict`, `exit_code`.

    Each result has the command that runs its probe again, as `again`.
    """
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "prodrill": __version__,
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
    }
    body: dict[str, Any] = msgspec.to_builtins(report)
    for result, made in zip(report.results, body["results"], strict=True):
        made["again"] = report.rerun(result)
    return _encoded({**head, **body})


def read(data: bytes) -> Report:
    """The report that `render` wrote. Raises `ValueError` that says what is wrong with the data."""
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a {SCHEMA} file: {error}") from error


def _encoded(value: Any) -> bytes:
    try:
        body = msgspec.json.encode(value)
    except UnicodeEncodeError:
        body = msgspec.json.encode(_encodable(value))
    return msgspec.json.format(body, indent=2) + b"\n"


def _encodable(value: Any) -> Any:
    """`value` with halves of surrogate pairs, which UTF-8 cannot hold, shown as `?`."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    return [_encodable(each) for each in value] if isinstance(value, list | tuple) else value
