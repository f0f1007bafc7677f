"""Northmoor, a borough council that does not exist: event exports to try cjmine on, and their truth.

True events are simulated first, as journeys; then each system writes down what
it would know of them. So the truth does not depend on anything that looks for it.
"""

from cjmine.northmoor.counts import Counts
from cjmine.northmoor.sample import Size, generate

__all__ = ["Counts", "Size", "generate"]
