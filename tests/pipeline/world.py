"""A small random council whose exports grow: new files, late, corrected and vanished rows, ids that meet."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.builders import at

_STEPS = (
    *("submit move-form", "notify_move", "acknowledge", "request_evidence", "provide_evidence"),
    *("update_tenancy", "close_old_account", "open_new_account", "issue_bill", "confirm_all_done"),
    *("view /account", "chase_progress", "call"),
)
_CHOICES: dict[str, tuple[str, ...]] = {
    "service": ("", "housing", "council-tax", "benefits"),
    "channel": ("", "phone", "phone", "web", "email", "face-to-face"),
    "direction": ("", "inbound", "inbound", "outbound", "internal"),
    "resource": ("", "anna"),
    "need": ("", "change-of-address", "change-of-address", "repair"),
    "reason_code": ("", "R1"),
    "outcome": ("", "completed", "failed", "transferred", "requested_info", "supplied_info", "decision+"),
    "item_id": ("", "I1", "I2"),
    "item_state": ("", "open", "close"),
    "payload_key": ("", "P1"),
    "contact_key": ("", "K1", "K2"),
    "automatic": ("", "", "true", "false"),
    "bulk": ("", "", "true"),
}
_PAUSES = (0, 0.01, 0.2, 0.5, 1, 3, 24, 49, 8 * 24, 40 * 24)
FIELDS = ("who", "email", "phone", "case", "event", "activity", "start", "end", *_CHOICES)
FORMS = {"portal": "jsonl", "telephony": "csv", "crm": "csv"}
Row = dict[str, str]

_SOURCE = """  - name: {name}
    files: exports/{name}*.{form}
    format: {form}
    columns:
      customer: who
      native_case_id: case
      native_event_id: event
      email: email
      phone: phone
      activity: activity
      start: {{from: start, format: iso}}
      end: {{from: end, format: iso}}
{rest}
"""
_PROJECT = """project: council
clock: {{timezone: Europe/London{clock}}}
sources:
{sources}identity:
  keys: [{{name: email, normalise: lower}}, {{name: phone, normalise: digits}}]
  crosswalks:
    - {{file: exports/crosswalk.csv, columns: {{crm: crm, portal: portal}}}}
  max_without_id: 100%
journeys: {{by: {by}{models}}}
output: {{folder: out, max_quarantine: 90%}}
"""


@dataclass
class World:
    """Rows by export, and the crosswalk; ``write`` makes files of them."""

    seed: int
    people: int = 40
    exports: dict[str, list[Row]] = field(default_factory=dict)
    crosswalk: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - not for secrets
        self.exports |= {f"{name}1": [] for name in FORMS}
        for person in range(self.people):
            self.lives(person, "1")
            if self.dice.random() < 0.5:
                self.crosswalk.append((f"crm{person}", f"portal{person}"))

    def row(self, system: str, person: int, hour: float) -> Row:
        dice = self.dice
        row = {name: dice.choice(values) for name, values in _CHOICES.items()}
        row["who"] = f"{system}{person}" if dice.random() < 0.9 else ""
        row["email"] = f"{person}@X.org" if dice.random() < 0.3 else ""
        row["phone"] = f"07 {person:03}" if dice.random() < 0.3 or system == "telephony" else ""
        row["case"] = f"{system}-{person}" if dice.random() < 0.3 else ""
        row["event"] = dice.choice(("", "", f"E{person}"))
        row["activity"] = dice.choice(_STEPS)
        row["start"] = at(hour).isoformat() if dice.random() < 0.98 else "sometime"
        row["end"] = at(hour + dice.choice((0, 0.2, 30))).isoformat() if dice.random() < 0.5 else ""
        return row

    def lives(self, person: int, mark: str) -> None:
        """Let a person leave some rows in the exports of this mark."""
        hour = self.dice.choice((0, 0.25, 700))
        for _ in range(self.dice.randint(1, 9)):
            hour += self.dice.choice(_PAUSES)
            system = self.dice.choice(tuple(FORMS))
            self.exports.setdefault(f"{system}{mark}", []).append(self.row(system, person, hour))

    def some(self) -> tuple[str, list[Row]]:
        """Return an export that has rows."""
        name = self.dice.choice(sorted(name for name, rows in self.exports.items() if rows))
        return name, self.exports[name]

    def project(self, *, models: bool, clock: bool, by: str = "hybrid") -> str:
        rest = "\n".join(f"      {name}: {name}" for name in _CHOICES)
        sources = "".join(_SOURCE.format(name=name, form=form, rest=rest) for name, form in FORMS.items())
        hours = ', working: "Mon-Fri 09:00-17:00", holidays: england' if clock else ""
        given = ", models: [{file: moving_home.journey.yaml}]" if models else ""
        return _PROJECT.format(sources=sources, clock=hours, models=given, by=by)

    def write(self, folder: Path) -> None:
        """Write all exports, and remove those that are no longer."""
        exports = folder / "exports"
        exports.mkdir(parents=True, exist_ok=True)
        wanted = {"crosswalk.csv"}
        for name, rows in self.exports.items():
            form = FORMS[name.rstrip("0123456789x")]
            text = _jsonl(rows) if form == "jsonl" else _csv(rows)
            wanted.add(f"{name}.{form}")
            (exports / f"{name}.{form}").write_text(text, encoding="utf-8", newline="")
        walked = "".join(f"{one},{other}\n" for one, other in self.crosswalk)
        (exports / "crosswalk.csv").write_text(f"crm,portal\n{walked}", encoding="utf-8")
        for path in exports.iterdir():
            if path.name not in wanted:
                path.unlink()


def _csv(rows: list[Row]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _jsonl(rows: list[Row]) -> str:
    return "".join(json.dumps({name: row[name] or None for name in FIELDS}) + "\n" for row in rows)


def _new_files(world: World) -> None:
    mark = f"{1 + max(int(name.strip('abcdefghijklmnopqrstuvwxyz')) for name in world.exports)}"
    for person in world.dice.sample(range(world.people + 5), 4):
        world.lives(person, mark)


def _appended(world: World) -> None:
    for person in world.dice.sample(range(world.people + 5), 3):
        world.lives(person, "1")


def _late(world: World) -> None:
    name, rows = world.some()
    system = name.rstrip("0123456789")
    for _ in range(2):
        person = world.dice.randrange(world.people)
        rows.insert(
            world.dice.randrange(len(rows) + 1), world.row(system, person, world.dice.uniform(-50, 900))
        )


def _corrected(world: World) -> None:
    for _ in range(2):
        _, rows = world.some()
        row, what = world.dice.choice(rows), world.dice.choice(tuple(_CHOICES))
        row[what] = world.dice.choice(_CHOICES[what])
        row["activity"] = world.dice.choice(_STEPS)


def _removed_rows(world: World) -> None:
    for _ in range(2):
        _, rows = world.some()
        del rows[world.dice.randrange(len(rows))]


def _removed_file(world: World) -> None:
    spare = sorted(name for name in world.exports if not name.endswith("1"))
    if spare:
        del world.exports[world.dice.choice(spare)]


def _walked(world: World) -> None:
    one, other = world.dice.sample(range(world.people), 2)
    world.crosswalk.append((f"crm{one}", f"portal{other}"))


def _unwalked(world: World) -> None:
    if world.crosswalk:
        del world.crosswalk[world.dice.randrange(len(world.crosswalk))]


def _keyed(world: World) -> None:
    """Let a row carry the key of somebody else."""
    _, rows = world.some()
    world.dice.choice(rows)["email"] = f"{world.dice.randrange(world.people)}@x.ORG"


def _nothing(_world: World) -> None:
    pass


CHANGES: dict[str, Callable[[World], None]] = {
    "new files": _new_files,
    "appended rows": _appended,
    "late rows": _late,
    "corrected rows": _corrected,
    "removed rows": _removed_rows,
    "a removed file": _removed_file,
    "a crosswalk row": _walked,
    "a crosswalk row gone": _unwalked,
    "a key of somebody else": _keyed,
    "nothing": _nothing,
}
