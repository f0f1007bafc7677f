"""Northmoor, a borough council that does not exist: event exports to try cjmine on, and their truth.

True events are simulated first, as journeys; then each system writes down what
it would know of them. So the truth does not depend on anything that looks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cjmine.domain.vocabulary import Status
from cjmine.errors import SettingsError
from cjmine.northmoor.exports import write_crosswalk, write_exports
from cjmine.northmoor.journeys import live
from cjmine.northmoor.patterns import PATTERNS, plans
from cjmine.northmoor.systems import record
from cjmine.northmoor.truth import write_truth
from cjmine.northmoor.world import people


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a sample holds: journeys, rows by system, instances by (pattern, code), journeys by status."""

    journeys: int
    rows: Mapping[str, int]
    planted: Mapping[tuple[str, str], int]
    decoys: Mapping[tuple[str, str], int]
    journeys_with: Mapping[str, int]
    statuses: Mapping[Status, int]

    def report(self) -> str:
        """Return the self-check: the quota of every pattern beside what was realised."""
        lines = [f"journeys {self.journeys}", *(f"rows {name} {n}" for name, n in self.rows.items())]
        lines += [f"status {name} {n}" for name, n in self.statuses.items()]
        lines.append(f"{'pattern':<20} {'planned':>8} {'realised':>8} per 100 journeys; instances by code")
        for pattern in PATTERNS:
            found = {**self.planted, **self.decoys}
            codes = ", ".join(f"{code} {n}" for (name, code), n in found.items() if name == pattern.name)
            per_100 = 100 * self.journeys_with.get(pattern.name, 0) / self.journeys
            lines.append(f"{pattern.name:<20} {pattern.per_100:8.1f} {per_100:8.1f} {codes}")
        return "\n".join(lines)


def generate(folder: Path, *, customers: int = 2000, seed: int = 42, truth: Path | None = None) -> Counts:
    """Write the exports of Northmoor's five systems and a crosswalk to ``folder``, and their truth.

    Parameters
    ----------
    folder
        Where the exports go, one folder per system, and ``crosswalk.csv``.
    customers
        People, each of whom moves home once between July 2025 and June 2026; 100 to 100,000.
    seed
        The same seed gives the same bytes.
    truth
        Where ``truth_*.csv`` go; ``folder/truth`` unless said otherwise.

    Raises
    ------
    SettingsError
        Where the number of customers is out of range.

    """
    if not 100 <= customers <= 100_000:  # noqa: PLR2004 - the bounds of the docstring
        msg = f"customers: {customers} is not between 100 and 100,000"
        raise SettingsError(msg)
    everybody = people(customers, seed)
    lives = [live(one, plan, seed) for one, plan in zip(everybody, plans(everybody, seed), strict=True)]
    rows = [row for life in lives for row in record(life, seed)]
    references = write_exports(folder, rows)
    write_crosswalk(folder / "crosswalk.csv", everybody)
    write_truth(truth or folder / "truth", lives, rows, references)
    marks = [(life.person.index, mark) for life in lives for mark in (*life.planted, *life.decoys)]
    return Counts(
        journeys=len(lives),
        rows=_sorted(Counter(row.system for row in rows)),
        planted=_sorted(Counter((m.pattern, m.code) for life in lives for m in life.planted)),
        decoys=_sorted(Counter((m.pattern, m.code) for life in lives for m in life.decoys)),
        journeys_with=_sorted(Counter(name for _, name in {(at, mark.pattern) for at, mark in marks})),
        statuses=_sorted(Counter(life.status for life in lives)),
    )


def _sorted(counter: Counter) -> dict:  # type: ignore[type-arg]
    return dict(sorted(counter.items()))
