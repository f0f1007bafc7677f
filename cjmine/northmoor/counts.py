"""What does a sample hold, and is it what was planned? Counted while lives pass by, told at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cjmine.northmoor.acts import Ended, Life, Mark, Need
from cjmine.northmoor.clock import CHANGE
from cjmine.northmoor.patterns import PATTERNS
from cjmine.northmoor.truth import Summary

_UNMARKED = frozenset(pattern.name for pattern in PATTERNS if not (pattern.codes or pattern.tempts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a sample holds: people, rows by file, journeys, what was planted, what the truth says of it.

    ``planted`` and ``decoys`` count instances by (pattern, code), ``statuses``
    journeys, ``pools`` journeys by (need, period), ``realised`` those that
    kept a pattern whole, by (pattern, period). ``truth`` lists contradictions
    between what was planted and what is true.
    """

    customers: int
    rows: Mapping[str, int]
    planted: Mapping[tuple[str, str], int]
    decoys: Mapping[tuple[str, str], int]
    statuses: Mapping[Ended, int]
    pools: Mapping[tuple[Need, str], int]
    realised: Mapping[tuple[str, str], int]
    truth: Summary

    @property
    def journeys(self) -> int:
        """All journeys."""
        return sum(self.pools.values())

    def systems(self) -> dict[str, int]:
        """Return rows by system, which has a folder of its own; files beside them stand for themselves."""
        found: Counter[str] = Counter()
        for name, rows in self.rows.items():
            found[name.split("/")[0]] += rows
        return dict(found)

    def report(self) -> str:
        """Return the self-check: the quota of every pattern beside what was realised, in journeys."""
        lines = [f"customers {self.customers}", f"journeys {self.journeys}"]
        lines += [f"rows {name} {rows:,}" for name, rows in self.systems().items()]
        lines.append(f"rows in all {sum(self.rows.values()):,}")
        lines += [f"status {name} {number}" for name, number in self.statuses.items()]
        lines.append(
            f"{'pattern':<26} {'planned':>9} {'realised':>9} journeys before, after; instances by code"
        )
        found = {**self.planted, **self.decoys}
        for pattern in PATTERNS:
            pools = [self.pools.get((pattern.need, period), 0) for period in ("before", "after")]
            rates = (pattern.before, pattern.after)
            planned = [round(rate * pool / 100) for rate, pool in zip(rates, pools, strict=True)]
            whole = [self.realised.get((pattern.name, period), 0) for period in ("before", "after")]
            codes = ", ".join(f"{code} {n}" for (name, code), n in found.items() if name == pattern.name)
            shown = [f"{one[0]:,}/{one[1]:,}" for one in (planned, whole)]
            lines.append(f"{pattern.name:<26} {shown[0]:>9} {shown[1]:>9} {codes}")
        lines.append(f"planted but not true: {len(self.truth.unmatched)}")
        lines.append(f"decoys that are true: {len(self.truth.fooled)}")
        lines.append(f"lives that contradict themselves: {len(self.truth.faults)}")
        return "\n".join(lines)


@dataclass(slots=True)
class Tally:
    """What is counted while lives pass by."""

    planted: Counter[tuple[str, str]] = field(default_factory=Counter)
    decoys: Counter[tuple[str, str]] = field(default_factory=Counter)
    statuses: Counter[Ended] = field(default_factory=Counter)
    pools: Counter[tuple[Need, str]] = field(default_factory=Counter)
    realised: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, life: Life) -> None:
        """Count one life."""
        for journey in life.journeys:
            self.statuses[journey.status] += 1
            self.pools[journey.need, journey.period] += 1
        whole: set[tuple[str, int, str]] = set()
        for marks, kept in ((life.planted, self.planted), (life.decoys, self.decoys)):
            for mark in marks:
                kept[mark.pattern, mark.code] += 1
                whole.add((mark.pattern, *_belongs(life, mark)))
        for number, journey in enumerate(life.journeys):
            whole |= {(name, number, journey.period) for name in journey.patterns & _UNMARKED}
        for pattern, _, period in sorted(whole):
            self.realised[pattern, period] += 1

    def counts(self, customers: int, rows: Mapping[str, int], truth: Summary) -> Counts:
        """Return all that was counted, in a fixed order."""
        return Counts(
            customers=customers,
            rows=dict(sorted(rows.items())),
            planted=_sorted(self.planted),
            decoys=_sorted(self.decoys),
            statuses=_sorted(self.statuses),
            pools=_sorted(self.pools),
            realised=_sorted(self.realised),
            truth=truth,
        )


def _belongs(life: Life, mark: Mark) -> tuple[int, str]:
    """Return the journey a mark is about, and its period (by its time where it is about none)."""
    numbers = [life.acts[at].journey for at in mark.acts]
    numbers += [at for at, one in enumerate(life.journeys) if mark.pattern in one.patterns]
    number = next((one for one in numbers if one is not None), None)
    if number is None:
        return -1, "before" if life.acts[mark.primary].at < CHANGE else "after"
    return number, life.journeys[number].period


def _sorted(counter: Counter) -> dict:  # type: ignore[type-arg]
    return dict(sorted(counter.items()))
