"""What did the change really do? Realised figures per period, pooled and with the mix of before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from math import sqrt

from cjmine.northmoor.acts import Ended
from cjmine.northmoor.clock import CHANGE, LOG_END
from cjmine.northmoor.truth.lives import JourneyFigures
from cjmine.northmoor.truth.plan import STOPPED

TAU = 60.0
_SETTLING = timedelta(days=14)  # ruling 17
_MIN_VISITS, _TWICE, _Z = 30, 2.0, 1.959963984540054  # domain.md 2.15, Wilson at 95 %
_LOOPS = ("L1", "L2", "L3", "L4")
_HANDOFFS = ("H1", "H2", "H3")
Figure = float | None
Block = dict[str, Figure]


def effects(every: Sequence[JourneyFigures]) -> dict[str, object]:
    """Return the realised figures of all journeys, and of the cohorts that a fair comparison takes."""
    return {
        "tau_days": TAU,
        "all_journeys": _periods(every),
        "cohorts": _periods([one for one in every if in_cohort(one)]),
        "dead_ends": {need: _dead_ends(part) for need, part in _grouped(every, lambda one: str(one.need))},
    }


def in_cohort(one: JourneyFigures) -> bool:
    """Say whether a journey can be watched for all of tau on one side of the change (ruling 17)."""
    tau = timedelta(days=TAU)
    return not (CHANGE - tau <= one.start <= CHANGE + _SETTLING or one.start > LOG_END - tau)


def rmst(times: Sequence[tuple[float, Ended]], tau: float) -> Figure:
    """Return the mean time to service up to ``tau``: giving up counts as never served (ruling 18).

    ``tau`` less the area under the cumulative incidence of completion (Aalen-Johansen).
    """
    at_risk, free, served, area, last = len(times), 1.0, 0.0, 0.0, 0.0
    if not times:
        return None
    ends: dict[float, Counter[bool | None]] = {}
    for days, status in times:
        cause = None if status is Ended.CENSORED else status is Ended.COMPLETE
        ends.setdefault(days, Counter())[cause] += 1
    for days in sorted(day for day in ends if day <= tau):
        area += served * (days - last)
        last = days
        here = ends[days]
        served += free * here[True] / at_risk
        free *= 1 - (here[True] + here[False]) / at_risk
        at_risk -= here.total()
    return tau - area - served * (tau - last)


def figures(part: Sequence[JourneyFigures]) -> Block:
    """Return the realised figures of some journeys; nothing where there is nothing to divide by."""
    counts = Counter(code for one in part for code in one.codes)
    ended = [one for one in part if one.status is not Ended.CENSORED]
    ratings = [rating for one in part for rating in one.ratings]
    inbound = sum(one.inbound for one in part)
    return {
        "journeys": float(len(part)),
        "inbound_per_journey": _ratio(inbound, len(part)),
        "avoidable_share": _ratio(sum(one.avoidable for one in part), inbound),
        "completion": _ratio(sum(one.status is Ended.COMPLETE for one in ended), len(ended)),
        "rmst_days": rmst([(one.days, one.status) for one in part], TAU),
        "rating": _ratio(sum(ratings), len(ratings)),
        "loops_per_100": _per_100(counts, _LOOPS, part),
        "d1_per_100": _per_100(counts, ("D1",), part),
        "d2_per_100": _per_100(counts, ("D2",), part),
        "handoffs_per_100": _per_100(counts, _HANDOFFS, part),
    }


def _per_100(counts: Counter[str], codes: Iterable[str], part: Sequence[JourneyFigures]) -> Figure:
    return _ratio(100 * sum(counts[code] for code in codes), len(part))


def _ratio(above: float, below: float) -> Figure:
    return above / below if below else None


def _grouped(
    every: Sequence[JourneyFigures], key: Callable[[JourneyFigures], str]
) -> list[tuple[str, list[JourneyFigures]]]:
    groups: dict[str, list[JourneyFigures]] = {}
    for one in every:
        groups.setdefault(key(one), []).append(one)
    return sorted(groups.items())


def _periods(every: Sequence[JourneyFigures]) -> dict[str, object]:
    before = [one for one in every if one.period == "before"]
    found: dict[str, object] = {}
    for period, part in _grouped(every, lambda one: one.period):
        types = {need: figures(these) for need, these in _grouped(part, lambda one: str(one.need))}
        found[period] = {
            "pooled": figures(part),
            "standardised": _standardised(part, before),
            "types": types,
        }
    return found


def _standardised(part: Sequence[JourneyFigures], before: Sequence[JourneyFigures]) -> Block:
    """Return the figures under the mix of before by type and access, ratios over and under apart."""
    mine, theirs = dict(_grouped(part, _stratum)), dict(_grouped(before, _stratum))
    weights = {name: len(these) / len(before) for name, these in theirs.items() if name in mine}
    blocks = {name: figures(mine[name]) for name in weights}
    found: Block = {}
    for name in figures(part):
        parts = [(weights[s], block[name], _below(mine[s], name)) for s, block in blocks.items()]
        found[name] = _weighted([(w, value, below) for w, value, below in parts if value is not None])
    found["journeys"] = float(len(part))
    return found


def _stratum(one: JourneyFigures) -> str:
    return f"{one.need} {one.access}"


def _below(part: Sequence[JourneyFigures], name: str) -> float:
    """Return the denominator of a figure per journey; a share of contacts has contacts below it."""
    if name == "avoidable_share":
        return sum(one.inbound for one in part) / len(part)
    if name == "rating":
        return sum(len(one.ratings) for one in part) / len(part)
    if name == "completion":
        return sum(one.status is not Ended.CENSORED for one in part) / len(part)
    return 1.0


def _weighted(parts: Sequence[tuple[float, float, float]]) -> Figure:
    return _ratio(
        sum(weight * value * below for weight, value, below in parts),
        sum(weight * below for weight, _, below in parts),
    )


def _dead_ends(part: Sequence[JourneyFigures]) -> list[Mapping[str, object]]:
    """Return the touchpoints after which journeys end in nothing, with what marks them (domain.md 2.15)."""
    ended = [one for one in part if one.status is not Ended.CENSORED]
    failed = [one for one in ended if one.status is not Ended.COMPLETE]
    overall = len(failed) / len(ended) if ended else 0.0
    visits = Counter(label for one in ended for label in one.visited)
    lost = Counter(one.last for one in failed)
    return [
        {"touchpoint": label, "visits": visits[label], "lost": lost[label], "overall": overall}
        for label in sorted(lost)
        if label != STOPPED
        and visits[label] >= _MIN_VISITS
        and lost[label] / visits[label] >= _TWICE * overall
        and wilson_lower(lost[label], visits[label]) > overall
    ]


def wilson_lower(hits: int, of: int) -> float:
    """Return the lower end of Wilson's 95 % interval of a share."""
    share, spread = hits / of, _Z**2 / of
    margin = _Z * sqrt(share * (1 - share) / of + spread / (4 * of))
    return (share + spread / 2 - margin) / (1 + spread)
