"""The command line: one thin file for each verb; everything it does, the library does too."""

from cjmine.cli.group import main

__all__ = ["main"]
