"""``cjmine profile PROJECT``."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, print_json


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="Show no progress.")
@as_json
def profile(project: Path, *, quiet: bool, json_: bool) -> None:
    """Say how good a project's exports are, before anything is looked for in them.

    PROJECT is a YAML file that names the exports. They are read and joined; nothing
    is written. Each remark names what was seen, and what to do about it.
    """
    from cjmine.cli.progress import progress  # noqa: PLC0415
    from cjmine.profiling import profile as profiled  # noqa: PLC0415 (slow)
    from cjmine.project.load import load  # noqa: PLC0415

    with progress(shown=not quiet and not json_) as tell:
        found = profiled(load(project), progress=tell)
    if json_:
        print_json(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415

    console = Plain()
    rows = table(
        "source", "files", "rows", "set aside", "filtered", "customers", "from", "to", right=(1, 2, 3, 4, 5)
    )
    for one in found["sources"]:
        numbers = (f"{one[name]:,}" for name in ("files", "accepted", "quarantined", "filtered", "customers"))
        rows.add_row(one["source"], *numbers, one["first"] or "", one["last"] or "")
    console.print(rows)
    shared = table("systems", "shared customers", "of the first", "of the second", right=(1, 2, 3))
    for one in found["pairs"]:
        shares = (f"{one[name]:.0%}" for name in ("share_of_a", "share_of_b"))
        shared.add_row(f"{one['system_a']}, {one['system_b']}", f"{one['customers']:,}", *shares)
    if found["pairs"]:
        console.print(shared)
    for name, members in groupby(found["remarks"], key=itemgetter("name")):
        same = list(members)
        console.print(f"{name}: {same[0]['do']}", style="bold", soft_wrap=True)
        for one in same:
            console.print(f"    {one['about']}: {one['seen']}", soft_wrap=True)
    notes(console, found["warnings"])
    console.print(f"{len(found['remarks']):,} remarks")
