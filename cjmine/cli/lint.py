"""``cjmine lint MODEL...``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, columns, fail_on_lint, finish, print_json

_WRONG = 2  # as for every verb that is given a model it cannot use


@click.command()
@click.argument("models", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="MODEL...")
@click.option("--log", type=click.Path(path_type=Path), help="Also hold the models against this log.")
@columns("case", "activity", "time", "end")
@as_json
@fail_on_lint
def lint(
    models: tuple[Path, ...],
    log: Path | None,
    *,
    json_: bool,
    fail_on: dict[str, int],
    **names: Any,  # noqa: ANN401 (one per column option)
) -> None:
    """Find what is wrong with intended journeys, before a log is compared with them.

    MODEL is a .journey.yaml, .bpmn, .pnml, .cjml, .decl or .json (Declare) file. Codes
    that begin with E are errors: any of them exits with 2. With a log also its
    activities without a step and steps without an activity are told; these are
    warnings.
    """
    from cjmine.cases import Columns  # noqa: PLC0415
    from cjmine.linting import lint as linted  # noqa: PLC0415 (slow)

    found = linted(models, log, Columns(**names))
    if json_:
        print_json(found)
    else:
        _tell(found)
    if found["errors"]:
        sys.exit(_WRONG)
    finish(fail_on, Counter(row["code"] for one in found["models"] for row in one["findings"]))


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.words import Plain, notes  # noqa: PLC0415

    console = Plain()
    for one in found["models"]:
        for row in one["findings"]:
            place = f":{row['line']}:{row['column']}" if row["line"] else ""
            hint = f"; {row['hint']}" if row["hint"] else ""
            console.print(f"{one['model']}{place}: {row['code']} {row['message']}{hint}", soft_wrap=True)
    told = ", ".join(_many(found[what], what[:-1]) for what in ("errors", "warnings"))
    console.print(f"{_many(len(found['models']), 'model')}: {told}")
    notes(console, found["notes"])


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
