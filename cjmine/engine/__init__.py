"""Engines run the same kernels over partitions of customers: here, or on a cluster."""
