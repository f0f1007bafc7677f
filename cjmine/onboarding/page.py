"""How is a proposal written as a project file that a planner likes to read? With the reasons beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cjmine.onboarding.found import LeftOut
from cjmine.onboarding.plans import Plan
from cjmine.onboarding.proposal import Key, Proposal
from cjmine.onboarding.yaml_words import Value, comment, inline, line, remark

_UNSTATED = "not stated yet"
_DUTIES = ("owner", "purpose", "retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What trying the plans told: shares that a run must allow, each with the reason, and files' patterns."""

    patterns: Mapping[str, tuple[str, ...]]
    quarantine: tuple[str, str] | None = None
    without_id: tuple[str, str] | None = None


def page(
    proposal: Proposal, checked: Checked, *, name: str, timezone: str, left: Sequence[LeftOut], command: str
) -> str:
    """Return the text of the project file; equal input gives equal bytes."""
    rows = [
        *remark(
            "", "A first project file, written by cjmine init from what the exports hold. It runs as it is."
        ),
        *remark(
            "", "Read it once: every line says why it is there; lines behind # are left to you to decide."
        ),
        *line("", f"project: {inline(name)}"),
        *line("", f"title: {inline(name)}", "stands above the report"),
        *line(
            "", "personal: true", "customers appear under digests, not ids; false only if nobody is a person"
        ),
        *line("", f"clock: {{timezone: {inline(timezone)}}}", "of times without an offset"),
        *remark(
            "",
            'office hours, so that waits use them: clock: {timezone: ..., working: "Mon-Fri 09:00-17:00"}',
        ),
        "",
        *remark(
            "",
            "Of two rows that record one contact, the system listed first is taken to have seen it itself.",
        ),
        *remark(
            "", "Say for each source who answers for its data, why they are used and how long they are kept."
        ),
        "sources:",
    ]
    for plan in proposal.plans:
        rows += [*_source(plan, checked.patterns[plan.draft.name]), ""]
    rows += _identity(proposal, checked)
    rows += [
        "journeys:",
        *line("  ", "by: hybrid", "case ids and silences part journeys; see docs/method.md"),
        *remark(
            "  ", "models: [{file: my.journey.yaml}]: how the journey is meant to run, to be compared with"
        ),
    ]
    if checked.quarantine:
        share, why = checked.quarantine
        rows += ["", "output:", *line("  ", f"max_quarantine: {share}", why)]
    if left:
        rows += ["", *remark("", "Not used:")]
        rows += [f"# - {comment(one.what)}: {comment(one.why)}" for one in left]
    rows += ["", *remark("", f"Run it: {command}")]
    return "\n".join(rows) + "\n"


def _source(plan: Plan, patterns: Sequence[str]) -> list[str]:  # noqa: C901 (one branch for each key)
    draft = plan.draft
    files: Value = patterns[0] if len(patterns) == 1 else list(patterns)
    many = f"{len(draft.paths):,} files, " if len(draft.paths) > 1 else ""
    looked = "rows" if draft.whole else "rows looked at"
    rows = [*line("  ", f"- name: {inline(draft.name)}", f"{many}{draft.rows:,} {looked}")]
    pad = "    "
    for note in plan.notes:
        rows += remark(pad, note)
    rows += line(pad, f"files: {inline(files)}")
    rows.append(f"{pad}format: {draft.form}")
    for key, value in draft.settings.items():
        rows += _setting(pad, key, value)
    if plan.scheme:
        rows += line(pad, f"scheme: {inline(plan.scheme)}", plan.scheme_why)
    if plan.extracted:
        rows += line(pad, f"extracted: {plan.extracted}", plan.extracted_why)
    else:
        rows += remark(
            pad, "extracted: 2026-07-01 would say when the export was made; without it the last row does"
        )
    if plan.nothing:
        rows += line(
            pad, f"null_values: {inline(list(plan.nothing))}", "words for nothing that its columns hold"
        )
    for key, kept in plan.keep.items():
        rows += line(
            pad, f"keep: {{{inline(key)}: {inline(list(kept))}}}", "rows of both kinds would count twice"
        )
    rows += [f"{pad}{duty}: {_UNSTATED}" for duty in _DUTIES]
    rows.append(f"{pad}columns:")
    for one in plan.columns:
        rows += line(pad + "  ", f"{one.ours}: {inline(one.setting())}", one.why)
    for asked in plan.unsure:
        rows += [*remark(pad + "  ", f"{asked.why}:"), f"{pad}  #   {comment(asked.line)}"]
    if plan.constants:
        rows.append(f"{pad}constants:")
    for given in plan.constants:
        rows += line(pad + "  ", f"{given.ours}: {inline(given.value)}", given.why)
    return rows


def _setting(pad: str, key: str, value: object) -> list[str]:
    if key == "fields" and isinstance(value, dict):
        told = {name: f"{first}-{last}" for name, (first, last) in value.items()}
        return line(pad, f"fields: {inline(told)}", "first and last character of each, to check")
    if key == "sheet" and isinstance(value, list):
        return line(pad, f"sheet: {inline([str(one) for one in value])}")
    why = {"header_row": "the row of the column names", "encoding": "a guess, to check"}.get(key, "")
    return line(pad, f"{key}: {inline(str(value))}", why)


def _identity(proposal: Proposal, checked: Checked) -> list[str]:
    rows: list[str] = []
    if proposal.keys:
        rows.append("  keys:")
        for key in proposal.keys:
            rows += line("    ", f"- {inline(_key(key))}", key.why)
    if proposal.tables:
        rows.append("  crosswalks:")
        for table in proposal.tables:
            draft = table.draft
            (pattern,) = checked.patterns[draft.name]
            rows += line("    ", f"- file: {inline(pattern)}", table.why)
            for setting in ("encoding", "delimiter"):
                if setting in draft.settings:
                    rows += line("      ", f"{setting}: {inline(str(draft.settings[setting]))}")
            rows.append("      columns:")
            rows += [
                f"        {inline(space)}: {inline(names[0] if len(names) == 1 else names)}"
                for space, names in table.columns.items()
            ]
    if checked.without_id:
        share, why = checked.without_id
        rows += line("  ", f"max_without_id: {share}", why)
    if not rows:
        told = "No shared ids were found, and sources with one scheme would share theirs."
        return [*remark("", told), ""] if not proposal.joins else []
    told = "How ids of different systems are recognised as one customer's."
    return [*remark("", told), "identity:", *rows, ""]


def _key(key: Key) -> dict[str, Value | None]:
    told: dict[str, Value | None] = {"name": key.name}
    if key.normalise != "none":
        told["normalise"] = str(key.normalise)
    if key.normalise == "e164" and key.country != "44":
        told["country"] = key.country
    return told
