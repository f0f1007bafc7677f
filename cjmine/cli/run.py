"""``cjmine run PROJECT``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from cjmine.cli.options import as_json, fail_on, finish, print_json


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; default reports/PROJECT.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--engine", type=click.Choice(("local", "spark")), help="Where to work, if not as the project says."
)
@click.option("--master", metavar="URL", help="Spark's master, such as 'local[4]' or 'yarn'.")
@click.option("--memory", metavar="SIZE", help="What a run may use here, such as '4 GB'; 2 GB unless told.")
@as_json
@fail_on
def run(
    project: Path,
    out: Path | None,
    *,
    quiet: bool,
    engine: str | None,
    master: str | None,
    memory: str | None,
    json_: bool,
    fail_on: dict[str, int],
) -> None:
    """Join a project's exports and report on its journeys.

    PROJECT is a YAML file that names the exports. The run is written as one
    folder with report.html to open, tables for Excel and Power BI, figures,
    models and run.json. A run that fails leaves the last good one.

    What is done on the way is kept in a hidden folder beside the run: a run that
    was stopped goes on where it was, and over exports that have grown only the
    customers whose rows have changed are done anew.
    """
    from cjmine.cli.progress import progress  # noqa: PLC0415
    from cjmine.pipeline import run as run_project  # noqa: PLC0415 (slow)
    from cjmine.project.load import load  # noqa: PLC0415

    loaded = load(project)
    folder = out or loaded.folder
    settings = loaded.project.engine.overridden(engine, master, memory)
    with progress(shown=not quiet and not json_) as tell:
        finished = run_project(loaded, folder, engine=settings, progress=tell)
    if json_:
        print_json(finished.summary)
    elif not quiet:
        from cjmine.cli.words import told  # noqa: PLC0415

        told(finished, folder)
    finish(fail_on, {code: row["count"] for code, row in finished.summary["findings"].items()})
