"""Which block-structured model explains the variants, and how many of them was it mined from?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cjmine.discovery.counted import log_of
from cjmine.discovery.inductive import inductive
from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.variants import by_type
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
    ranked = sorted(variants.items(), key=lambda item: (-item[1], item[0]))
    chosen = {steps: count for steps, count in ranked[:max_variants] if steps}
    covered = sum(chosen.values()) / max(sum(variants.values()), 1)
    return Mined(tree=inductive(log_of(chosen), noise), noise=noise, variants=len(chosen), coverage=covered)


def mine_types(variants: pl.DataFrame, settings: DiscoverySettings) -> dict[str, Mined]:
    """Mine each journey type from its complete journeys (``variants`` as the tally of that name)."""
    complete = by_type(variants.filter(pl.col("status") == Status.COMPLETE))
    return {
        name: mine(counted, noise=settings.noise, max_variants=settings.max_variants)
        for name, counted in complete.items()
    }
