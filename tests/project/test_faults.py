"""Wrong project files: one message with every fault, its place and the nearest word; nothing written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cjmine.cli.group import cli
from cjmine.errors import SettingsError
from cjmine.project.load import load
from tests.projects import PROJECT, replaced, tiny


def faults(folder: Path, project: str) -> list[str]:
    """Return the faults of a project file, without its folder; nothing may be written."""
    path = tiny(folder, project=project)
    before = sorted(folder.rglob("*"))
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    assert sorted(folder.rglob("*")) == before
    return [fault.replace(f"{folder}/", "") for fault in caught.value.faults]


# what stands in the file, what stands there instead, and the one message it gives
ONE_FAULT = [
    ("title: A", "titel: A", "2:1: unknown key 'titel'; did you mean 'title'?"),
    ("project: tiny", "projekt: tiny", "1:1: unknown key 'projekt'; did you mean 'project'?"),
    (
        "project: tiny",
        "project: tiny town",
        "1:1: project: 'tiny town' is no name for a folder; use letters,",
    ),
    ("project: tiny", "project:", "1:1: 'project' has no value; give one, or remove the line"),
    ("{timezone: E", "{zone: E", "3:9: unknown key 'zone'"),
    (
        "Europe/London",
        "Europe/Lodnon",
        "3:9: timezone: 'Europe/Lodnon' is not a time zone; did you mean 'Eur",
    ),
    (
        "London}",
        "London, working: 9-5}",
        "3:34: working: '9-5' is not understood; write office hours as 'Mon",
    ),
    (
        "London}",
        "London, holidays: engand}",
        "3:34: holidays: 'engand' is not a known holiday calendar; did ",
    ),
    ("format: jsonl", "format: json", "7:5: format: 'json' is not known here; did you mean 'jsonl'?"),
    ("format: jsonl", "{}: 1", "7:5: a key must be a word"),
    ('delimiter: ";"', 'delimeter: ";"', "16:5: unknown key 'delimeter'; did you mean 'delimiter'?"),
    ('delimiter: ";"', 'delimiter: ";;"', "16:5: delimiter: must have at most 1 character, not ';;'"),
    (
        "      customer: account\n",
        "",
        "8:5: neither 'customer' nor a key is mapped, so no row could have a cu",
    ),
    (
        "activity: action",
        "actvity: action",
        "10:7: 'actvity' is not a column of ours; did you mean 'activity",
    ),
    ("activity: action", "activity: [actoin]", "10:7: web.jsonl has no column 'actoin' (it has account, act"),
    (
        "caller\n",
        "callr\n",
        "18:7: phone.csv has no column 'callr' (it has caller, reason, began, ended); did",
    ),
    ("{from: ended, f", "{frm: ended, f", "21:13: unknown key 'frm'; did you mean 'from'?"),
    (
        "{from: ended, f",
        "{precision: hour, from: ended, f",
        "21:13: precision: 'hour' is not known here; one o",
    ),
    (
        'S", zone: local}\n    constants',
        'S", zone: GTM}\n    constants',
        "21:55: 'GTM' is not a time zone; did ",
    ),
    (
        "{channel: phone,",
        "{chanel: phone,",
        "22:17: 'chanel' is not a column of ours; did you mean 'channel'?",
    ),
    ("{channel: phone,", "{channel: fone,", "22:17: 'fone' is not a channel; did you mean 'phone'?"),
    ("{channel: phone,", "{bulk: maybe,", "22:17: 'maybe' is not true or false (bulk)"),
    ("exports/phone*.csv", "exports/fone*.csv", "14:5: exports/fone*.csv: no such file in exports"),
    (
        "exports/web.jsonl",
        "exports/wep.jsonl",
        "6:5: exports/wep.jsonl: no such file in exports; did you mean 'w",
    ),
    (
        "exports/desk.csv",
        "nowhere/desk.csv",
        "24:5: nowhere/desk.csv: no such file, and no folder nowhere in",
    ),
    ("name: desk", "name: web", "23:5: two sources are called 'web'; give each its own name"),
    (
        "exports/crosswalk.csv",
        "exports/crosswalks.csv",
        "30:7: exports/crosswalks.csv: no such file in exports; d",
    ),
    (
        "{desk: person, web",
        "{desc: person, web",
        "31:17: 'desc' is neither a source, nor a source's scheme, n",
    ),
    (
        "{desk: person, web",
        "{desk: persn, web",
        "31:17: crosswalk.csv has no column 'persn' (it has person, a",
    ),
    ("  crosswalks:", "  crosswalk:", "29:3: unknown key 'crosswalk'; did you mean 'crosswalks'?"),
    (
        "{desk: person, web: account, phone: phone}",
        "{desk: [person, persn], phone: phone}",
        "31:17: crosswalk.csv has no column 'persn' (it has person, a",
    ),
    (
        "{desk: person, web: account, phone: phone}",
        "{desk: [person]}",
        "31:7: columns: a crosswalk joins ids of at least two columns",
    ),
    ("format: jsonl", "format: jsonl\n    sheet: Log", "8:5: 'sheet' belongs to format xlsx, not to jsonl"),
    (
        "format: jsonl",
        "format: jsonl\n    header_row: 0",
        "8:5: header_row: must be greater than or equal to 1",
    ),
    (
        "format: jsonl",
        "format: jsonl\n    extracted: soon",
        "8:5: extracted: 'soon' is no date or time; write '20",
    ),
    ("format: jsonl", "format: fixed", "5:5: a fixed-width table needs its fields, such as `fields: {acc"),
    (
        "format: jsonl",
        "format: fixed\n    fields: {account: 1-8, action: 9, at: 30-11}",
        "8:39: at: '30-11' are no positions; write the first and the last",
    ),
    (
        "format: jsonl",
        "format: fixed\n    fields: {acount: 1-8, action: 9, at: 10-31}",
        "10:7: web.jsonl has no column 'account' (it has acount, action, at); did you mean 'acount'?",
    ),
    ("by: hybrid", "by: hybird", "32:12: by: 'hybird' is not known here; did you mean 'hybrid'?"),
    ("by: hybrid", "gap: 7 dayz", "32:12: gap: '7 dayz' is not a duration; write a number and one of s, min"),
    (
        "by: hybrid",
        "abandon_quantile: 2",
        "32:12: abandon_quantile: must be less than or equal to 1, not '2'",
    ),
    (
        "permit.journey.yaml",
        "permt.journey.yaml",
        "32:34: permt.journey.yaml: no such file in ",
    ),
    ("loops: {level", "loops: {levle", "34:11: unknown key 'levle'; did you mean 'level'?"),
    ("  loops:", "  lops:", "34:3: unknown key 'lops'; did you mean 'loops'?"),
    (
        "level: activity",
        "level: kind",
        "34:11: level: 'kind' is not known here; one of activity, touchpoint, ",
    ),
    ("level: activity", "scheduled_min: few", "34:11: scheduled_min: must be a whole number, not 'few'"),
    (
        "folder: out/tiny",
        "folder: ../tiny",
        "35:10: folder: '../tiny' leads out of the project; give a folde",
    ),
    (
        "folder: out/tiny",
        "folder: /tiny",
        "35:10: folder: '/tiny' leads out of the project; give a folder in",
    ),
    ("50%", "150%", "35:28: max_quarantine: '150%' is not a share; write '1%' or a number from 0 to 1"),
    ("50%", "half", "35:28: max_quarantine: 'half' is not a share; write '1%' or a number from 0 to 1"),
    ("50%}", "50%, max_quarantine: 1%}", "35:49: the key 'max_quarantine' is given twice, first in line 35"),
    (
        "journeys: {by: hybrid",
        "journeys: {merge: no, by: hybrid",
        "32:12: unknown key 'merge'; known here: by,",
    ),
    (
        "identity:\n",
        "contacts: {merge: maybe}\nidentity:\n",
        "28:12: merge: must be true or false, not 'maybe'",
    ),
    (
        "identity:\n",
        "contacts: {echo_pad: {fone: {}}}\nidentity:\n",
        "28:23: fone: 'fone' is not known here; di",
    ),
    ("  loops: {level: activity}", "  loops: [level]", "34:3: loops: must be 'key: value' lines, not a list"),
    ("output:", "engine: sprak\noutput:", "35:1: kind: 'sprak' is not known here; did you mean 'spark'?"),
    (
        "output:",
        "engine: {knd: spark}\noutput:",
        "35:10: unknown key 'knd'; did you mean 'kind'?",
    ),
    (
        "output:",
        "engine: {master: yarn}\noutput:",
        "35:10: master: only Spark has a master; write 'kind: spark' too",
    ),
    ("output:", "engine: [spark]\noutput:", "35:1: engine: must be 'key: value' lines, not a list"),
]


@pytest.mark.parametrize(("old", "new", "message"), ONE_FAULT, ids=[new.strip() for _, new, _ in ONE_FAULT])
def test_one_fault_gives_one_message_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = faults(tmp_path, replaced(old, new))
    about = [fault for fault in found if message in fault]
    assert len(about) == 1, found
    assert about[0].startswith("tiny.yaml:")
    # what else is said may only follow from the fault: a key that is no longer there
    follows = ("is missing", "is not mapped", "neither a source", "echo_pad", "'before'", "'after'")
    assert all(one is about[0] or any(word in one for word in follows) for one in found), found


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    project = PROJECT
    for old, new in (
        ("title: A", "titel: A"),
        ("Europe/London", "Europe/Lodnon"),
        ("format: jsonl", "format: jsonl\n    speed: 3"),
        ("start: at\n", "start: att\n"),
        ('delimiter: ";"', 'delimeter: ";"'),
        ("{channel: phone, direction: inbound", "{channel: fone, direction: inwards"),
        ("name: desk", "name: web"),
        ("exports/crosswalk.csv", "exports/cross.csv"),
        ("permit.journey.yaml}", "permit.journey.yaml}, {file: absent.bpmn}"),
        ("{level: activity}", "{levle: activity}"),
        ("50%", "half"),
    ):
        assert project.count(old) == 1
        project = project.replace(old, new)
    (tmp_path / "x").mkdir()
    path = tiny(tmp_path, project=project)
    journey = tmp_path / "permit.journey.yaml"
    text = journey.read_text(encoding="utf-8")
    journey.write_text(text.replace("[apply]", "[aply]").replace("{success: [decide]}", "{success: [done]}"))
    result = CliRunner().invoke(cli, ["run", str(path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    words = [
        "titel",
        "Lodnon",
        "speed",
        "'att'",
        "delimeter",
        "fone",
        "inwards",
        "called 'web'",
        "cross.csv",
        "'desk' is neither",
        "absent.bpmn",
        "levle",
        "half",
        "'aply', which is no step; did you mean 'apply'?",
        "'done', which is no step",
        "hint: nothing was written; mend tiny.yaml and run again",
    ]
    assert len(lines) == len(words), result.stderr
    assert all(word in line for word, line in zip(words, lines, strict=True)), result.stderr
    places = [int(line.split(":")[2]) for line in lines[:13]]
    assert places == sorted(places)
    assert lines[13].startswith(f"error: {journey}:3:10: ")
    assert not (tmp_path / "out").exists()


def test_personal_data_need_an_owner_a_purpose_and_a_retention(tmp_path: Path) -> None:
    project = "personal: yes\n" + replaced("delimiter: ", "owner: me\n    purpose: p\n    delimiter: ")
    assert faults(tmp_path, project) == [
        "tiny.yaml:6:5: personal data need owner, purpose, retention for each source",
        "tiny.yaml:14:5: personal data need retention for each source",
        "tiny.yaml:26:5: personal data need owner, purpose, retention for each source",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tiny.yaml:1:1: the file is empty"),
        ("# nothing\n", "tiny.yaml:1:1: the file is empty"),
        ("- a\n- b\n", "tiny.yaml:1:1: is not a list of 'key: value' lines"),
        ("project:\n\tname: x\n", "tiny.yaml:2:1: not well-formed YAML: a tab is used for indentation; use"),
        ("project: [a\n", "tiny.yaml:2:1: not well-formed YAML"),
        ("project: a\n---\nproject: b\n", "tiny.yaml:2:1: a second document begins here"),
        ("project: !!python/object/apply:os.system ['true']\n", "tiny.yaml:1:10: tags (!) are not allowed"),
        ("project: &a x\ntitle: *a\n", "tiny.yaml:1:10: anchors and aliases (&, *) are not allowed: 'a'"),
        ("project: " + "[" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_project_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in faults(tmp_path, text)[0]


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    began = time.perf_counter()
    found = faults(tmp_path, "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]", *levels]))
    assert time.perf_counter() - began < 2
    assert all("anchors and aliases (&, *) are not allowed" in fault for fault in found)


def test_a_missing_project_file_names_the_nearest(tmp_path: Path) -> None:
    tiny(tmp_path)
    with pytest.raises(SettingsError, match=r"there is no such project file; did you mean 'tiny.yaml'\?"):
        load(tmp_path / "tinny.yaml")


def test_one_journey_may_not_be_listed_twice(tmp_path: Path) -> None:
    again = replaced("permit.journey.yaml}", "permit.journey.yaml}, {file: permit.journey.yaml}")
    assert faults(tmp_path, again) == ["tiny.yaml:32:63: a journey called 'permit' is already listed"]
