"""What an auditor works with: the run record, and a check's clauses, exceptions, evidence and samples."""
