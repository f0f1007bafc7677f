"""From exports to partitions of customers, stage by stage, each stage as tasks for an engine."""

from cjmine.intake.taken import Taken, take_in

__all__ = ["Taken", "take_in"]
