"""``cjmine convert A B``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from cjmine.cli.options import as_json, print_json


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="A")
@click.argument("target", type=click.Path(path_type=Path), metavar="B")
@click.option("--force", is_flag=True, help="Replace B where it is there already.")
@as_json
def convert(source: Path, target: Path, *, force: bool, json_: bool) -> None:
    """Write the intended journey in A into B, in another form.

    The endings say which: .journey.yaml, .bpmn, .pnml, .cjml, .decl or .json (Declare). B
    allows exactly the journeys that A allows; what else A says and B has no place for is told on
    standard error. A model that B's form cannot hold is refused, and B is not
    written.
    """
    from cjmine.cli.group import visible  # noqa: PLC0415 (the group imports its verbs)
    from cjmine.cli.words import Plain  # noqa: PLC0415 (slow)
    from cjmine.converting import convert as converted  # noqa: PLC0415

    found = converted(source, target, force=force)
    if json_:
        print_json(found)
    else:
        Plain().print(f"written: {target} ({found['journey']}, {found['steps']:,} steps)", soft_wrap=True)
    for label, name in found["renamed"].items():
        click.echo(visible(f"note renamed: {label} is called {name}"), err=True)
    for what in found["lost"]:
        click.echo(visible(f"note not kept: {what}"), err=True)
