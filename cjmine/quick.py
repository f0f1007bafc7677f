"""Discover and find on one log, without a project file; each returns plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.cases import Columns, arranged_cases
from cjmine.detectors.kernels import COUNT_FINDINGS, DETECT
from cjmine.discovery.flows import COUNT_FLOWS, COUNT_NODES, flow_table, node_table
from cjmine.discovery.miner import Mined, mine
from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.errors import EngineError
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of
from cjmine.report import process_map
from cjmine.report.publish import explained
from cjmine.report.tables import write_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """How the cases of a log run; ``flows`` and ``nodes`` as in ``domain.results.Run``."""

    cases: int
    events: int
    variants: tuple[tuple[tuple[str, ...], int], ...]
    flows: pl.DataFrame
    nodes: pl.DataFrame
    mined: Mined | None
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return cases, events, activities, variants, dfg, start, end as plain numbers and lists."""
        nodes = self.nodes.sort("touchpoint")
        flows = self.flows.sort("source", "target")
        return {
            "cases": self.cases,
            "events": self.events,
            "activities": nodes.height,
            "variants": len(self.variants),
            "dfg": [
                {"from": row["source"], "to": row["target"], "count": row["count"]}
                for row in flows.iter_rows(named=True)
            ],
            "start": _counts(nodes, "starts"),
            "end": _counts(nodes, "ends"),
            "warnings": list(self.warnings),
        }


def _counts(nodes: pl.DataFrame, column: str) -> dict[str, int]:
    return {name: n for name, n in nodes.select("touchpoint", column).iter_rows() if n}


def discover(log: Path | str, columns: Columns | None = None, *, noise: float | None = None) -> Discovered:
    """How do the cases of a log run? ``noise`` given, also mine a model from them."""
    reading, _, outputs = arranged_cases(log, columns, (COUNT_VARIANTS, COUNT_FLOWS, COUNT_NODES))
    table = distinct_variants(outputs["variants"])
    counted = {tuple(row["steps"]): row["count"] for row in table.iter_rows(named=True)}
    ranked = tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    most = DiscoverySettings().max_variants
    return Discovered(
        cases=sum(counted.values()),
        events=reading.events.height,
        variants=ranked,
        flows=flow_table(outputs["flows"]),
        nodes=node_table(outputs["nodes"]),
        mined=None if noise is None else mine(counted, noise=noise, max_variants=most),
        warnings=reading.warnings,
    )


def find(
    log: Path | str, columns: Columns | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Which loops, duplicated contacts and handoffs does a log hold?

    Returns FINDING rows, their totals by code, and warnings. Loops need nothing
    but cases; handoffs need a service, duplicated contacts a direction.
    """
    detect = tuple(kernel for kernel in DETECT if kernel is not COUNT_FINDINGS)
    reading, partition, outputs = arranged_cases(log, columns, (*detect, COUNT_FINDINGS))
    return partition.findings, outputs["totals"], reading.warnings


def write_findings(findings: pl.DataFrame, path: Path) -> None:
    """Write FINDING rows as CSV, with cells that a spreadsheet would execute neutralised."""
    with explained(path):
        if path.is_symlink():
            msg = f"{path}: is a link; nothing was changed"
            raise EngineError(msg, "name a file of its own")
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        write_csv(findings, path)


def write_discovered(found: Discovered, folder: Path, *, name: str) -> None:
    """Write a process map (SVG, PNG) and the mined model (BPMN, PNML) into ``folder``."""
    chosen = process_map.choose(found.nodes, found.flows)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "process_map.svg").write_text(process_map.draw_svg(chosen), encoding="utf-8")
        process_map.draw_png(chosen, folder / "process_map.png")
        if found.mined is not None:
            (folder / "model.bpmn").write_text(write_bpmn(found.mined.tree, name), encoding="utf-8")
            (folder / "model.pnml").write_text(pnml_of(net_of(found.mined.tree), name), encoding="utf-8")
