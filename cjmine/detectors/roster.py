"""The detectors, in report order; a test holds this list against the folder."""

from __future__ import annotations

from cjmine.detectors.duplicates import DUPLICATES
from cjmine.detectors.handoffs import HANDOFFS
from cjmine.detectors.loops import LOOPS
from cjmine.domain.kernel import Detector
from cjmine.errors import SettingsError, nearest

ROSTER: tuple[Detector, ...] = (LOOPS, DUPLICATES, HANDOFFS)


def in_order(roster: tuple[Detector, ...] = ROSTER) -> tuple[Detector, ...]:
    """Return the detectors so that each comes after those whose findings it needs."""
    placed: list[Detector] = []
    waiting = list(roster)
    while waiting:
        names = {detector.name for detector in placed}
        ready = next(detector for detector in waiting if names.issuperset(detector.needs))
        placed.append(ready)
        waiting.remove(ready)
    return tuple(placed)


def explain(name: str | None = None) -> str:
    """Return what a detector answers, its parameters, when it misleads and its source.

    Without a name, one line for each detector. Raises ``SettingsError`` with the
    nearest name for an unknown one; a code such as ``L2`` is a name too.
    """
    if name is None:
        lines = [f"{one.name:<12}{' '.join(one.codes):<20}{one.document.splitlines()[0]}" for one in ROSTER]
        return "\n".join(lines)
    for detector in ROSTER:
        if name.casefold() == detector.name or name.upper() in detector.codes:
            return f"{detector.document.strip()}\n\nDefaults\n{_defaults(detector)}"
    known = [word for one in ROSTER for word in (one.name, *one.codes)]
    msg = f"there is no detector {name!r}{nearest(name, known)}"
    raise SettingsError(msg, f"one of {', '.join(one.name for one in ROSTER)}")


def _defaults(detector: Detector) -> str:
    values = detector.settings().model_dump()
    return "\n".join(f"  {key}: {value}" for key, value in values.items())
