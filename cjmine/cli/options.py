"""Options that several verbs share, declared once, and how a verb ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

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


_TIME_FORMAT = "How times are written, such as '%d/%m/%Y %H:%M', where they could be misread."

_BROKEN = "Largest share of rows that may be broken and set aside."


def _share(_context: click.Context, _option: click.Parameter, given: str) -> float:
    """Return a share; raises ``SettingsError`` for anything else."""
    from cjmine.domain.settings import share  # noqa: PLC0415

    try:
        return share(given)
    except ValueError as error:
        msg = f"--max-quarantine: {error}"
        raise SettingsError(msg) from None


def whole_number(_context: click.Context, option: click.Parameter, given: str) -> int:
    """Return a whole number; raises ``SettingsError`` for anything else."""
    try:
        return int(given)
    except ValueError:
        msg = f"--{option.name} {given!r}: give a whole number"
        raise SettingsError(msg) from None


def columns(*names: str) -> Callable[[Function], Function]:
    """Add one option for each named column role, and one for the form of times."""

    def add(function: Function) -> Function:
        for name in reversed(names):
            function = click.option(f"--{name}", metavar="COLUMN", help=_COLUMNS[name])(function)
        function = click.option(
            "--max-quarantine",
            metavar="SHARE",
            default="1%",
            show_default=True,
            callback=_share,
            help=_BROKEN,
        )(function)
        return click.option("--time-format", metavar="PATTERN", help=_TIME_FORMAT)(function)

    return add


def as_json(function: Function) -> Function:
    """Add ``--json``: one JSON object on standard output and nothing else there."""
    text = "Print one JSON object and nothing else."
    return click.option("--json", "json_", is_flag=True, help=text)(function)


def fail_on(function: Function) -> Function:
    """Add ``--fail-on CODE=N``, repeatable; a code's limit arrives as a mapping."""
    return _failing("CODES", "L2=100")(function)


def fail_on_lint(function: Function) -> Function:
    """Add ``--fail-on CODE=N`` for the codes of ``lint``."""
    return _failing("LINT_CODES", "W02=0")(function)


def _failing(table: str, example: str) -> Callable[[Function], Function]:
    """Return the option for the codes of one table; tables are read only when the option is used."""

    def limits(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
        return _limits(table, example, given)

    text = "Exit 1 if more than N findings have CODE."
    return click.option("--fail-on", multiple=True, metavar="CODE=N", callback=limits, help=text)


def _limits(table: str, example: str, given: tuple[str, ...]) -> dict[str, int]:
    """Return the limit of each code; raises ``SettingsError`` naming every malformed one."""
    from cjmine.domain import codes  # noqa: PLC0415
    from cjmine.errors import nearest  # noqa: PLC0415

    known = getattr(codes, table)
    limits, faults = {}, []
    for text in given:
        code, _, number = text.partition("=")
        if code.upper() in known and number.isdecimal():
            limits[code.upper()] = int(number)
        else:
            near = "" if code.upper() in known else nearest(code.upper(), known)
            faults.append(f"--fail-on {text!r}: write CODE=N, such as {example}{near}")
    if faults:
        raise SettingsError(faults)
    return limits


def finish(limits: Mapping[str, int], counts: Mapping[str, int]) -> NoReturn:
    """End a verb: 1 and a line for each limit that is exceeded, else 0."""
    over = {code: counts[code] for code, limit in limits.items() if counts.get(code, 0) > limit}
    for code, count in over.items():
        click.echo(f"failed: {code}: {count:,} findings, at most {limits[code]:,} allowed", err=True)
    sys.exit(1 if over else 0)


def print_json(value: object) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str, allow_nan=False))
