"""Brings the figures of the shipped sample's README up to date; the words in it are written by hand.

Run by ``just sample`` after the sample is made anew.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from cjmine.northmoor import Counts, generate
from cjmine.northmoor.patterns import PATTERNS

README = Path(__file__).parents[1] / "sample_logs" / "northmoor" / "README.md"


def rows_of(counts: Counts) -> dict[str, str]:
    """Return each row of the README's tables that holds figures, by its first cell."""
    rows = {name: f"| {name} | {number:,} |" for name, number in counts.systems().items()}
    found = {**counts.planted, **counts.decoys}
    for pattern in PATTERNS:
        codes = ", ".join(f"{code} {n:,}" for (name, code), n in found.items() if name == pattern.name)
        whole = " / ".join(str(counts.realised.get((pattern.name, when), 0)) for when in ("before", "after"))
        kind = codes if pattern.codes or not codes else f"decoy: {codes}"
        cells = (pattern.name, f"{pattern.before:g} / {pattern.after:g}", whole, kind)
        rows[pattern.name] = f"| {' | '.join(cells)} |"
    return rows


def renewed(line: str, rows: dict[str, str]) -> str:
    """Return a table's row with the figures of now; other lines, and other tables' rows, as they are."""
    row = rows.get(line.split(" | ", maxsplit=1)[0].removeprefix("| "), line)
    return row if row.count(" | ") == line.count(" | ") else line


def main() -> None:
    """Make the sample once more, aside, and write its figures into the README."""
    with tempfile.TemporaryDirectory() as folder:
        counts = generate(Path(folder) / "sample")
    rows = rows_of(counts)
    lines = README.read_text(encoding="utf-8").splitlines()
    text = "\n".join(renewed(line, rows) for line in lines) + "\n"
    exported = sum(number for name, number in counts.rows.items() if "/" in name)
    ends = ", ".join(f"{number:,} {status}" for status, number in counts.statuses.items())
    text = re.sub(r"[\d,]+ rows\. On 1 July", f"{exported:,} rows. On 1 July", text)
    text = re.sub(r"(Journeys by their true end: ).*?\.", rf"\g<1>{ends}.", text, flags=re.DOTALL)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
