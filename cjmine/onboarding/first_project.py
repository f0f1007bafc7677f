"""What would a first project file for these exports say? Written, and tried before it takes its place."""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cjmine.domain.office_hours import zone_fault
from cjmine.errors import CjmineError, EngineError, SettingsError, SourceError
from cjmine.ingest.files import resolve
from cjmine.onboarding import trial
from cjmine.onboarding.drafts import Draft, drafts_of
from cjmine.onboarding.found import File, LeftOut, find
from cjmine.onboarding.opened import Table, tables_in
from cjmine.onboarding.page import Checked, page
from cjmine.onboarding.proposal import Proposal, propose
from cjmine.onboarding.shared import Pair
from cjmine.project.load import load, roots_of

_ALL, _LEAST, _MOST = 512 << 20, 2 << 20, 160 << 20
"""Bytes to look at: of all files together, and of one."""
_NAME = re.compile(r"[^A-Za-z0-9_-]+")
Tell = Callable[[str], None]


def init(
    paths: Iterable[Path | str],
    out: Path | str = "project.yaml",
    *,
    name: str | None = None,
    zone: str = "Europe/London",
    force: bool = False,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Look at exports and write a first project file for them, with the reason for every line.

    ``zone`` is where times without an offset are of; ``tell`` hears which file is looked at.

    Returns out, name, sources (name, format, files, rows, customer, joined), joins (left, right, shared,
    share of the smaller one), left_out (what, why), next (what to look at) and command.

    Raises ``SettingsError`` for an unknown zone and where ``out`` is there already and ``force`` is not
    given, ``SourceError`` where nothing in ``paths`` can be used.
    """
    out, given = Path(out), [Path(one) for one in paths]
    _check(out, zone, force=force)
    files, left = find(given)
    limit = min(max(_ALL // max(len(files), 1), _LEAST), _MOST)
    tables = list[Table]()
    for file in files:
        if tell:
            tell(str(file.path))
        found, more = tables_in(file, limit)
        tables += found
        left += more
    proposal = propose(drafts_of(tables, zone), zone)
    proposal, told = _tried(proposal, zone)
    left += proposal.left
    if not proposal.plans:
        _refuse(given, files, left)
    plan_names = [plan.draft.name for plan in proposal.plans]
    patterns = {draft.name: _patterns(draft, out) for draft in _drafts(proposal)}
    name = _NAME.sub("-", name or given[0].resolve().name.split(".")[0]).strip("-_") or "project"
    checked = Checked(
        patterns=patterns,
        quarantine=trial.quarantine(told),
        without_id=trial.without_id(plan_names, told),
    )
    command = f"cjmine run {out}"
    # the file tells the folder of the exports, not where on this machine it was called
    shown = [replace(one, what=_beside(one.what, out)) for one in left]
    text = page(proposal, checked, name=name, timezone=zone, left=shown, command=f"cjmine run {out.name}")
    _write(text, out)
    return {
        "out": str(out),
        "name": name,
        "sources": [_source(proposal, number) for number in range(len(proposal.plans))],
        "joins": [_join(proposal, pair) for pair in proposal.joins],
        "left_out": [{"what": one.what, "why": one.why} for one in left],
        "next": _next(proposal, checked),
        "command": command,
    }


def _check(out: Path, zone: str, *, force: bool) -> None:
    if what := zone_fault(zone):
        msg = f"--zone: {what}"
        raise SettingsError(msg)
    if not out.parent.is_dir():
        msg = f"{out}: the folder {str(out.parent)!r} is not there"
        raise SettingsError(msg, "make it first")
    if out.is_dir() or (out.exists() and not force):
        msg = f"{out}: is a folder" if out.is_dir() else f"{out}: the file is there already"
        raise SettingsError(
            msg, "name another file with --out" + ("" if force else ", or add --force to replace it")
        )


def _tried(proposal: Proposal, zone: str) -> tuple[Proposal, list[trial.Tried]]:
    """Try every plan; what fails is left out with the reason."""
    keys = [key.name for key in proposal.keys]
    told = [trial.tried(plan, timezone=zone, keys=keys) for plan in proposal.plans]
    lost = [
        LeftOut(what=plan.draft.name, why=one.fault)
        for plan, one in zip(proposal.plans, told, strict=True)
        if one.fault
    ]
    if lost:  # without them other sources may share nothing
        gone = {one.what for one in lost}
        again = propose([one for one in proposal.drafts if one.name not in gone], zone)
        again, told = _tried(again, zone)
        return replace(again, left=(*again.left, *lost)), told
    return proposal, told


def _refuse(given: Sequence[Path], files: Sequence[File], left: Sequence[LeftOut]) -> None:
    where = ", ".join(map(str, given))
    lines = [f"{one.what}: {one.why}" for one in left]
    msg = f"{where}: nothing here can be a first source ({len(files):,} files looked at)"
    raise SourceError(
        [msg, *lines], "an export needs a column of times and a column of ids of customers or cases"
    )


def _drafts(proposal: Proposal) -> list[Draft]:
    return [plan.draft for plan in proposal.plans] + [table.draft for table in proposal.tables]


def _patterns(draft: Draft, out: Path) -> tuple[str, ...]:
    """Return how the project file names a source's files: a pattern where it means just these."""
    roots = roots_of(out)
    wanted = [path.resolve() for path in draft.paths]
    folder, ending = (
        wanted[0].parent,
        "".join(wanted[0].suffixes[-2:] if wanted[0].suffix == ".gz" else wanted[0].suffixes[-1:]),
    )
    pattern = f"{glob.escape(str(folder))}/*{ending}"
    tries = [[pattern], [str(one) for one in wanted]] if len(wanted) > 1 else [[str(wanted[0])]]
    for names in tries:
        for root in (*roots, None):
            told = tuple(_relative(name, root) for name in names)
            if _means(told, roots, wanted):
                return told
    return tuple(str(one) for one in wanted)


def _relative(name: str, root: Path | None) -> str:
    if root is None:
        return name
    try:
        return Path(os.path.relpath(name, root)).as_posix()
    except ValueError:  # another drive
        return name


def _means(told: Sequence[str], roots: Sequence[Path], wanted: Sequence[Path]) -> bool:
    try:
        return [path.resolve() for path in resolve(told, roots)] == list(wanted)
    except CjmineError:
        return False


def _beside(what: str, out: Path) -> str:
    path = Path(what)
    return _relative(str(path.resolve()), out.resolve().parent) if path.exists() else what


def _write(text: str, out: Path) -> None:
    """Write it beside its place and load it, so that what takes its place is what a run accepts."""
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            dir=out.parent,
            prefix=".cjmine-",
            suffix=".yaml",
            encoding="utf-8",
            newline="\n",
            delete=False,
        ) as draft:
            draft.write(text)
        beside = Path(draft.name)
        try:
            load(beside)
            beside.chmod(0o644)
            beside.replace(out)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        msg = f"{out}: cannot be written ({error.strerror})"
        raise EngineError(msg) from error


def _source(proposal: Proposal, number: int) -> dict[str, Any]:
    plan = proposal.plans[number]
    at = next(n for n, draft in enumerate(proposal.drafts) if draft is plan.draft)
    joined = {
        proposal.drafts[one.source].name
        for pair in proposal.joins
        for one, other in ((pair.left, pair.right), (pair.right, pair.left))
        if other.source == at
    }
    customer = plan.chosen("customer")
    return {
        "name": plan.draft.name,
        "format": str(plan.draft.form),
        "files": len(plan.draft.paths),
        "rows": plan.draft.rows,
        "customer": customer.column.name if customer else None,
        "joined": sorted(joined),
    }


def _join(proposal: Proposal, pair: Pair) -> dict[str, Any]:
    left, right = (f"{proposal.drafts[one.source].name}.{one.column.name}" for one in (pair.left, pair.right))
    return {"left": left, "right": right, "shared": pair.shared, "share": round(pair.share, 4)}


def _next(proposal: Proposal, checked: Checked) -> list[str]:
    """Say what a planner should look at before believing a figure."""
    found = ["say who answers for each source: owner, purpose, retention"]
    if not proposal.joins:
        found.insert(0, "no shared ids were found: each system stands alone until a table of ids joins them")
    asked = sum(len(plan.unsure) for plan in proposal.plans)
    if asked:
        found.append(f"{asked:,} lines are left to you, behind # in the file")
    found += [
        f"{what} is raised: {told[1]}"
        for what, told in (
            ("output: max_quarantine", checked.quarantine),
            ("identity: max_without_id", checked.without_id),
        )
        if told
    ]
    return found
