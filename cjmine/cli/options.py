"""Options that several verbs share, declared once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import rich_click as click

from cjmine.errors import SettingsError

Function = TypeVar("Function", bound=Callable[..., Any])

_COLUMNS = {
    "case": "Column that says which case (or customer) a row belongs to.",
    "activity": "Column that says what happened.",
    "time": "Column that says when it began.",
    "end": "Column that says when it ended, if any.",
    "service": "Column that says which service it happened in; handoffs need it.",
    "channel": "Column that says by which channel.",
    "direction": "Column with inbound, outbound or internal; duplicated contacts need it.",
}


def columns(*names: str) -> Callable[[Function], Function]:
    """Add one option for each named column role."""

    def add(function: Function) -> Function:
        for name in reversed(names):
            function = click.option(f"--{name}", metavar="COLUMN", help=_COLUMNS[name])(function)
        return function

    return add


def as_json(function: Function) -> Function:
    """Add ``--json``: one JSON object on standard output and nothing else there."""
    return click.option("--json", "json_", is_flag=True, help="Print one JSON object and nothing else.")(function)


def fail_on(function: Function) -> Function:
    """Add ``--fail-on CODE=N``, repeatable."""
    return click.option(
        "--fail-on", multiple=True, metavar="CODE=N", help="Exit 1 if more than N findings have CODE."
    )(function)


def exceeded(limits: tuple[str, ...], counts: dict[str, int]) -> list[str]:
    """Return a sentence for each limit that is exceeded; raises ``SettingsError`` for a malformed one."""
    from cjmine.domain.codes import CODES  # noqa: PLC0415
    from cjmine.errors import nearest  # noqa: PLC0415

    found, faults = [], []
    for limit in limits:
        code, _, number = limit.partition("=")
        if code.upper() not in CODES or not number.isdecimal():
            faults.append(f"--fail-on {limit!r}: write CODE=N, such as L2=100{nearest(code.upper(), CODES)}")
        elif counts.get(code.upper(), 0) > int(number):
            found.append(f"{code.upper()}: {counts[code.upper()]:,} findings, at most {int(number):,} allowed")
    if faults:
        raise SettingsError(faults)
    return found


def print_json(value: object) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
