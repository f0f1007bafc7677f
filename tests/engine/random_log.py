"""A random log that meets every kernel: echoes, transfers, known steps, shared keys, gaps, bulk mail."""

from __future__ import annotations

import random
from typing import Any

import polars as pl

from tests.builders import at, events

SYSTEMS = ("portal", "telephony", "crm", "housing")
_STEPS = (
    "submit move-form",
    "notify_move",
    "acknowledge",
    "request_evidence",
    "provide_evidence",
    "update_tenancy",
    "close_old_account",
    "open_new_account",
    "issue_bill",
    "confirm_all_done",
    "view /account",
    "chase_progress",
    "call",
)
_CHOICES: dict[str, tuple[Any, ...]] = {
    "activity": _STEPS,
    "precision": ("s", "s", "min", "day"),
    "native_event_id": (None, None, "E1", "E2"),
    "link_keys": (None, None, ["case=1"], ["case=1", "task=9"]),
    "service": (None, "housing", "council-tax", "benefits"),
    "channel": (None, "phone", "phone", "ivr", "web", "email", "face-to-face"),
    "direction": (None, "inbound", "inbound", "outbound", "internal"),
    "resource": (None, "anna"),
    "need": (None, "change-of-address", "change-of-address", "repair"),
    "reason_code": (None, "R1"),
    "outcome": (None, "completed", "failed", "transferred", "requested_info", "supplied_info", "decision+"),
    "item_id": (None, "I1", "I2"),
    "item_state": (None, "open", "close"),
    "payload_key": (None, "P1"),
    "contact_key": (None, "K1", "K2"),
    "automatic": (None, None, True, False),
    "bulk": (None, None, True),
}
_PAUSES = (0, 0.004, 0.01, 0.2, 0.5, 1, 3, 24, 49, 8 * 24, 40 * 24)
_LENGTHS = (0, 0, 0.01, 0.2, 30)


def random_log(seed: int, customers: int = 50) -> pl.DataFrame:
    """Return EVENT rows in no order."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    rows: list[dict[str, Any]] = []
    for who in range(customers):
        hour = dice.choice((0, 0.25, 700))
        for _ in range(dice.randint(1, 14)):
            hour += dice.choice(_PAUSES)
            row = {name: dice.choice(values) for name, values in _CHOICES.items()}
            row |= {"customer_id": f"c{who:03}ä", "h": hour, "until": hour + dice.choice(_LENGTHS)}
            if row["precision"] == "day":
                row |= {"h": hour - at(hour).hour - at(hour).minute / 60, "until": None}
            rank = dice.randrange(len(SYSTEMS))
            rows.append({**row, "source_system": SYSTEMS[rank], "system_rank": rank})
    return events(rows).sample(fraction=1, shuffle=True, seed=seed)
