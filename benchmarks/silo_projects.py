"""The two project files beside the five made-up exports of ``silos.py``.

``plain``: each row is a step of its customer's one journey, so that every tool counts the same.
``detecting``: the same exports with what real projects say of them (channels, services, who came to whom,
how it ended), contacts merged and journeys drawn from silence and needs, so that detectors find something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Export(Protocol):
    """What a project file says of an export."""

    name: str
    customer: str
    activity: str
    at: str


MEANING = {
    "portal": {
        "outcome": "{map: {send form: completed, upload proof: supplied_info}, default: none}",
        "need": "{map: {sign in: null, send form: moving, upload proof: null, view bill: bill}}",
        "constants": "{service: contact-centre, channel: web, direction: inbound}",
    },
    "telephony": {
        "direction": "{map: {call back: outbound}, default: inbound}",
        "outcome": "{map: {put through: transferred}, default: none}",
        "need": "{map: {call: moving, call back: null, put through: null}}",
        "constants": "{service: contact-centre, channel: phone}",
    },
    "crm": {
        "channel": "{map: {note: internal, chase: phone, letter: post, complaint: email}}",
        "direction": "{map: {note: internal, letter: outbound}, default: inbound}",
        "constants": "{service: contact-centre}",
    },
    "housing": {
        "channel": "{map: {visit: home-visit}, default: internal}",
        "direction": "{map: {visit: outbound}, default: internal}",
        "outcome": "{map: {update tenancy: completed}, default: none}",
        "constants": "{service: housing}",
    },
    "benefits": {
        "channel": "{map: {assess: internal}, default: post}",
        "direction": "{map: {assess: internal}, default: outbound}",
        "outcome": "{map: {ask for proof: requested_info, decide: decision+}, default: none}",
        "constants": "{service: benefits}",
    },
}
"""For each export the columns that follow from the activity, and what is the same in all its rows."""


def plain(exports: Sequence[Export], time_format: str) -> str:
    """Return the project file of whole customers: no contacts, one journey each."""
    sources = [_source(one, time_format, {}) for one in exports]
    return _project("silos", exports, sources) + "contacts: {merge: false}\njourneys: {by: customer}\n"


def detecting(exports: Sequence[Export], time_format: str) -> str:
    """Return the project file with something to detect: contacts merged, journeys drawn."""
    sources = [_source(one, time_format, MEANING[one.name]) for one in exports]
    return _project("silos-detect", exports, sources) + "journeys: {by: hybrid, gap: 14 d}\n"


def _source(one: Export, time_format: str, meaning: dict[str, str]) -> str:
    columns = [f"customer: {one.customer}", f"activity: {one.activity}"]
    columns.append(f"start: {{from: {one.at}, format: '{time_format}', zone: UTC}}")
    columns += [
        f"{name}: {{from: {one.activity}, {said[1:]}" for name, said in meaning.items() if name != "constants"
    ]
    lines = [f"  - name: {one.name}", f"    files: {one.name}.csv", "    format: csv", "    columns:"]
    lines += [f"      {column}" for column in columns]
    if "constants" in meaning:
        lines.append(f"    constants: {meaning['constants']}")
    return "\n".join(lines)


def _project(name: str, exports: Sequence[Export], sources: Sequence[str]) -> str:
    columns = ", ".join(f"{one.name}: {one.customer}" for one in exports)
    return (
        f"project: {name}\npersonal: false\nclock: {{timezone: UTC}}\nsources:\n"
        + "\n".join(sources)
        + f"\nidentity: {{crosswalks: [{{file: crosswalk.csv, columns: {{{columns}}}}}]}}\n"
    )
