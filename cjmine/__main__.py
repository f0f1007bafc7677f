"""``python -m cjmine`` is the command line."""

from cjmine.cli import main

main()
