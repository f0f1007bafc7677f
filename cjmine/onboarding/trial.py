"""Would a run accept a plan? Its rows are read as they would be, and what is set aside is counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cjmine.errors import CjmineError
from cjmine.ingest import steps
from cjmine.ingest.columns import wanted
from cjmine.ingest.limits import reasons
from cjmine.ingest.mapping import NO_CUSTOMER
from cjmine.ingest.pieces import Piece
from cjmine.ingest.scanning import Scanned
from cjmine.ingest.settings import Format
from cjmine.ingest.steps import Asked
from cjmine.onboarding.plans import Plan

_MOST = 0.25
"""A source of which more rows than this are broken in a file is not proposed."""
_USUAL, _USUAL_WITHOUT = 0.01, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a plan fared: the largest share of broken rows in a file, why, the share without ids; its fault."""

    broken: float = 0.0
    why: str = ""
    without_id: float = 0.0
    fault: str = ""


def tried(plan: Plan, *, timezone: str, keys: Sequence[str]) -> Tried:
    """Read the rows that were looked at as the project file would have it."""
    source = plan.source(tuple(str(path) for path in plan.draft.paths))
    asked = Asked(source=source, rank=0, timezone=timezone, keys=tuple(keys))
    tables = plan.draft.tables
    try:
        raws = [
            steps.READERS[Format.XLSX](one.export, source, wanted(source))
            if source.format is Format.XLSX
            else one.raw
            for one in tables
        ]
        scanned = [
            Scanned(name=name, sha256="", sheet="", pieces=(Piece(path=one.path, name=name, sha256=""),))
            for one in tables
            for name in [one.export.name]
        ]
        chosen = steps.planned(source, scanned, [steps.survey(raw, source) for raw in raws])
        parts = [steps.mapped(raw, one.name, asked, chosen) for raw, one in zip(raws, scanned, strict=True)]
    except CjmineError as error:
        return Tried(fault=error.faults[0])
    aside = [part.quarantine.filter(pl.col("reason") != NO_CUSTOMER) for part in parts]
    shares = [rows.height / max(part.told.read, 1) for rows, part in zip(aside, parts, strict=True)]
    read = sum(part.told.read for part in parts)
    worst = max(range(len(parts)), key=lambda at: shares[at])
    fault = "" if any(part.told.accepted for part in parts) else "none of its rows can be used"
    if shares[worst] > _MOST or fault:
        why = reasons(pl.concat([part.quarantine for part in parts]))
        return Tried(fault=f"{fault or 'too many of its rows cannot be used'}: {why}")
    why = f"{shares[worst]:.1%} of {scanned[worst].name}: {reasons(aside[worst])}" if shares[worst] else ""
    nobody = sum(part.without_id.height for part in parts)
    return Tried(broken=shares[worst], why=why, without_id=nobody / max(read, 1))


def allowed(share: float, usual: float, step: float) -> str | None:
    """Return the share to allow, rounded up, where it is more than usual."""
    if share <= usual:
        return None
    return f"{min(math.ceil(share / step + 0.1) * step, 1):.0%}"


def quarantine(told: Sequence[Tried]) -> tuple[str, str] | None:
    """Return the share of broken rows that a run must allow, and why, where it is more than usual."""
    worst = max(told, key=lambda one: one.broken)
    share = allowed(worst.broken, _USUAL, 0.01)
    return (share, f"1% is usual, but {worst.why}") if share else None


def without_id(names: Sequence[str], told: Sequence[Tried]) -> tuple[str, str] | None:
    """Return the share of rows without any id that a run must allow, and why, where it is more than usual."""
    worst = max(range(len(told)), key=lambda at: told[at].without_id)
    share = allowed(told[worst].without_id, _USUAL_WITHOUT, 0.05)
    why = f"20% is usual, but {told[worst].without_id:.0%} of the rows of {names[worst]} name nobody"
    return (share, why) if share else None
