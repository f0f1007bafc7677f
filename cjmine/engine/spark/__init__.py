"""The engine on Spark: the same tasks as on one machine, one Spark task for each.

The work folder carries the rows, Spark only what a task is told and what it
answers. So the folder must lie where the driver and every worker see it under
one path.
"""

from cjmine.engine.spark.engine import SparkEngine
from cjmine.engine.spark.start import session

__all__ = ["SparkEngine", "session"]
