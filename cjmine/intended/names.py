"""What is a step of another tool's model called in the notation?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cjmine.intended.steps import is_name


def named(labels: Iterable[str], *, plain: bool = False) -> dict[str, str]:
    """Return a name of the notation for each label: itself where it is one, else its words joined.

    ``plain``: a label that is a name but not all small letters, digits and lines is written in them too.

    >>> named(["apply", "Check the address!", "check_the_address"])["Check the address!"]
    'check_the_address_2'
    >>> named(["Apply", "apply"], plain=True)["Apply"]
    'apply_2'
    """
    every = list(labels)
    names = {label: label for label in every if is_name(label) and not (plain and label != _joined(label))}
    taken = set(names.values())
    for label in every:
        if label in names:
            continue
        words = _joined(label)
        if not is_name(words):
            words = f"step_{words}".rstrip("_")
        free, number = words, 1
        while free in taken:
            number += 1
            free = f"{words}_{number}"
        names[label] = free
        taken.add(free)
    return names


def _joined(label: str) -> str:
    return re.sub(r"\W+", "_", label).strip("_").casefold()
