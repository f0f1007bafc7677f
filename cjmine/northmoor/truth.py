"""What was planted where, and who is who? The truth behind the exports, for scoring findings later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cjmine.domain.vocabulary import Status
from cjmine.northmoor.acts import Life, Mark
from cjmine.northmoor.formats import write_delimited
from cjmine.northmoor.rows import ActKey, Row

PLANTED = ("code", "person", "rows", "pattern", "linkable", "all_rows")
IDENTITY = ("system", "source_id", "person", "linkable")


def write_truth(
    folder: Path, lives: Sequence[Life], rows: Sequence[Row], references: Mapping[ActKey, list[str]]
) -> None:
    """Write the three truth files.

    - ``truth_planted.csv`` (code, person, rows: those of the primary act,
      pattern, linkable: every act has a row that leads to the person,
      all_rows): one line per planted instance, and per journey that stays open
    - ``truth_decoys.csv``: the same columns, of what must not be flagged
    - ``truth_identity.csv`` (system, source_id, person, linkable): whose each id in the exports is
    """
    seen = {row.act for row in rows if row.linkable}
    planted = [
        cells for life in lives for cells in _marks(life, [*life.planted, *_open(life)], references, seen)
    ]
    decoys = [cells for life in lives for cells in _marks(life, life.decoys, references, seen)]
    _write(folder / "truth_planted.csv", planted, PLANTED)
    _write(folder / "truth_decoys.csv", decoys, PLANTED)
    people = {life.person.index: life.person.name for life in lives}
    known = {(r.system, r.source_id, people[r.act[0]], str(int(r.linkable))) for r in rows if r.source_id}
    ids = [dict(zip(IDENTITY, one, strict=True)) for one in known]
    _write(folder / "truth_identity.csv", ids, IDENTITY)


def _open(life: Life) -> list[Mark]:
    """Return the mark of a journey that the end of the log finds under way."""
    last = len(life.acts) - 1
    if life.status is not Status.OPEN or last < 0:
        return []
    return [Mark(code=Status.OPEN, pattern="open", acts=(last,), primary=last)]


def _marks(
    life: Life, marks: Sequence[Mark], references: Mapping[ActKey, list[str]], seen: set[ActKey]
) -> Iterator[dict[str, str]]:
    index = life.person.index
    for mark in marks:
        yield {
            "code": mark.code,
            "person": life.person.name,
            "rows": " ".join(references[index, mark.primary]),
            "pattern": mark.pattern,
            "linkable": str(int(all((index, at) in seen for at in mark.acts))),
            "all_rows": " ".join(one for at in mark.acts for one in references[index, at]),
        }


def _write(path: Path, rows: list[dict[str, str]], header: tuple[str, ...]) -> None:
    rows.sort(key=lambda row: tuple(row[name] for name in header))
    write_delimited(path, rows, header, delimiter=",", encoding="utf-8")
