"""The engine on Spark: the same kernels over the same store, one task for each partition of customers.

The store carries the rows, Spark only the numbers of its partitions: a task reads
its partition, runs the kernels exactly as the engine on one machine does, and
writes what they made. So the store's folder must lie where the driver and every
worker see it under one path.
"""

from cjmine.engine.spark.engine import create, run
from cjmine.engine.spark.start import session

__all__ = ["create", "run", "session"]
