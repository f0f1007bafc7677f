"""Which block-structured model explains the variants? The one door to pm4py.

The inductive miner with noise threshold (IMf; Leemans, Fahland, van der Aalst,
2014) runs in pm4py on counted variants; no event ever passes this door.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.variants import by_type
from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.domain.vocabulary import Status

_OPERATORS = {
    "SEQUENCE": Operator.SEQUENCE,
    "XOR": Operator.CHOICE,
    "PARALLEL": Operator.PARALLEL,
    "LOOP": Operator.LOOP,
}


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
    tree = _inductive(chosen, noise) if chosen else SILENT
    return Mined(tree=tree, noise=noise, variants=len(chosen), coverage=covered)


def mine_types(variants: pl.DataFrame, settings: DiscoverySettings) -> dict[str, Mined]:
    """Mine each journey type from its complete journeys (``variants`` as the tally of that name)."""
    complete = by_type(variants.filter(pl.col("status") == Status.COMPLETE))
    return {
        name: mine(counted, noise=settings.noise, max_variants=settings.max_variants)
        for name, counted in complete.items()
    }


def _inductive(variants: Mapping[tuple[str, ...], int], noise: float) -> Tree:
    vars(sys)["_pm4py_welcome_shown"] = True  # its own switch: our licence is told in the README
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL  # noqa: PLC0415 (slow)
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL  # noqa: PLC0415
    from pm4py.objects.process_tree.utils.generic import fold  # noqa: PLC0415

    miner = IMFUVCL({"noise_threshold": noise})
    data = IMDataStructureUVCL(Counter(dict(variants)))
    return _tree(fold(miner.apply(data, {"noise_threshold": noise})))


def _tree(node: Any) -> Tree:  # noqa: ANN401 (pm4py ships no types)
    if node.operator is None:
        return Tree(label=node.label) if node.label is not None else SILENT
    return Tree(
        operator=_OPERATORS[node.operator.name], children=tuple(_tree(child) for child in node.children)
    )
