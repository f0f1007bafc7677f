"""Which way does chance fall? One seeded stream per person, so that adding a person moves nobody else.

The streams are numpy's ``Generator`` over PCG64, of which only ``random`` is drawn: a uniform
double is fixed by the bit generator alone, whereas numpy may change its other distributions
between releases. So the same seed gives the same bytes on every machine and version.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")


class Dice:
    """A stream of chance, named by integers (the seed first, then whose it is)."""

    def __init__(self, *names: int) -> None:
        self._uniform = np.random.Generator(np.random.PCG64(list(names))).random

    def chance(self, share: float) -> bool:
        """Return true with probability ``share``."""
        return bool(self._uniform() < share)

    def between(self, least: int, most: int) -> int:
        """Return an integer from ``least`` to ``most``, both included."""
        return least + int(self._uniform() * (most - least + 1))

    def pick(self, things: Sequence[Thing], weights: Sequence[float] | None = None) -> Thing:
        """Return one of ``things``; equal chances unless weighted."""
        if weights is None:
            return things[self.between(0, len(things) - 1)]
        steps = list(accumulate(weights))
        mark = self._uniform() * steps[-1]
        return next(thing for thing, step in zip(things, steps, strict=True) if mark < step)

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        """Return ``things`` in random order."""
        keyed = sorted((self._uniform(), at) for at in range(len(things)))
        return [things[at] for _, at in keyed]

    def token(self, digits: int) -> str:
        """Return ``digits`` lower-case hexadecimal digits."""
        return "".join("0123456789abcdef"[self.between(0, 15)] for _ in range(digits))
