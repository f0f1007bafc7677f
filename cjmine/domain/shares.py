"""How sure is a share of a count?"""

from __future__ import annotations

import math

Z = 1.959963984540054
"""Of the standard normal distribution, 95 % lie within so many deviations of its middle."""


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share (Wilson 1927, JASA 22, 209-212); ``None`` of nothing.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not whole:
        return None
    share, more = part / whole, Z * Z / whole
    middle = (share + more / 2) / (1 + more)
    reach = Z / (1 + more) * math.sqrt(share * (1 - share) / whole + more / (4 * whole))
    return max(0.0, middle - reach), min(1.0, middle + reach)
