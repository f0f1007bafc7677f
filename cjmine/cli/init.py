"""``cjmine init PATH...``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, print_json

_SHOWN = 20


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH...")
@click.option("--out", type=click.Path(path_type=Path), default="project.yaml", show_default=True)
@click.option("--name", help="Short name of the project; else the folder's.")
@click.option(
    "--zone", default="Europe/London", show_default=True, help="Where times without an offset are of."
)
@click.option("--force", is_flag=True, help="Replace the project file where it is there already.")
@as_json
def init(
    paths: tuple[Path, ...], out: Path, name: str | None, zone: str, *, force: bool, json_: bool
) -> None:
    """Look at exports and write a first project file for them.

    PATH is an export or a folder of exports, searched with all its folders. Formats, times,
    activities and ids are proposed, and which ids several systems share; every line of the file says
    why it is there, and what is unsure stands behind #. It is tried before it is
    written: `cjmine run` accepts it as it is.
    """
    from cjmine.onboarding.first_project import init as first  # noqa: PLC0415 (slow)

    shown = sys.stderr.isatty() and not json_
    tell = (lambda path: click.echo(f"looking at {path}", err=True)) if shown else None
    found = first(paths, out, name=name, zone=zone, force=force, tell=tell)
    if json_:
        print_json(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415

    console = Plain()
    sources = table("source", "format", "files", "rows", "customer", "shares ids with", right=(2, 3))
    for row in found["sources"]:
        told = ", ".join(row["joined"]) or "nobody"
        sources.add_row(
            row["name"], row["format"], f"{row['files']:,}", f"{row['rows']:,}", row["customer"] or "-", told
        )
    console.print(sources)
    if found["joins"]:
        joins = table("column", "column", "shared ids", "share of the smaller", right=(2, 3))
        for row in found["joins"][:_SHOWN]:
            joins.add_row(row["left"], row["right"], f"{row['shared']:,}", f"{row['share']:.0%}")
        console.print(joins)
        if more := len(found["joins"]) - _SHOWN:
            console.print(f"and {more:,} more pairs" if more > 0 else "", end="\n" if more > 0 else "")
    for row in found["left_out"]:
        console.print(f"not used: {row['what']}: {row['why']}", soft_wrap=True)
    notes(console, found["next"])
    console.print(f"written: {found['out']}; now read it, then: {found['command']}", soft_wrap=True)
