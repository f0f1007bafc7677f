"""Ids of many systems become one customer each, and a report on how well they joined."""
