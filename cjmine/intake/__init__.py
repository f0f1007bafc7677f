"""From exports to partitions of customers, stage by stage, each stage as tasks for an engine."""

from cjmine.intake.changes import Last
from cjmine.intake.taken import Taken, take_in
from cjmine.intake.work_folder import Work

__all__ = ["Last", "Taken", "Work", "take_in"]
