"""``cjmine sample northmoor``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

_SIZES = ("tiny", "small", "full")


@click.command()
@click.argument("name", type=click.Choice(["northmoor"]))
@click.option("--size", type=click.Choice(_SIZES), default="small", show_default=True)
@click.option(
    "--customers", type=click.IntRange(100, 20_000), help="Any number of customers, instead of a size."
)
@click.option("--seed", type=click.IntRange(min=0), default=42, show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder to write the exports into."
)
@click.option("--truth", type=click.Path(path_type=Path), help="Folder for the truth, instead of OUT/truth.")
def sample(name: str, *, size: str, customers: int | None, seed: int, out: Path, truth: Path | None) -> None:
    """Write the fictional council's exports to try things on, and a project file to run them with.

    300, 3,000 or 20,000 customers (tiny, small, full); the same seed gives the
    same rows. What truly happened is written to OUT/truth. An earlier sample in
    OUT is replaced.
    """
    from cjmine.northmoor import generate  # noqa: PLC0415 (slow)

    del name
    click.echo(generate(out, size=size, customers=customers, seed=seed, truth=truth).report())
