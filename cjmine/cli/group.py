"""The group of verbs, each imported only when it is called, and how errors reach the user."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import rich_click as click
from click.exceptions import Exit

from cjmine.errors import CjmineError, EngineError, nearest

VERBS = (
    *("init", "profile", "run", "discover", "check", "find", "lint", "propose", "convert", "explain"),
    *("sample", "score"),
)
INTERRUPTED = 130
_ADVICE = "name another file or folder, or change its permissions"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Verbs(click.RichGroup):
    """Commands by name; what is slow to import is imported inside them: ``--help`` must answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of use."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb's file."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"cjmine.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], VERBS)}")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **more: Any) -> click.Context:  # noqa: ANN401 (click's own signature)
        """Read the arguments; prints the help page where it is asked for."""
        with _guarded():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own signature)
        """Run a verb."""
        with _guarded():
            return super().invoke(ctx)


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn faults of the user's, an interruption and a closed pipe into messages and exit codes."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except CjmineError as error:
        _tell(error)
        raise Exit(error.exit_code) from None
    except KeyboardInterrupt:
        click.echo("interrupted; nothing was published", err=True)
        raise Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # the reader, such as `head`, has gone: drop what Python would still flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Exit(0) from None
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        _tell(EngineError(what, _ADVICE))
        raise Exit(EngineError.exit_code) from None


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cjmine", message="cjmine %(version)s, AGPL-3.0-or-later")
def cli() -> None:
    """Join the exports of systems that do not know each other into customer journeys.

    Start with `cjmine run configs/northmoor.yaml`; then describe your own exports
    in a project file.
    """


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # UTF-8 whatever the console's locale is
            reconfigure(encoding="utf-8", errors="replace")
    if sys.argv[1:2] in (["run"], ["check"]):
        _under_guard()
    cli.main(prog_name="cjmine")


def _under_guard() -> None:
    """Leave a run, or a check, to a process of its own where memory is capped, and end as it does."""
    from cjmine.cli.guard import guarded  # noqa: PLC0415

    try:
        code = guarded()
    except CjmineError as error:
        _tell(error)
        code = error.exit_code
    if code is not None:
        sys.exit(code)


def _tell(error: CjmineError) -> None:
    """Print every fault on its own line, then what to do."""
    for fault in error.faults:
        click.echo(f"error: {visible(fault)}", err=True)
    if error.hint:
        click.echo(f"hint: {visible(error.hint)}", err=True)


def visible(text: str) -> str:
    """Spell out control characters: names and values from exports must not steer a terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
