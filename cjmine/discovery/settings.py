"""What discovery leaves out, and says so."""

from __future__ import annotations

from pydantic import Field

from cjmine.domain.settings import Settings


class DiscoverySettings(Settings):
    """The inductive miner's noise threshold, and how many variants it sees.

    It gets the most frequent ones up to ``max_variants``; where that is not all, the share
    of journeys they cover is stated beside the model.
    """

    noise: float = Field(default=0.2, ge=0, le=1)
    max_variants: int = Field(default=1_000_000, ge=1)
