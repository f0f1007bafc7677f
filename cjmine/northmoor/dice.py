"""Which way does chance fall? One seeded stream per person, so that adding a person moves nobody else.

The streams are numpy's ``Generator`` over PCG64, of which only ``random`` is drawn: a uniform
double is fixed by the bit generator alone, whereas numpy may change its other distributions
between releases. So the same seed gives the same bytes on every machine and version.
Numbers are drawn in blocks, because one call per number costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")

_BLOCK = 256
_HALF = 8  # hexadecimal digits taken from one draw


class Dice:
    """A stream of chance, named by integers (the seed first, then whose it is)."""

    __slots__ = ("_uniform",)

    def __init__(self, *names: int) -> None:
        self._uniform = _uniforms(names).__next__

    def chance(self, share: float) -> bool:
        """Return true with probability ``share``."""
        return self._uniform() < share

    def share(self) -> float:
        """Return a number from 0 to 1, 1 not included."""
        return self._uniform()

    def between(self, least: int, most: int) -> int:
        """Return an integer from ``least`` to ``most``, both included."""
        return least + int(self._uniform() * (most - least + 1))

    def pick(self, things: Sequence[Thing], weights: Sequence[float] | None = None) -> Thing:
        """Return one of ``things``; equal chances unless weighted."""
        if weights is None:
            return things[int(self._uniform() * len(things))]
        mark = self._uniform() * sum(weights)
        for thing, weight in zip(things, weights, strict=True):
            mark -= weight
            if mark < 0:
                return thing
        return things[-1]

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        """Return ``things`` in random order."""
        keyed = sorted((self._uniform(), at) for at in range(len(things)))
        return [things[at] for _, at in keyed]

    def token(self, digits: int) -> str:
        """Return ``digits`` lower-case hexadecimal digits."""
        halves = [
            f"{int(self._uniform() * 16**_HALF):0{_HALF}x}" for _ in range((digits + _HALF - 1) // _HALF)
        ]
        return "".join(halves)[:digits]


def _uniforms(names: tuple[int, ...]) -> Iterator[float]:
    """Yield the stream's numbers for ever."""
    draw = np.random.Generator(np.random.PCG64(list(names))).random
    while True:
        yield from draw(_BLOCK).tolist()
