"""Is it good enough? The marks that the engine set itself before it was measured (domain.md 6.5).

A gate is passed when the upper end of the figure's 95 % interval reaches it. A
code with fewer than 100 planted instances is judged by its whole family. Codes
that nothing looks for yet, and those that the truth does not list, have no gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cjmine.score.rates import THIN

LOOPS, DUPLICATES = ("L1", "L2", "L3", "L4", "L5", "L6"), ("D1", "D2", "D3")
HANDOFFS, DEVIATIONS = ("H1", "H2", "H3"), ("V1", "V2", "V3", "V4", "V6", "V7", "V8", "V9", "SLA")
Card = Mapping[str, Any]


def oracle(card: Card) -> list[dict[str, Any]]:
    """Return the gates of each detector by itself: precision .97 and recall .95."""
    gates = []
    for code in (*LOOPS, *DUPLICATES, *HANDOFFS, *DEVIATIONS):
        judged, by = card["codes"].get(code), code
        if judged is None or not (judged["built"] and judged["instances"]):
            continue
        if judged["planted"] < THIN:
            by = code[0]
            judged = card["families"].get(by, {})
        for measure, mark in (("precision", 0.97), ("recall", 0.95)):
            gates.append({"gate": f"{code} {measure}", "judged_by": by, **_judged(judged, measure, mark)})
    return gates


def end_to_end(card: Card) -> list[dict[str, Any]]:
    """Return the gates of the whole way from raw files: identity, journeys, and each family's F1."""
    marks = [
        ("identity precision", card["identity"], "precision", 0.99),
        ("identity recall", card["identity"], "recall", 0.92),
        ("segmentation ARI", card["segmentation"], "ari", 0.90),
    ]
    families = {"L": "loops", "D": "duplicates", "H": "handoffs"}
    marks += [(f"{name} F1", card["families"].get(key, {}), "f1", 0.85) for key, name in families.items()]
    return [
        {"gate": name, "judged_by": name.split()[0], **_judged(scores, measure, mark)}
        for name, scores, measure, mark in marks
    ]


def _judged(scores: Card, measure: str, mark: float) -> dict[str, Any]:
    value, interval = scores.get(measure), scores.get(f"{measure}_ci")
    return {
        "at_least": mark,
        "value": value,
        "ci": interval,
        "passed": None if interval is None else interval[1] >= mark,
    }
