"""The page of the catalogue, from what becomes of its inputs: `python -m tests.catalogue.page` writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from .outcomes import Case, outcome

PAGE = Path(__file__).parents[2] / "docs" / "bad-inputs.md"
_HEAD = """# What becomes of bad inputs

Exports are dirty, models and project files have faults. Whatever cjmine is given, one of three things
happens:

- **accepted**: every row counts, and what looks odd is said;
- **set aside**: some rows go to the quarantine with file, line, column and reason, the others count. More
  than `max_quarantine` of a source (1 % unless told) fails the run;
- **refused**: one message says what is wrong, where, and what to do; nothing is written.

Each line below is an input that the tests make and read; the last column is what cjmine did with it. The
page is written by `python -m tests.catalogue.page`, and a test holds it to what happens.

"""
_LONGEST = 150
_LIBRARY = re.compile(r" \((?!0x|for )[^()]*\)")
"""What a library says in brackets: its words change with its versions."""
_SECTIONS = (
    (1, "Encoding"),
    (8, "Structure of delimited text"),
    (27, "Times"),
    (41, "Identifiers"),
    (47, "Events"),
    (54, "Hostile names"),
    (60, "XES"),
    (76, "JSON lines, Parquet, Excel"),
    (81, "Object-centric logs, databases"),
    (84, "Models"),
    (91, "Project files"),
    (95, "Systems and crosswalks"),
    (100, "Files"),
)


def page(cases: Sequence[Case]) -> str:
    """Return the page as it should be: every input is made and read."""
    lines = [_HEAD]
    for title, members in groupby(cases, key=_section):
        lines += [f"## {title}\n\n", "| input | what happened |\n|---|---|\n"]
        lines += [f"| {_safe(case.what)} | {_safe(str(outcome(case)))} |\n" for case in members]
        lines.append("\n")
    return "".join(lines).rstrip("\n") + "\n"


def _section(case: Case) -> str:
    return next(title for number, title in reversed(_SECTIONS) if case.number >= number)


def _safe(text: str) -> str:
    text = _LIBRARY.sub("", text)
    short = text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
    return "".join(_visible(letter) for letter in short)


def _visible(letter: str) -> str:
    if letter in "|\\<>*_`[]":
        return f"\\{letter}"
    return letter if letter.isprintable() else f"U+{ord(letter):04X}"


if __name__ == "__main__":
    from .test_catalogue import CASES

    PAGE.write_text(page(CASES), encoding="utf-8", newline="\n")
