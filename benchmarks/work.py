"""What every candidate of ``frames.py`` shares: pieces of work to time, and one form for their answers.

- flows: how often does one activity directly follow another, and how long are those waits together?
- counts: the same without the waits, for tools that know none.
- variants: which distinct sequences are there, and how many customers take each?
- whatever else candidates of one kind can be compared by, in ``also``.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

MOST = 100
"""So many of the most frequent sequences are compared by name; all are compared by their counts."""
ENOUGH = 10
"""Seconds after which a piece of work is not repeated again."""

Flow = tuple[str, str, int, int]
"""Source, target, how often, and the sum of the waits in seconds."""
Variant = tuple[tuple[str, ...], int]


class Stopwatch:
    """How long did each part of a piece of work take?"""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.since = 0.0

    def start(self) -> None:
        """Begin the first part."""
        self.since = time.perf_counter()

    def lap(self, part: str) -> None:
        """End a part, and begin the next."""
        now = time.perf_counter()
        self.parts[part], self.since = now - self.since, now


@dataclass(kw_only=True)
class Work:
    """Pieces of work by name, and how to bring what they gave into the common form.

    What is done before a ``Work`` is returned (imports, preparing a kernel's input) is not timed.
    """

    timed: dict[str, Callable[[], Any]]
    flows: Callable[[dict[str, Any]], Iterable[Flow]] | None = None
    counts: Callable[[dict[str, Any]], Iterable[tuple[str, str, int]]] | None = None
    variants: Callable[[dict[str, Any]], Iterable[Variant]] | None = None
    also: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    watch: Stopwatch = field(default_factory=Stopwatch)
    repeats: int = 1


def measured(work: Work) -> dict[str, Any]:
    """Do the work; return its seconds, its parts, its peak memory and its answer.

    A repeated piece counts with its median; it is not repeated beyond ``ENOUGH`` seconds.
    Memory is read before the answer is put into the common form.
    """
    seconds: dict[str, float] = {}
    found: dict[str, Any] = {}
    for name, piece in work.timed.items():
        times = []
        for _ in range(work.repeats):
            start = time.perf_counter()
            found[name] = piece()
            times.append(time.perf_counter() - start)
            if sum(times) > ENOUGH:
                break
        seconds[name] = median(times)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": seconds,
        "parts": work.watch.parts,
        "memory_mb": memory,
        "answer": answer(work, found),
    }


def answer(work: Work, found: dict[str, Any]) -> dict[str, Any]:
    """Return what can be compared: the flows whole; of variants their counts and the most frequent."""
    said: dict[str, Any] = {}
    if work.flows is not None:
        said["flows"] = sorted(work.flows(found))
        said["counts"] = [flow[:3] for flow in said["flows"]]
    if work.counts is not None:
        said["counts"] = sorted(work.counts(found))
    if work.variants is not None:
        counted = list(work.variants(found))
        counts = sorted(count for _, count in counted)
        digest = hashlib.blake2b(json.dumps(counts).encode(), digest_size=16).hexdigest()
        top = heapq.nsmallest(MOST, ((-count, steps) for steps, count in counted))
        said["variants"] = {"distinct": len(counts), "customers": sum(counts), "digest": digest, "top": top}
    return said | {name: form(found) for name, form in work.also.items()}
