"""Which block-structured model explains the variants, and how many of them was it mined from?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cjmine.discovery.counted import Log, log_of, log_of_table
from cjmine.discovery.inductive import inductive
from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.variants import distinct_variants
from cjmine.domain.models import Tree
from cjmine.domain.vocabulary import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """A discovered model, and the share of journeys whose variants it was mined from."""

    tree: Tree
    noise: float
    variants: int
    coverage: float


def mine(variants: Mapping[tuple[str, ...], int], *, noise: float, max_variants: int) -> Mined:
    """Return the inductive miner's process tree of the most frequent variants.

    ``noise`` is the share of infrequent directly-follows relations to leave out.
    """
    chosen = variants
    if len(variants) > max_variants:
        ranked = sorted(variants.items(), key=lambda item: (-item[1], item[0]))
        chosen = dict(ranked[:max_variants])
    log = log_of({steps: count for steps, count in chosen.items() if steps})
    return _mined(log, noise, of=sum(variants.values()))


def mine_types(variants: pl.DataFrame, settings: DiscoverySettings) -> dict[str, Mined]:
    """Mine each journey type from its complete journeys (``variants`` as the tally of that name)."""
    complete = distinct_variants(variants.filter(pl.col("status") == Status.COMPLETE))
    found = {}
    for table in complete.partition_by("journey_type", maintain_order=True):
        most = table.head(settings.max_variants)
        log = log_of_table(most["steps"], most["count"])
        found[table["journey_type"][0]] = _mined(log, settings.noise, of=int(table["count"].sum()))
    return dict(sorted(found.items()))


def _mined(log: Log, noise: float, *, of: int) -> Mined:
    tree = inductive(log, noise)
    return Mined(tree=tree, noise=noise, variants=len(log.counts), coverage=log.total / max(of, 1))
