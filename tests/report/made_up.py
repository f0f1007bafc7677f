"""A made-up council of a few hundred customers, with names that try to break every page."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from cjmine.conformance.clauses import CLAUSES
from cjmine.conformance.promises import STANDARD_TIMES, STANDARDS
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import IntendedJourney, PetriNet, Transition
from cjmine.domain.plan import Length, Place, Standard, Unit
from cjmine.domain.results import Run
from cjmine.domain.rows import HeldRows
from cjmine.domain.tables import CONTACT, EVENT, FINDING, JOURNEY, WATCH
from cjmine.engine.local import enrich
from cjmine.engine.store import split
from cjmine.report import standards
from cjmine.report.counts import REPORTED, medians
from cjmine.report.urgent import FIND_URGENT
from cjmine.report.worst import FIND_WORST

SCRIPT, FORMULA, IMAGE = "<script>alert(1)</script>", "=cmd|' /C calc'!A0", '"><img src=x onerror=1>'
PLAN = ("report_move", "ask_evidence", "send_evidence", "check_evidence", "update_account", "issue_bill")
STEPS: dict[str, tuple[str, str, str, str]] = {
    "report_move": ("web", "customer-services", "web", "inbound"),
    "acknowledge": ("crm", "customer-services", "email", "outbound"),
    "ask_evidence": ("council_tax", "council-tax", "post", "outbound"),
    "send_evidence": ("web", "council-tax", "web", "inbound"),
    "check_evidence": ("council_tax", "council-tax", "internal", "internal"),
    "chase progress": ("telephony", "contact-centre", "phone", "inbound"),
    "transfer to council tax": ("telephony", "council-tax", "phone", "inbound"),
    "update_account": ("council_tax", "council-tax", "internal", "internal"),
    "issue_bill": ("council_tax", "council-tax", "post", "outbound"),
    "register to vote": ("housing", "electoral-services", "web", "inbound"),
    "change tenancy": ("housing", "housing", "face-to-face", "inbound"),
    "complain": ("crm", "complaints", "email", "inbound"),
    "answer complaint": ("crm", "complaints", "email", "outbound"),
    SCRIPT: ("crm", IMAGE, "web", "inbound"),
    FORMULA: ("housing", "housing", "web", "inbound"),
}
SYSTEMS = ("web", "telephony", "crm", "council_tax", "housing")
EXTRA = tuple(name for name in STEPS if name not in PLAN)
LOG_END = datetime(2026, 4, 30, tzinfo=UTC)
BILL = Standard(
    name="bill",
    title=f"Bill in time {SCRIPT}",
    place=Place(1, 1),
    start="report_move",
    stop="issue_bill",
    limit=Length(10, Unit.DAY),
)
CODES = ("L1", "L2", "L3", "L5", "L6", "D1", "D2", "D3", "D5", "H1", "H2", "H3")


def _journey(rng: random.Random, customer: str, rows: dict[str, int]) -> list[dict[str, Any]]:
    steps: list[str] = []
    for step in PLAN:
        if rng.random() < 0.94:
            steps.append(step)
        while rng.random() < 0.3:
            steps.append(rng.choice(EXTRA[:-2] if rng.random() < 0.97 else EXTRA))
    at = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=rng.randrange(150_000))
    events: list[dict[str, Any]] = []
    for number, step in enumerate(steps or ["report_move"]):
        system, service, channel, direction = STEPS[step]
        rows[system] += 1
        at += timedelta(minutes=rng.randrange(20, 6_000))
        events.append(
            {
                "event_id": f"{system}:{system}_2026.csv:{rows[system]}",
                "customer_id": customer,
                "source_system": system,
                "system_rank": SYSTEMS.index(system),
                "source_file": f"{system}_2026.csv",
                "source_row": rows[system],
                "activity": step.replace("_", " ") if step in PLAN else step,
                "touchpoint": step,
                "stage": "move",
                "service": service,
                "channel": channel,
                "direction": direction,
                "start": at,
                "end": at + timedelta(minutes=4),
                "precision": rng.choice(("s", "min", "day")),
                "need": "moving",
                "outcome": rng.choice(("completed", "failed", "none")),
                "merged_ids": [f"crm:crm_2026.csv:{90_000 + rows[system]}"] if rng.random() < 0.1 else [],
                "step_no": number,
            }
        )
    for event in events:
        event["journey_id"] = events[0]["event_id"]
        event["contact_id"] = event["event_id"] if event["direction"] != "internal" else None
    return events


def _findings(
    rng: random.Random, journeys: list[list[dict[str, Any]]], codes: tuple[str, ...]
) -> pl.DataFrame:
    found = []
    for events in journeys:
        for code in codes:
            if rng.random() > 0.12 or len(events) < 4:
                continue
            first = rng.randrange(len(events) - 3)
            part = events[first : first + 3]
            ids = [event["event_id"] for event in part]
            hashed = hashlib.sha256(f"{code}{ids}".encode()).hexdigest()[:16]
            found.append(
                {
                    "finding_id": hashed,
                    "detector": "conformance" if code.startswith("V") else "loops",
                    "code": code,
                    "journey_id": part[0]["journey_id"],
                    "customer_id": part[0]["customer_id"],
                    "event_ids": ids,
                    "primary_event_id": ids[0],
                    "extra_event_ids": ids[1:],
                    "start": part[0]["start"],
                    "end": part[-1]["end"],
                    "touchpoint": rng.choice(PLAN) if code.startswith("V") else part[0]["touchpoint"],
                    "service_from": part[0]["service"],
                    "service_to": part[-1]["service"],
                    "channel_from": part[0]["channel"],
                    "channel_to": part[-1]["channel"],
                    "n_extra_events": 2,
                    "wait_h": round(rng.random() * 200, 2),
                    "intended": False,
                    "severity": "medium",
                    "confidence": "high",
                    "lever": "process",
                    "message": f"{part[0]['activity']} came back after {part[1]['activity']}",
                    "also": [],
                    "rule_version": 1,
                }
            )
    return FINDING.conform(pl.DataFrame(found, schema_overrides=FINDING.schema)).sort(FINDING.order)


def _totals(findings: pl.DataFrame, journeys: int) -> pl.DataFrame:
    return (
        findings.group_by("code")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("journey_id").n_unique().cast(pl.Int64).alias("journeys"),
            pl.col("customer_id").n_unique().cast(pl.Int64).alias("customers"),
            pl.col("n_extra_events").sum().cast(pl.Int64).alias("extra_events"),
        )
        .with_columns((100 * pl.col("count") / journeys).alias("per_100_journeys"))
        .select("code", "count", "journeys", "customers", "per_100_journeys", "extra_events")
        .sort("code")
    )


def make_run(customers: int = 300, seed: int = 7) -> Run:
    """Return a finished run; equal arguments give an equal run."""
    rng = random.Random(seed)  # noqa: S311 - sample data, not secrets
    rows = dict.fromkeys(SYSTEMS, 0)
    made = [_journey(rng, f"c{number:05d}", rows) for number in range(customers)]
    events = EVENT.conform(
        pl.DataFrame(
            [event for one in made for event in one], schema_overrides=EVENT.schema, infer_schema_length=None
        )
    ).sort(EVENT.order)
    findings = _findings(rng, made, CODES)
    deviations = _findings(rng, made, ("V1", "V2", "V3", "V8"))
    journeys = JOURNEY.conform(
        pl.DataFrame(
            [
                {
                    "journey_id": one[0]["journey_id"],
                    "customer_id": one[0]["customer_id"],
                    "journey_type": "moving" if number % 9 else "unmodelled",
                    "need": "moving",
                    "start": one[0]["start"],
                    "end": one[-1]["end"],
                    "status": ("complete", "complete", "open", "abandoned", "stopped")[number % 5],
                    "n_events": len(one),
                    "n_steps": len(one),
                    "n_contacts": sum(event["direction"] != "internal" for event in one),
                    "n_inbound": sum(event["direction"] == "inbound" for event in one),
                    "n_services": len({event["service"] for event in one}),
                    "n_channels": len({event["channel"] for event in one}),
                    "n_systems": len({event["source_system"] for event in one}),
                    "duration_d": (one[-1]["end"] - one[0]["start"]).total_seconds() / 86400,
                    "variant": hashlib.md5(repr([e["touchpoint"] for e in one]).encode()).hexdigest(),  # noqa: S324
                    "cost": sum(event["touchpoint"] not in PLAN for event in one) if number % 9 else None,
                    "fitness": 0.8 if number % 9 and not number % 5 else None,
                }
                for number, one in enumerate(made)
            ],
            schema_overrides=JOURNEY.schema,
        )
    ).sort(JOURNEY.order)
    contacts = CONTACT.conform(
        events.filter(pl.col("contact_id").is_not_null()).with_columns(
            pl.concat_list("event_id").alias("event_ids"),
            pl.col("event_id").alias("primary_event_id"),
            pl.concat_list("service").alias("services"),
            pl.lit(0).alias("n_transfers"),
            pl.lit(value=False).alias("automatic"),
            pl.lit(value=False).alias("bulk"),
            pl.col("merged_ids").list.len().alias("merged_rows"),
            pl.concat_list("source_system").alias("merged_systems"),
        )
    ).sort(CONTACT.order)
    partition = Partition(
        events=events,
        contacts=contacts,
        journeys=journeys,
        findings=FINDING.merge([findings, deviations]),
        watch=_awaited(journeys),
    )
    return _run(made, partition, _totals(findings, journeys.height))


def with_rows(run: Run, **tables: pl.DataFrame) -> Run:
    """Return the run with other rows, and what is told of them."""
    mine = {
        name: getattr(run, name) for name in ("events", "contacts", "journeys", "moves", "findings", "watch")
    }
    return dataclasses.replace(run, **_told(HeldRows((Partition(**{**mine, **tables}),))))


def in_parts(run: Run, parts: int) -> Run:
    """Return the same run, its customers in several partitions."""
    partitions = []
    for events in split(run.events, parts):
        mine = {"events": events}
        for name in ("contacts", "journeys", "findings", "watch"):
            mine[name] = getattr(run, name).join(events.select("customer_id"), on="customer_id", how="semi")
        partitions.append(Partition(**mine))
    return dataclasses.replace(run, **_told(HeldRows(tuple(partitions))))


def _told(rows: HeldRows) -> dict[str, Any]:
    kernels = (*REPORTED, FIND_WORST, FIND_URGENT)
    parts = [enrich(partition, kernels, Context())[1] for partition in rows.partitions]
    whole = {one.name: one.output.merge([part[one.name] for part in parts]) for one in kernels}
    told = {name: whole[name] for name in ("kinds", "deviation_kinds", "worst", "urgent")}
    return {**told, "rows": rows, "medians": medians(whole["lengths"], rows)}


def _run(made: list[list[dict[str, Any]]], partition: Partition, totals: pl.DataFrame) -> Run:
    events, journeys = partition.events, partition.journeys
    flows, nodes, variants = _tallies(made, journeys)
    per = {name: events.filter(pl.col("source_system") == name) for name in SYSTEMS}
    ids = {name: set(frame["customer_id"]) for name, frame in per.items()}
    ledger = [
        {
            "source": name,
            "file": f"{name}_2026.csv",
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "read": frame.height + 3,
            "accepted": frame.height,
            "quarantined": 2,
            "filtered": 1,
        }
        for name, frame in per.items()
    ]
    systems = [
        {
            "system": name,
            "rows": frame.height,
            "rows_without_id": 3,
            "cases_without_id": 1,
            "ids": len(ids[name]) + 4,
            "customers": len(ids[name]),
            "matched": len(ids[name]) - 5,
            "only_here": 5,
            "ambiguous": 1,
        }
        for name, frame in per.items()
    ]
    pairs = [
        {
            "system_a": a,
            "system_b": b,
            "customers": len(ids[a] & ids[b]),
            "of_a": len(ids[a]),
            "of_b": len(ids[b]),
            "share_of_a": len(ids[a] & ids[b]) / len(ids[a]),
            "share_of_b": len(ids[a] & ids[b]) / len(ids[b]),
        }
        for i, a in enumerate(SYSTEMS)
        for b in SYSTEMS[i + 1 :]
    ]
    quarantine = [
        {
            "source": name,
            "file": f"{name}_2026.csv",
            "row": row,
            "line": row + 1,
            "column": "started",
            "value": FORMULA if row == 7 else IMAGE,
            "reason": "not a time in the form %d/%m/%Y",
        }
        for name in SYSTEMS
        for row in (7, 19)
    ]
    net = PetriNet(
        places=("start", *PLAN),
        transitions=tuple(
            Transition(name=s, label=s, inputs=(i,), outputs=(i + 1,)) for i, s in enumerate(PLAN)
        ),
        initial={0: 1},
        final={len(PLAN): 1},
    )
    model = IntendedJourney(
        name="moving",
        title=f"Moving home {SCRIPT}",
        net=net,
        version="2026-01",
        titles={"report_move": "Report the move"},
        standards=(BILL,),
    )
    times = _times(partition.journeys)
    return Run(
        name="northmoor",
        title=f"Moving home in Northmoor {SCRIPT}",
        summary={"customers": len(made), "journeys": journeys.height},
        record={
            "timezone": "Europe/London",
            "started": "2026-03-01T10:00:00Z",
            "versions": {"cjmine": "0.1.0", "polars": "2.1.0"},
            "settings_sha256": "ab" * 32,
        },
        warnings=(f"housing: 4 ids belong to more than three people {IMAGE}",),
        parameters={
            "contact": {"session_gap": timedelta(minutes=30), "echo_pad": {"phone": timedelta(minutes=15)}}
        },
        ledger=pl.DataFrame(ledger),
        quarantine=pl.DataFrame(quarantine),
        systems=pl.DataFrame(systems),
        pairs=pl.DataFrame(pairs),
        crosswalk=pl.DataFrame({"file": ["crosswalk.csv"], "rows": [90], "used": [80], "joining": [70]}),
        echoes=pl.DataFrame({"kind": ["echo"], "system_a": ["telephony"], "system_b": ["crm"], "rows": [87]}),
        flows=flows,
        nodes=nodes,
        variants=variants,
        totals=totals,
        **_told(HeldRows((partition,))),
        models={"moving": model},
        clauses=CLAUSES.empty(),
        standards=standards.table(kept_of(), times, {"moving": model}),
        standard_times=times,
        discovered={},
    )


def kept_of() -> pl.DataFrame:
    """Return the tally of standards kept."""
    counts = dict(zip(STANDARDS.measures, (80, 15, 5, 3, 7, 2, 1), strict=True))
    return STANDARDS.conform(pl.DataFrame([{"journey_type": "moving", "standard": "bill", **counts}]))


def _times(journeys: pl.DataFrame) -> pl.DataFrame:
    ends = {"complete": "complete", "open": "censored", "abandoned": "abandoned", "stopped": "stopped"}
    rows = journeys.filter(journey_type="moving").select(
        "journey_type",
        pl.lit("bill").alias("standard"),
        pl.col("duration_d").floor().cast(pl.Int64).alias("elapsed"),
        pl.col("status").replace_strict(ends).alias("ended"),
        pl.lit(1).alias("count"),
    )
    return STANDARD_TIMES.merge([STANDARD_TIMES.conform(rows)])


def _awaited(journeys: pl.DataFrame) -> pl.DataFrame:
    """Return a row of each open journey: due ten days after its start, or never where its number is odd."""
    waiting = journeys.filter(status="open").with_row_index("n")
    due = pl.col("start") + pl.duration(days=10)
    left = (pl.lit(LOG_END) - due).dt.total_hours()
    stands = pl.col("n") % 2 == 1
    return WATCH.conform(
        waiting.with_columns(
            pl.lit("standard").alias("kind"),
            pl.lit("bill").alias("name"),
            pl.lit(IMAGE).alias("service"),
            pl.col("journey_id").alias("since_event_id"),
            pl.col("start").alias("since"),
            pl.when(~stands).then(due).alias("due"),
            (~stands & (left >= 0)).alias("overdue"),
            pl.when(~stands).then(-left).alias("left_h"),
        )
    ).sort(WATCH.order)


def _tallies(
    made: list[list[dict[str, Any]]], journeys: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    moves = pl.DataFrame(
        [
            (a["touchpoint"], b["touchpoint"], (b["start"] - a["end"]).total_seconds() / 3600)
            for one in made
            for a, b in pairwise(one)
        ],
        schema=["source", "target", "wait"],
        orient="row",
    )
    flows = (
        moves.group_by("source", "target")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("wait").median().alias("median_wait_h"),
            pl.col("wait").quantile(0.9).alias("p90_wait_h"),
        )
        .sort("source", "target")
    )
    steps = pl.DataFrame(
        [
            (e["touchpoint"], e["service"], e["journey_id"], int(i == 0), int(i == len(one) - 1))
            for one in made
            for i, e in enumerate(one)
        ],
        schema=["touchpoint", "service", "journey", "starts", "ends"],
        orient="row",
    )
    nodes = (
        steps.group_by("touchpoint", "service")
        .agg(
            pl.len().cast(pl.Int64).alias("events"),
            pl.col("journey").n_unique().cast(pl.Int64).alias("journeys"),
            pl.col("starts", "ends").sum(),
        )
        .sort("touchpoint")
    )
    sequences = pl.DataFrame(
        {
            "journey_id": [one[0]["journey_id"] for one in made],
            "steps": [[e["touchpoint"] for e in one] for one in made],
        }
    ).join(journeys.select("journey_id", "journey_type", "variant", "cost", "fitness"), on="journey_id")
    variants = (
        sequences.group_by("journey_type", "variant", "steps")
        .agg(pl.len().cast(pl.Int64).alias("count"), pl.col("cost").first(), pl.col("fitness").max())
        .with_columns((pl.col("count") / pl.col("count").sum().over("journey_type")).alias("share"))
        .select("journey_type", "variant", "steps", "count", "share", "cost", "fitness")
        .sort(["journey_type", "count", "variant"], descending=[False, True, False])
    )
    return flows, nodes, variants
