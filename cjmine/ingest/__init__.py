"""Exports of one system become canonical events, a ledger and a quarantine."""
