"""``cjmine check LOG MODEL``, ``cjmine check PROJECT``, ``cjmine check RUN``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, columns, fail_on, finish, print_json, whole_number
from cjmine.errors import ModelError, SettingsError


@click.command()
@click.argument("what", type=click.Path(path_type=Path))
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for workbook, tables and picture; beside the run unless told; of a log only if told.",
)
@click.option(
    "--sample",
    metavar="N",
    default="25",
    show_default=True,
    callback=whole_number,
    help="How many journeys and exceptions to draw.",
)
@click.option(
    "--seed",
    metavar="S",
    default="0",
    show_default=True,
    callback=whole_number,
    help="What the draws begin with.",
)
@columns("case", "activity", "time", "end", "service", "channel")
@as_json
@fail_on
def check(
    what: Path,
    model: Path | None,
    *,
    out: Path | None,
    sample: int,
    seed: int,
    json_: bool,
    fail_on: dict[str, int],
    **names: Any,  # noqa: ANN401 (one per column option)
) -> None:
    """Hold what happened against an intended journey.

    WHAT is a log (XES, CSV, Parquet or JSON lines) and MODEL a .journey.yaml,
    .bpmn, .pnml, .cjml, .decl or .json (Declare) file: every case is aligned optimally.
    Without MODEL, WHAT is a project file, which is run, or the folder of a
    finished run.

    A project, a run, and a log with --out are written as a folder for auditors:
    exceptions.xlsx with every clause of the model, every exception with its source
    rows, and samples to test again; the same as CSV; and the model with what
    happened drawn on it.
    """
    if model is None:
        found, folder = _of_project(what, out, names, sample=sample, seed=seed, shown=not json_)
        counts = found["codes"]
        if not json_:
            _tell_check(found, folder)
    else:
        found = _of_log(what, model, out, names, sample=sample, seed=seed, shown=not json_)
        if fail_on and found["deviations"] is None:
            raise ModelError(found["warnings"][:1], "leave out --fail-on: no deviation was looked for")
        counts = {}
        for row in found["deviations"] or ():
            counts[row["code"]] = counts.get(row["code"], 0) + row["count"]
        counts["V9"] = sum(row["broken"] for row in found["rules"])
    if json_:
        print_json(found)
    finish(fail_on, counts)


def _of_project(
    what: Path, out: Path | None, names: dict[str, Any], *, sample: int, seed: int, shown: bool
) -> tuple[dict[str, Any], Path]:
    """Check a project or a finished run; a log needs a model, and only a log has columns to name."""
    from cjmine import auditing  # noqa: PLC0415 (slow)
    from cjmine.cli.progress import progress  # noqa: PLC0415
    from cjmine.project.load import load  # noqa: PLC0415

    if what.is_dir():
        return auditing.check_run(what, out, sample=sample, seed=seed)
    if what.suffix.lower() not in {".yaml", ".yml"}:
        msg = f"{what}: is no project file (.yaml) and no folder of a run; a log is checked against a model"
        raise SettingsError(msg, f"cjmine check {what.name} PLAN.journey.yaml")
    told = [f"--{name}" for name in ("case", "activity", "time", "end", "time_format") if names.get(name)]
    if told:
        msg = f"{', '.join(told).replace('_', '-')}: a project file says which columns mean what"
        raise SettingsError(msg, "leave it out, or name a log and a model")
    with progress(shown=shown) as tell:
        return auditing.check_project(load(what), out, sample=sample, seed=seed, progress=tell)


def _of_log(
    log: Path, model: Path, out: Path | None, names: dict[str, Any], *, sample: int, seed: int, shown: bool
) -> dict[str, Any]:
    from cjmine.cases import Columns  # noqa: PLC0415 (slow)
    from cjmine.checking import check as checked  # noqa: PLC0415

    found = checked(log, model, Columns(**names))
    if shown:
        _tell(found)
    if out is None:
        return found
    from cjmine.auditing import check_log  # noqa: PLC0415

    told, folder = check_log(log, model, out, Columns(**names), sample=sample, seed=seed)
    if shown:
        _tell_check(told, folder)
    return {**found, "audit": told}


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415

    console = Plain()
    fitness = "" if found["fitness"] is None else f", mean fitness {found['fitness']:.4f}"
    if found["cost_total"] is None:
        console.print(
            f"{found['cases']:,} cases, total cost between {found['cost_low']:,} and {found['cost_high']:,} "
            f"over {found['variants']:,} variants"
        )
    else:
        console.print(
            f"{found['fitting_cases']:,} of {found['cases']:,} cases ran as intended{fitness}, "
            f"total cost {found['cost_total']:,} over {found['variants']:,} variants"
        )
    rows = table("code", "kind", "activity", "times", "cases", right=(3, 4))
    for row in found["deviations"] or ():
        rows.add_row(row["code"], row["kind"], row["activity"], f"{row['count']:,}", f"{row['cases']:,}")
    if found["deviations"]:
        console.print(rows)
    rules = table("rule", "asked", "kept", "broken", "cases broken", right=(1, 2, 3, 4))
    for row in found["rules"]:
        numbers = (f"{row[name]:,}" for name in ("asked", "kept", "broken", "broken_cases"))
        rules.add_row(row["rule"], *numbers)
    if found["rules"]:
        console.print(rules)
    notes(console, found["warnings"])


def _tell_check(found: dict[str, Any], folder: Path) -> None:
    """Print the clauses with most exceptions first, what was not tested, and where the workbook is."""
    from cjmine.cli.words import Plain, table  # noqa: PLC0415

    console = Plain()
    console.print(
        f"{found['what']}: {found['exceptions']:,} exceptions in {found['exception_journeys']:,} of "
        f"{found['journeys']:,} tested journeys"
    )
    rows = table("clause", "where", "journeys asked", "broke it", "exceptions", right=(2, 3, 4))
    broken = [row for row in found["clauses"] if row["exceptions"]]
    for row in sorted(broken, key=lambda row: -row["exceptions"]):
        where = f"{row['model_file']}:{row['line']}" if row["line"] else row["model_file"]
        numbers = ("" if row[name] is None else f"{row[name]:,}" for name in ("journeys", "journeys_broken"))
        rows.add_row(row["says"], where, *numbers, f"{row['exceptions']:,}")
    if broken:
        console.print(rows)
    for result, words in (
        ("kept", "kept"),
        ("not asked", "applied to nothing"),
        ("not tested", "not tested yet"),
    ):
        many = sum(row["result"] == result for row in found["clauses"])
        if many:
            console.print(f"{many:,} of {len(found['clauses']):,} clauses {words}")
    console.print(f"workbook: {folder / 'exceptions.xlsx'}", soft_wrap=True)
