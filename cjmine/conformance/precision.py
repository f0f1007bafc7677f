"""How much does a model allow that nobody did?

Escaping edges (ETC, Munoz-Gama and Carmona 2010) on aligned journeys (align-ETC,
Adriansyah, Munoz-Gama, Carmona, van Dongen, van der Aalst 2015), with one optimal
alignment per variant: each variant is taken as the model sees it, its synchronous
and model moves. Behind every prefix of these, the steps that the model allows next
are held against those that some journey takes next. Precision is the share taken, each
prefix weighted with the journeys that come by it, also where they end there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.conformance.moves import Alignment
from cjmine.domain.models import Automaton
from cjmine.domain.vocabulary import MoveKind

_Ints = npt.NDArray[np.int64]


def precision(found: Sequence[Alignment], counts: Sequence[int], automaton: Automaton) -> float:
    """Return a model's precision for variants with these alignments and counts; 1.0 if it allows nothing.

    ``automaton`` must be the model's minimal one: where an arc leaves a state, the
    step is possible, and by one arc only.
    """
    behind = prefixes(found, counts, automaton)
    journeys, allowed, taken = (behind[name].to_numpy() for name in ("journeys", "allowed", "taken"))
    possible = int(journeys @ allowed)
    return int(journeys @ taken) / possible if possible else 1.0


def prefixes(found: Sequence[Alignment], counts: Sequence[int], automaton: Automaton) -> pl.DataFrame:
    """Return length, journeys, onward, allowed and taken of every prefix of the aligned variants.

    ``journeys`` come by it, ``onward`` of them go on; ``allowed`` is how many different
    steps the model has next, ``taken`` how many of them some journey takes.
    """
    labels, lengths = _model_steps(found, automaton)
    order = np.argsort(-lengths, kind="stable")
    begins = (np.cumsum(lengths) - lengths)[order]
    levels = _levels(labels, begins, lengths[order], np.array(counts, np.int64)[order], automaton)
    return pl.concat(levels)


def _model_steps(found: Sequence[Alignment], automaton: Automaton) -> tuple[_Ints, _Ints]:
    """Return the codes of each variant's synchronous and model moves, end to end, and how many each has."""
    code = {label: number for number, label in enumerate(automaton.labels)}
    walked = [[code[m.label] for m in one.moves if m.kind is not MoveKind.LOG] for one in found]
    lengths = np.fromiter(map(len, walked), np.int64, len(walked))
    return np.fromiter((step for walk in walked for step in walk), np.int64, int(lengths.sum())), lengths


def _levels(
    labels: _Ints, begins: _Ints, lengths: _Ints, counts: _Ints, automaton: Automaton
) -> Iterator[pl.DataFrame]:
    """Yield the prefixes of each length, the variants longest first."""
    width = len(automaton.labels)
    after = np.full((automaton.n_states, width), -1, np.int64)
    after[automaton.arcs[:, 0], automaton.arcs[:, 1]] = automaton.arcs[:, 2]
    allowed = (after >= 0).sum(axis=1)
    prefix, state = np.zeros((2, len(lengths)), np.int64)  # of each variant that is long enough
    for length in range(int(lengths.max(initial=0)) + 1):
        longer = int(np.searchsorted(-lengths, -length, side="left"))
        heads = np.unique(prefix, return_index=True)[1]
        key = prefix[:longer] * width + labels[begins[:longer] + length]
        steps, onward = np.unique(key, return_inverse=True)
        yield pl.DataFrame(
            {
                "length": np.full(len(heads), length),
                "journeys": _sums(prefix, counts[: len(prefix)], len(heads)),
                "onward": _sums(prefix[:longer], counts[:longer], len(heads)),
                "allowed": allowed[state[heads]],
                "taken": np.bincount(steps // max(width, 1), minlength=len(heads)),
            }
        )
        state = after[state[:longer], labels[begins[:longer] + length]]
        prefix = onward


def _sums(number: _Ints, counts: _Ints, size: int) -> _Ints:
    return np.bincount(number, counts, size).astype(np.int64)  # exact below 2**53
