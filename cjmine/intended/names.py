"""What is a step of another tool's model called in the notation?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cjmine.intended.steps import is_name


def named(labels: Iterable[str]) -> dict[str, str]:
    """Return a name of the notation for each label: itself where it is one, else its words joined.

    >>> named(["apply", "Check the address!", "check_the_address"])["Check the address!"]
    'check_the_address_2'
    """
    every = list(labels)
    names = {label: label for label in every if is_name(label)}
    taken = set(names.values())
    for label in every:
        if label in names:
            continue
        plain = re.sub(r"\W+", "_", label).strip("_").casefold()
        if not is_name(plain):
            plain = f"step_{plain}".rstrip("_")
        free, number = plain, 1
        while free in taken:
            number += 1
            free = f"{plain}_{number}"
        names[label] = free
        taken.add(free)
    return names
