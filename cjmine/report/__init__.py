"""One finished run as a report, figures and tables, moved into place in one step."""
