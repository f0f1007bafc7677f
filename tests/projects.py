"""A small council for tests: three systems, a crosswalk, an intended journey, a project file."""

from __future__ import annotations

import json
from pathlib import Path

WEB = [
    {"account": "w1", "action": "apply", "at": "2026-03-02T09:00:00Z"},
    {"account": "w1", "action": "apply", "at": "2026-03-04T09:00:00Z"},
    {"account": "w2", "action": "apply", "at": "2026-03-02T10:00:00Z"},
    {"account": "w3", "action": "apply", "at": "2026-03-02T11:00:00Z"},
    {"account": None, "action": "look", "at": "2026-03-02T12:00:00Z"},
]
PHONE = """caller;reason;began;ended
0101;ask;03/03/2026 09:00:00;03/03/2026 09:10:00
0101;ask;03/03/2026 15:00:00;03/03/2026 15:05:00
0102;ask;16/03/2026 09:00:00;16/03/2026 09:10:00
0109;ask;03/03/2026 09:00:00;sometime
"""
DESK = """case,person,step,day
a,p1,check,2026-03-05 09:00:00
a,p1,decide,2026-03-06 09:00:00
b,p2,check,2026-03-05 10:00:00
b,p2,check,2026-03-09 10:00:00
b,p2,decide,2026-03-10 10:00:00
c,p3,decide,2026-03-05 11:00:00
d,p4,check,2026-03-20 11:00:00
"""
CROSSWALK = "person,account,phone\np1,w1,0101\np2,w2,0102\np3,w3,\n"
JOURNEY = """journey: permit
need: permit
starts: [apply]
ends: {success: [decide]}
steps: [apply, check, decide]
anytime: [look]
unwanted: [ask]
"""
PROJECT = """project: tiny
title: A tiny council
clock: {timezone: Europe/London}
sources:
  - name: web
    files: exports/web.jsonl
    format: jsonl
    columns:
      customer: account
      activity: action
      start: at
    constants: {channel: web, direction: inbound, need: permit, service: online}
  - name: phone
    files: exports/phone*.csv
    format: csv
    delimiter: ";"
    columns:
      customer: caller
      activity: reason
      start: {from: began, format: "%d/%m/%Y %H:%M:%S", zone: local}
      end: {from: ended, format: "%d/%m/%Y %H:%M:%S", zone: local}
    constants: {channel: phone, direction: inbound, need: permit, service: contact-centre}
  - name: desk
    files: exports/desk.csv
    format: csv
    columns: {customer: person, native_case_id: case, activity: step, start: day}
    constants: {service: permits, direction: internal, need: permit}
identity:
  crosswalks:
    - file: exports/crosswalk.csv
      columns: {desk: person, web: account, phone: phone}
journeys: {by: hybrid, models: [{file: permit.journey.yaml}]}
detectors:
  loops: {level: activity}
output: {folder: out/tiny, max_quarantine: 50%}
"""


def tiny(folder: Path, *, project: str = PROJECT) -> Path:
    """Write the council into ``folder`` and return its project file."""
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    (exports / "web.jsonl").write_text("".join(json.dumps(row) + "\n" for row in WEB), encoding="utf-8")
    (exports / "phone.csv").write_text(PHONE, encoding="utf-8")
    (exports / "desk.csv").write_text(DESK, encoding="utf-8")
    (exports / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8")
    (folder / "permit.journey.yaml").write_text(JOURNEY, encoding="utf-8")
    path = folder / "tiny.yaml"
    path.write_text(project, encoding="utf-8")
    return path


def replaced(old: str, new: str) -> str:
    """Return the project file with one passage replaced; the passage must stand there once."""
    assert PROJECT.count(old) == 1, old
    return PROJECT.replace(old, new)
