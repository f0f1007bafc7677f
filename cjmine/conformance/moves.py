"""What is an alignment? Moves that log and model make together or alone, and their cost."""

from __future__ import annotations

from dataclasses import dataclass

from cjmine.domain.vocabulary import MoveKind


@dataclass(frozen=True, slots=True)
class Move:
    """One move; ``position`` is the event's place in the variant, ``None`` for a model move."""

    kind: MoveKind
    label: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best match of a variant with the model; silent model moves are left out.

    ``cost`` counts log and visible model moves; ``shortest`` is the length of the
    shortest way through the model, 0 in a prefix alignment.
    """

    cost: int
    shortest: int
    moves: tuple[Move, ...]

    @property
    def fitness(self) -> float:
        """1 - cost / (events + shortest); 1.0 when both are 0 (Adriansyah 2014; domain.md 0.1, 10-11)."""
        whole = sum(move.position is not None for move in self.moves) + self.shortest
        return 1 - self.cost / whole if whole else 1.0
