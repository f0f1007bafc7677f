"""Which activities of the systems are which steps, where a table says so beside the plan?

A CSV file with the columns ``activity`` and ``step``: for long lists, and for
those that somebody else keeps.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from ruamel.yaml.nodes import Node

from cjmine.errors import nearest
from cjmine.intended.attributes import AttributeReader
from cjmine.intended.yaml_nodes import YamlFile, nearest_or_all

_NEEDED = ("activity", "step")
_NOT_YET = ("system", "status")
"""Columns that may be there and empty: a step is known by its activity alone, whichever system tells it."""


def read_mapping(file: YamlFile, node: Node, said: AttributeReader) -> None:
    """Add the rows of the table that ``mapping`` names to what the steps say of themselves."""
    name = file.text(node, "mapping")
    path = file.path.parent / name
    try:
        text = path.read_text(encoding="utf-8-sig") if name else ""
    except (OSError, UnicodeDecodeError):
        near = nearest(name, (one.name for one in file.path.parent.glob("*.csv")))
        file.fault(node, f"mapping: {name!r} cannot be read beside this file", hint=near)
        return
    for what, code, hint in _faults(text.splitlines(), path, said) if name else ():
        file.fault(node, what, code, hint)


def _faults(lines: list[str], path: Path, said: AttributeReader) -> Iterator[tuple[str, str, str]]:
    """Take in the good rows; yield what is wrong with the others: what, code and advice."""
    rows = csv.DictReader(lines)
    columns: Collection[str] = rows.fieldnames or ()
    for column in columns:
        if column not in {*_NEEDED, *_NOT_YET}:
            known = nearest_or_all(column, (*_NEEDED, *_NOT_YET))
            yield f"{path.name}:1: a mapping has no column {column!r}", "E01", known
    lacking = [column for column in _NEEDED if column not in columns]
    if lacking:
        what = f"{path.name}:1: the column {' and '.join(map(repr, lacking))} is missing"
        yield what, "E00", "write the first line 'activity,step'"
        return
    for row in rows:
        place = f"{path.name}:{rows.line_num}"
        activity, step = (" ".join((row[column] or "").split()) for column in _NEEDED)
        for column in _NOT_YET:
            if (row.get(column) or "").strip():
                what = f"{place}: {column!r} is given, but a step is known by its activity alone"
                yield (
                    what,
                    "E00",
                    f"leave {column!r} empty, or give the systems' activities names of their own",
                )
        other = said.mapping.get(activity, step)
        if not activity or not step:
            yield f"{place}: {' and '.join(_NEEDED)} must both be given", "E00", ""
        elif step not in said.planned:
            yield f"{place}: {step!r} is no step", "E03", nearest_or_all(step, said.planned)
        elif other != step:
            yield f"{place}: the activity {activity!r} leads to {other!r} and {step!r}", "E00", ""
        else:
            said.mapping[activity] = step
