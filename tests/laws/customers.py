"""Random customers: a few rows each, drawn so that ties, echoes, repeats and shared keys are common."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from cjmine.domain.tables import EVENT
from tests.builders import MONDAY

SYSTEMS = ("portal", "telephony", "crm", "housing")
_HOURS = (0, 0.004, 0.01, 0.2, 0.5, 0.9, 1, 3, 24, 25, 49, 60, 8 * 24, 20 * 24, 40 * 24, 75 * 24, 120 * 24)
_LENGTHS = (0, 0, 0.01, 0.2, 30)
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
    "no_benefit_claim",
    "confirm_all_done",
    "Move withdrawn",
    "view /account",
    "chase_progress",
    "call",
    "see \x1f page",
)


def _some(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "rank": st.sampled_from(range(len(SYSTEMS))),
    "h": st.sampled_from(_HOURS),
    "length": st.sampled_from(_LENGTHS),
    "precision": st.sampled_from(("s", "s", "min", "day")),
    "activity": st.sampled_from(_STEPS),
    "native_event_id": _some(None, None, "E1", "E2"),  # type: ignore[arg-type]
    "link_keys": st.sampled_from((None, None, ["case=1"], ["case=2"], ["case=1", "task=9"])),
    "service": _some("housing", "council-tax", "benefits"),
    "channel": _some("phone", "phone", "ivr", "web", "email", "face-to-face"),
    "direction": _some("inbound", "inbound", "outbound", "internal"),
    "resource": _some("anna"),
    "need": _some("change-of-address", "repair"),
    "reason_code": _some("R1"),
    "outcome": _some("completed", "failed", "transferred", "requested_info", "supplied_info", "decision+"),
    "item_id": _some("I1", "I2"),
    "item_state": _some("open", "close"),
    "payload_key": _some("P1"),
    "contact_key": _some("K1", "K2"),
    "automatic": st.sampled_from((None, None, True, False)),
    "bulk": st.sampled_from((None, None, True)),
}
ROW = st.fixed_dictionaries(_FIELDS)
CUSTOMERS = st.lists(st.lists(ROW, min_size=1, max_size=9), min_size=1, max_size=4)


def event_rows(customers: list[list[dict[str, Any]]]) -> pl.DataFrame:
    """Return EVENT rows, not sorted; native ids and keys are shared by customers on purpose."""
    rows: list[dict[str, Any]] = []
    for who, theirs in enumerate(customers):
        for drawn in theirs:
            row = dict(drawn)
            system, number = SYSTEMS[row.pop("rank")], len(rows)
            start = MONDAY + timedelta(hours=row.pop("h"))
            if row["precision"] == "day":
                start = start.replace(hour=0, minute=0, second=0, microsecond=0)
            rows.append(
                {
                    "event_id": f"{system}:file:{number}",
                    "customer_id": f"c{who}",
                    "source_system": system,
                    "system_rank": SYSTEMS.index(system),
                    "source_file": "file",
                    "source_row": number,
                    "start": start,
                    "end": start + timedelta(hours=row.pop("length")),
                    **row,
                }
            )
    return EVENT.conform(pl.DataFrame(rows, infer_schema_length=None))
