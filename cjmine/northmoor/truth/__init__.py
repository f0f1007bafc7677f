"""What truly happened in Northmoor? Every instance of every definition, by brute force over the true acts.

Written from the definitions alone and apart from the detectors, which are
scored against it. ``truth_of`` looks at one life; ``write_truth`` writes the
truth files of many.
"""

from cjmine.northmoor.truth.lives import LifeTruth, truth_of
from cjmine.northmoor.truth.tables import Ledger, Summary, write_truth

__all__ = ["Ledger", "LifeTruth", "Summary", "truth_of", "write_truth"]
