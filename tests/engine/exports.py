"""A random log as four systems would export it: several files and formats, ids of their own, a few faults."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tests.engine.random_log import SYSTEMS, random_log
from tests.models import STRICT

_SAME = (
    *("native_event_id", "native_case_id", "case_key", "activity", "service", "channel", "direction"),
    *("resource", "need", "reason_code", "outcome", "item_id", "item_state", "payload_key", "contact_key"),
    *("automatic", "bulk"),
)
_FORMATS = {
    "portal": "jsonl",
    "telephony": "csv\n    delimiter: ';'",
    "crm": "csv",
    "housing": "parquet",
}
_TIMES = {
    "portal": "{from: %s, format: epoch ms, zone: UTC}",
    "telephony": '{from: %s, format: "%%d/%%m/%%Y %%H:%%M:%%S", zone: local}',
    "crm": "{from: %s, format: iso, zone: local}",
    "housing": "%s",  # nothing is declared: what all files show decides
}
_IDS = {
    "portal": "customer: who",
    "telephony": "phone: who",
    "crm": "customer: who\n      phone: number",
    "housing": "customer: who\n      email: address",
}
_TAIL = """identity:
  keys: [{name: phone, normalise: e164}, {name: email, normalise: lower}]
  crosswalks:
    - file: exports/crosswalk.csv
      columns: {crm: crm_no, portal: account, email: email}
  max_without_id: 100%
journeys: {by: hybrid, abandon_min: 90 d, models: [{need: change-of-address, file: moving_home.journey.yaml}]}
output: {folder: out, max_quarantine: 100%}
"""


def project(folder: Path, seed: int, customers: int) -> Path:
    """Write the exports of a random log and return the project file that joins them."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SYSTEMS}
    for row in random_log(seed, customers).iter_rows(named=True):
        rows[row["source_system"]].append(_exported(row, dice))
    exports = folder / "exports"
    exports.mkdir(parents=True)
    for system, said in rows.items():
        cut = dice.randint(0, len(said))
        for number, part in enumerate((said[:cut], said[cut:])):
            _write(exports / f"{system}{number}", system, part)
    lines = [f"m{who},w{who},A{who}@x.uk" for who in range(customers) if dice.random() < 0.8]
    (exports / "crosswalk.csv").write_text("\n".join(["crm_no,account,email", *lines]), encoding="utf-8")
    shutil.copy(STRICT, folder / "moving_home.journey.yaml")
    clock = "clock: {timezone: Europe/London, working: 'Mon-Fri 09:00-17:00'}"
    sources = "".join(map(_source, SYSTEMS))
    path = folder / "project.yaml"
    path.write_text(f"project: random\n{clock}\nsources:\n{sources}{_TAIL}", encoding="utf-8")
    return path


def _exported(row: Mapping[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return a row as its system writes it: no id now and then, and a time that is none."""
    system, number = row["source_system"], int(row["customer_id"][1:4])
    who = {"portal": f"w{number}", "telephony": f"07700 9{number:05}", "crm": f"m{number}"}
    said = {name: row[name] for name in _SAME if name in row}
    said |= {"case_key": dice.choice((None, "1", "2")), "native_case_id": dice.choice((None, "7", "8"))}
    said |= {name: None if row[name] is None else str(row[name]).lower() for name in ("automatic", "bulk")}
    said |= {"who": None if dice.random() < 0.05 else who.get(system, f"t{number}")}
    said |= {"number": dice.choice((None, f"+447700{900000 + number}")), "address": f"a{number}@X.uk"}
    for name in ("start", "end"):
        said[name] = "sometime" if dice.random() < 0.01 else _time(row[name], row["precision"], system)
    return said


def _time(moment: Any, precision: str, system: str) -> str:
    if system == "portal":
        return str(int(moment.timestamp() * 1000))
    if system == "telephony":
        return f"{moment:%d/%m/%Y %H:%M:%S}"
    return f"{moment:{'%Y-%m-%d' if precision == 'day' else '%Y-%m-%d %H:%M:%S'}}"


def _write(path: Path, system: str, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [*_SAME, "who", "number", "address", "start", "end"]
    if system == "portal":
        text = "".join(json.dumps(row) + "\n" for row in rows)
        path.with_suffix(".jsonl").write_text(text, encoding="utf-8")
    elif system == "housing":
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)).write_parquet(path.with_suffix(".parquet"))
    else:
        with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, delimiter=";" if system == "telephony" else ",")
            writer.writeheader()
            writer.writerows(rows)


def _source(system: str) -> str:
    form, time = _FORMATS[system], _TIMES[system]
    columns = [f"{name}: {name}" for name in _SAME] + [_IDS[system]]
    columns += [f"{name}: {time % name}" for name in ("start", "end")]
    listed = "".join(f"      {line}\n" for line in columns)
    head = f"  - name: {system}\n    files: exports/{system}*.{form.split()[0]}\n    format: {form}\n"
    return f"{head}    columns:\n{listed}"
