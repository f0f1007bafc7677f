"""pm4py's inductive miner on counted variants, its trees as ours."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cjmine.domain.models import SILENT, Operator, Tree

_OPERATORS = {
    "SEQUENCE": Operator.SEQUENCE,
    "XOR": Operator.CHOICE,
    "PARALLEL": Operator.PARALLEL,
    "LOOP": Operator.LOOP,
}


def pm4py_tree(variants: Mapping[tuple[str, ...], int], noise: float | None) -> Tree:
    """Return the folded tree of IMf, or of IM where ``noise`` is None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pm4py.algo.discovery.inductive.dtypes.im_ds import (  # noqa: PLC0415 - slow to import
            IMDataStructureUVCL,
        )
        from pm4py.algo.discovery.inductive.variants.im import IMUVCL  # noqa: PLC0415
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL  # noqa: PLC0415
        from pm4py.objects.process_tree.utils.generic import fold  # noqa: PLC0415

    settings = {} if noise is None else {"noise_threshold": noise}
    miner = (IMUVCL if noise is None else IMFUVCL)(settings)
    return _tree(fold(miner.apply(IMDataStructureUVCL(Counter(dict(variants))), settings)))


def _tree(node: Any) -> Tree:
    if node.operator is None:
        return SILENT if node.label is None else Tree(label=node.label)
    return Tree(_OPERATORS[node.operator.name], None, tuple(_tree(child) for child in node.children))
