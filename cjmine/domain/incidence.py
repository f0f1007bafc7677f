"""How likely is it that a wait has ended well by some time, when some gave up and some still wait?

The cumulative incidence of completion where giving up, or stopping, competes with it (Aalen and Johansen
1978, Scandinavian Journal of Statistics 5, 141-150). Kaplan-Meier, with those who gave up as censored,
would promise more than was done (domain.md 2.15, ruling 18).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.shares import Z

Floats = npt.NDArray[np.float64]
COMPLETE, CENSORED = "complete", "censored"


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """The curve: from ``times[i]`` on, up to the next, the ``share`` is done, with that ``variance``."""

    times: npt.NDArray[np.int64]
    share: Floats
    variance: Floats

    def by(self, time: int) -> float:
        """Return the share that is done by a time."""
        return float(self.share[self._at(time)]) if self._at(time) >= 0 else 0.0

    def interval(self, time: int) -> tuple[float, float] | None:
        """Return the 95 % interval of ``by``, from its log(-log); ``None`` while none or all are done."""
        share = self.by(time)
        if not 0 < share < 1:
            return None
        deviation = math.sqrt(float(self.variance[self._at(time)])) / (share * -math.log(share))
        low, high = (share ** math.exp(sign * Z * deviation) for sign in (1, -1))
        return low, high

    def mean_up_to(self, time: int) -> float:
        """Return the mean wait where each counts at most ``time``, one who gave up as much (ruling 18)."""
        inside = self.times < time
        ends = np.append(self.times[inside], time)
        return float(time - np.sum(np.diff(ends) * self.share[inside]))

    def _at(self, time: int) -> int:
        return int(np.searchsorted(self.times, time, side="right")) - 1


def completion(counted: pl.DataFrame) -> Completion:
    """Return the curve of waits that were counted: elapsed, ended, count.

    ``ended`` is ``complete``, ``censored`` or what competes; at one time, ends come before censoring. The
    variance is that of the delta method (Marubini and Valsecchi 1995, Analysing Survival Data from
    Clinical Trials, chapter 10): Greenwood's without competitors, a binomial share's without censoring.
    """
    count = pl.col("count")
    table = (
        counted.group_by("elapsed")
        .agg(
            count.sum().alias("all"),
            count.filter(pl.col("ended") == COMPLETE).sum().alias("done"),
            count.filter(pl.col("ended") != CENSORED).sum().alias("ended"),
        )
        .sort("elapsed")
    )
    everybody, done, ended = (table[name].to_numpy().astype(np.float64) for name in ("all", "done", "ended"))
    waiting = everybody[::-1].cumsum()[::-1]
    left = np.cumprod(1 - ended / waiting)
    before = np.append(1.0, left)[:-1]
    share = np.cumsum(before * done / waiting)
    stay = np.where(waiting > ended, waiting - ended, np.inf)  # nobody is left: nothing changes any more
    of_left = ended / (waiting * stay)
    of_done = before**2 * (waiting - done) * done / waiting**3
    of_both = before * done / waiting**2
    sums = (np.cumsum(one) for one in (of_left, of_left * share, of_left * share**2))
    first, second, third = sums
    variance = share**2 * first - 2 * share * second + third + np.cumsum(of_done)
    variance -= 2 * (share * np.cumsum(of_both) - np.cumsum(of_both * share))
    return Completion(table["elapsed"].to_numpy(), share, np.maximum(variance, 0.0))
