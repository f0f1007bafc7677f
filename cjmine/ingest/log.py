"""Reads one event log for the quick commands: its format by its name, its columns by their usual names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cjmine.errors import SettingsError
from cjmine.ingest.columns import MissingColumnError
from cjmine.ingest.settings import Format, Source
from cjmine.ingest.source import Reading, read

NAME = "log"
_FORMATS = {
    ".xes": Format.XES,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".parquet": Format.PARQUET,
    ".jsonl": Format.JSONL,
}
_XES = {"case": ["case:concept:name"], "activity": ["concept:name"], "time": ["time:timestamp"]}
_USUAL = {
    "case": ["case:concept:name", "case_id", "case", "caseid", "CaseID", "Case ID", "case id", "Case"],
    "activity": ["concept:name", "activity", "event", "Activity", "activity_name", "Event"],
    "time": [
        *("time:timestamp", "timestamp", "start_time", "start_timestamp", "start", "time"),
        *("Timestamp", "Start Timestamp", "Complete Timestamp", "Start", "Time"),
    ],
}
_OPTIONS = {
    "customer": "case",
    "native_case_id": "case",
    "activity": "activity",
    "start": "time",
    "end": "end",
}


def log_format(path: Path) -> Format:
    """Return the format a file's name declares; raises ``SettingsError`` listing the known endings."""
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    plain = suffixes[:-1] if suffixes[-1:] == [".gz"] else suffixes
    found = _FORMATS.get(plain[-1]) if plain else None
    if found is None:
        msg = f"{path}: a log ends in one of {', '.join(_FORMATS)}, each also with .gz"
        raise SettingsError(msg)
    return found


def read_log(
    path: Path,
    *,
    case: str | None,
    activity: str | None,
    time: str | None,
    end: str | None,
    service: str | None = None,
    channel: str | None = None,
    direction: str | None = None,
    time_format: str | None = None,
    timezone: str = "UTC",
) -> Reading:
    """Read a log whose cases are its customers; options name columns.

    Each case is its own customer and one link key. Raises ``SettingsError``
    listing the columns found and the option to give where a name is missing.
    """
    form = log_format(path)
    usual = _XES if form is Format.XES else _USUAL
    one, what, when = (
        [given] if given else usual[role]
        for role, given in (("case", case), ("activity", activity), ("time", time))
    )
    columns: dict[str, Any] = {"customer": one, "native_case_id": one, "activity": what}
    optional = {"service": service, "channel": channel, "direction": direction}
    columns.update({name: given for name, given in optional.items() if given})
    columns["start"] = {"from": when, "format": time_format}
    if end:
        columns["end"] = {"from": end, "format": time_format}
    source = Source(name=NAME, files=(str(path.absolute()),), format=form, columns=columns)
    try:
        return read(source, rank=0, roots=(path.absolute().parent,), timezone=timezone, keys=())
    except MissingColumnError as error:
        options = dict.fromkeys(_OPTIONS.get(target, target) for target in error.targets)
        asked = ", ".join(f"--{option}" for option in options)
        faults = [f"{path.name}: its columns are {', '.join(error.found)}"]
        raise SettingsError(faults, f"say which of them to use with {asked}") from error
