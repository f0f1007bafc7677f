"""Joined events become contacts, and contacts become journeys."""
