"""The group of verbs, each imported only when it is called, and how errors reach the user."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import rich_click as click

from cjmine.errors import CjmineError

VERBS = {
    "run": "Join a project's exports and report on its journeys.",
    "discover": "Show how the cases of one log run.",
    "check": "Compare one log with an intended journey.",
    "find": "Find loops, duplicated contacts and handoffs in one log.",
    "explain": "Say what a detector looks for, and when it misleads.",
    "sample": "Write the fictional council's exports to try things on.",
}


class Verbs(click.RichGroup):
    """Commands by name, imported when first needed: ``--help`` must answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of use."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb's file; the help page of the group imports none."""
        if cmd_name not in VERBS:
            return None
        if ctx.resilient_parsing or _wants_only_help():
            return click.RichCommand(cmd_name, help=VERBS[cmd_name])
        command: click.Command = getattr(import_module(f"cjmine.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            from cjmine.errors import nearest  # noqa: PLC0415

            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], VERBS)}")
        return super().resolve_command(ctx, args)


def _wants_only_help() -> bool:
    """Tell whether only the overview is asked for."""
    return len(sys.argv) < 2 or sys.argv[1] in {"-h", "--help"}  # noqa: PLR2004 (program and verb)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cjmine", message="cjmine %(version)s, AGPL-3.0-or-later")
def cli() -> None:
    """Customer journeys across systems that do not know each other.

    Start with `cjmine run configs/northmoor.yaml`; then describe your own exports
    in a project file.
    """


def main() -> None:
    """Run the command line; faults of the user's become one message and an exit code."""
    try:
        _utf8()
        cli.main(standalone_mode=True)
    except CjmineError as error:
        for fault in error.faults:
            click.echo(f"error: {fault}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)


def _utf8() -> None:
    """Write UTF-8 whatever the console's locale is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
