"""How is a sample made? Lives are told, recorded and searched for their truth one by one, then written."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import polars as pl

from cjmine.errors import SettingsError
from cjmine.northmoor.counts import Counts, Tally
from cjmine.northmoor.files.exports import write_exports
from cjmine.northmoor.files.gathered import NOBODY, Gathered
from cjmine.northmoor.files.place import PROJECT_FILE, TRUTH, manifest, written_beside
from cjmine.northmoor.files.registry import write_registry
from cjmine.northmoor.files.visitors import crawls, visits
from cjmine.northmoor.stories import lives
from cjmine.northmoor.systems import System, record
from cjmine.northmoor.systems.revenues import test_rows
from cjmine.northmoor.truth import Ledger, truth_of
from cjmine.northmoor.world import people

LEAST, MOST = 100, 20_000
JOURNEY_FILE = "moving_home.journey.yaml"
_TEMPLATE = "project.yaml"


class Size(StrEnum):
    """How large a sample is."""

    TINY = "tiny"
    SMALL = "small"
    FULL = "full"


CUSTOMERS = {Size.TINY: 300, Size.SMALL: 3_000, Size.FULL: 20_000}
VIEWS = {Size.TINY: 3_000, Size.SMALL: 12_000, Size.FULL: 700_000}
"""Page views of visitors without any id; the small one is shipped, the full one has a million rows in all."""
_VIEWS_PER_CUSTOMER = 5


def generate(
    folder: Path,
    *,
    size: Size | str = Size.SMALL,
    customers: int | None = None,
    seed: int = 42,
    truth: Path | None = None,
) -> Counts:
    """Write the exports of Northmoor's systems to ``folder``, with a project file to run, and their truth.

    Parameters
    ----------
    folder
        Where the exports go: new, empty, or an earlier sample's, which is replaced.
    size
        ``tiny`` (300 customers), ``small`` (3,000) or ``full`` (20,000 and a million rows).
    customers
        Any number of customers from 100 to 20,000, instead of a size.
    seed
        The same seed gives the same bytes.
    truth
        Where the truth goes; ``folder/truth`` unless said otherwise.

    Raises
    ------
    SettingsError
        For an unknown size or a number of customers out of range.
    EngineError
        Where a folder holds something else.

    """
    count, views = _extent(size, customers)
    everybody = people(count, seed)
    with written_beside(folder, truth) as staging:
        gathered, ledger, tally = Gathered(), Ledger(), Tally()
        for life in lives(everybody, seed):
            gathered.add(life.person.index, record(life, seed, everybody))
            ledger.add(truth_of(life))
            tally.add(life)
        _surround(gathered, views, seed)
        written = write_exports(staging, gathered)
        written.rows |= write_registry(staging, everybody, seed)
        _settings(staging)
        summary = ledger.write(staging / TRUTH, pl.concat(written.refs), pl.concat(written.identity))
        counts = tally.counts(count, written.rows, summary)
        facts = {"seed": seed, "size": _called(count), "customers": count, "journeys": counts.journeys}
        told = {f"{TRUTH}/truth_{name}.csv": rows for name, rows in summary.rows.items()}
        manifest(staging, {**facts, "rows": {**counts.rows, **told}})
    return counts


def _extent(size: Size | str, customers: int | None) -> tuple[int, int]:
    """Return how many customers there are to be, and how many page views of strangers."""
    if size not in list(Size):
        msg = f"size: {size!r} is not one of {', '.join(Size)}"
        raise SettingsError(msg)
    if customers is None:
        return CUSTOMERS[Size(size)], VIEWS[Size(size)]
    if not LEAST <= customers <= MOST:
        msg = f"customers: {customers:,} is not between {LEAST:,} and {MOST:,}"
        raise SettingsError(msg)
    return customers, _VIEWS_PER_CUSTOMER * customers


def _called(customers: int) -> str | None:
    return next((size.value for size, count in CUSTOMERS.items() if count == customers), None)


def _surround(gathered: Gathered, views: int, seed: int) -> None:
    """Add what is in nobody's life: strangers, robots, and a test that was left in the ledger."""
    for part in visits(views, seed):
        gathered.append(System.PORTAL, part)
    gathered.append(System.PORTAL, crawls(gathered.count(System.PORTAL), seed))
    gathered.add(NOBODY, test_rows())


def _settings(staging: Path) -> None:
    """Write the project file and the intended journey, which the package brings along."""
    package = files("cjmine.northmoor")
    (staging / PROJECT_FILE).write_bytes(package.joinpath(_TEMPLATE).read_bytes())
    (staging / JOURNEY_FILE).write_bytes(package.joinpath(JOURNEY_FILE).read_bytes())
