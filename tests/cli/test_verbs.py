"""Every verb, called as a user calls it, with click's runner."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cjmine
from cjmine.cases import Columns
from cjmine.cli.group import VERBS, cli
from cjmine.detectors.roster import ROSTER
from cjmine.quick import discover
from tests.projects import replaced, tiny

MARK = "<initialMarking><text>1</text></initialMarking>"
LOG = """case,activity,time
1,a,2026-01-01 09:00
1,b,2026-01-01 10:00
1,a,2026-01-01 11:00
1,c,2026-01-01 12:00
2,a,2026-01-02 09:00
2,c,2026-01-02 10:00
"""
MODEL = "journey: abc\nsteps: [a, b, c]\n"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def said(*arguments: object, code: int = 0) -> Any:
    """Return the one JSON object on standard output."""
    result = call(*arguments, "--json")
    assert result.exit_code == code, result.output
    assert len(result.stdout.splitlines()) == 1
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG, encoding="utf-8")
    (tmp_path / "abc.journey.yaml").write_text(MODEL, encoding="utf-8")
    return path


def test_run_writes_the_folder_and_tells_what_it_found(tmp_path: Path) -> None:
    result = call("run", tiny(tmp_path))
    assert result.exit_code == 0, result.output
    assert "A tiny council: 4 customers, 4 journeys, 7 contacts from 3 systems" in result.stdout
    assert "16 rows read = 14 accepted + 2 quarantined + 0 filtered" in result.stdout
    folder = tmp_path / "out" / "tiny"
    assert f"report: {folder / 'report.html'}" in result.stdout.replace("\n", "")
    assert {"report.html", "summary.json", "run.json"} <= {path.name for path in folder.iterdir()}
    assert result.stderr == ""


def test_run_as_json_is_the_summary_and_nothing_else(tmp_path: Path) -> None:
    found = said("run", tiny(tmp_path), "--out", tmp_path / "elsewhere")
    assert found == json.loads((tmp_path / "elsewhere" / "summary.json").read_text(encoding="utf-8"))
    assert (found["ledger"]["read"], found["customers"], found["journeys"]) == (16, 4, 4)


def test_run_quietly_says_nothing(tmp_path: Path) -> None:
    result = call("run", tiny(tmp_path), "--quiet")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(("limit", "code"), [("L1=2", 0), ("L1=1", 1), ("l1=0", 1), ("H1=0", 0)])
def test_run_fails_on_more_findings_than_allowed(tmp_path: Path, limit: str, code: int) -> None:
    result = call("run", tiny(tmp_path), "--quiet", "--fail-on", limit)
    assert result.exit_code == code
    said = f"failed: L1: 2 findings, at most {limit[-1]} allowed\n"
    assert result.stderr == (said if code else "")
    assert (tmp_path / "out" / "tiny" / "run.json").is_file()


def test_a_title_and_warnings_cannot_style_or_steer_the_terminal(tmp_path: Path) -> None:
    project = tiny(tmp_path, project=replaced("title: A tiny council", 'title: "[/red]:bomb:\\e[31m"'))
    result = call("run", project)
    assert result.exit_code == 0, result.output
    assert r"[/red]:bomb:\x1b[31m: 4 customers" in result.stdout
    assert "\x1b[31m" not in result.stdout


def test_discover_tells_variants_and_flows(log: Path) -> None:
    result = call("discover", log)
    assert result.exit_code == 0
    assert "2 cases, 6 events, 2 variants" in result.stdout
    assert "a → b → a → c" in result.stdout
    found = said("discover", log)
    assert found["dfg"] == [
        {"from": "a", "to": "b", "count": 1},
        {"from": "a", "to": "c", "count": 2},
        {"from": "b", "to": "a", "count": 1},
    ]
    assert (found["cases"], found["events"], found["activities"], found["variants"]) == (2, 6, 3, 2)
    assert (found["start"], found["end"]) == ({"a": 2}, {"c": 2})


def test_discover_writes_map_and_models_and_stays_pure(log: Path, tmp_path: Path) -> None:
    said("discover", log, "--out", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"process_map.svg", "process_map.png", "model.bpmn", "model.pnml"}
    assert cjmine.check(log, tmp_path / "out" / "model.bpmn")["fitting_cases"] == 2


def test_check_tells_deviations(log: Path, tmp_path: Path) -> None:
    model = tmp_path / "abc.journey.yaml"
    result = call("check", log, model, "--fail-on", "V1=0", "--fail-on", "V2=1")
    assert result.exit_code == 1
    assert "0 of 2 cases ran as intended, mean fitness 0.8286, total cost 2 over 2 variants" in result.stdout
    assert result.stderr == "failed: V1: 1 findings, at most 0 allowed\n"
    found = said("check", log, model)
    assert {(row["code"], row["activity"]) for row in found["deviations"]} == {("V1", "b"), ("V2", "a")}


def test_find_tells_loops_and_writes_them(log: Path, tmp_path: Path) -> None:
    result = call("find", log, "--out", tmp_path / "found.csv", "--fail-on", "L2=0")
    assert result.exit_code == 1
    assert result.stderr == "failed: L2: 1 findings, at most 0 allowed\n"
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = said("find", log)
    assert {row["code"]: row["count"] for row in found["findings"]}["L2"] == 1
    assert "L2" in {row["code"] for row in rows}


def test_explain_lists_and_explains() -> None:
    listed = call("explain").stdout
    assert all(detector.name in listed for detector in ROSTER)
    for detector in ROSTER:
        text = call("explain", detector.name).stdout
        assert text == call("explain", detector.codes[0].lower()).stdout
        assert "misleads" in text
        assert all(f"  {name}: " in text for name in detector.settings.model_fields)


def test_explain_names_the_nearest_detector() -> None:
    result = call("explain", "lops")
    assert result.exit_code == 2
    assert "there is no detector 'lops'; did you mean 'loops'?" in result.stderr


def test_sample_writes_exports_and_their_truth(tmp_path: Path) -> None:
    result = call("sample", "northmoor", "--out", tmp_path / "n", "--customers", 100, "--seed", 7)
    assert result.exit_code == 0
    assert "planned" in result.stdout
    assert {"crm", "housing", "portal", "revenues", "telephony", "truth"} <= {
        path.name for path in (tmp_path / "n").iterdir()
    }


def test_help_lists_every_verb_and_every_verb_has_help() -> None:
    text = call("-h").stdout
    assert text == call("--help").stdout
    for verb in VERBS:
        assert re.search(rf"\b{verb}\b", text)
        assert call(verb, "-h").stdout == call(verb, "--help").stdout
        assert call(verb, "-h").exit_code == 0


def test_the_version_is_the_library_s() -> None:
    assert call("--version").stdout == f"cjmine {cjmine.__version__}, AGPL-3.0-or-later\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["chekc"], 2, "no such command 'chekc'; did you mean 'check'?"),
        (["discover", "absent.xes"], 3, "absent.xes: no such file"),
        (["discover", "lgo.csv"], 3, "did you mean 'log.csv'?"),
        (["discover", "."], 3, "is a folder"),
        (["discover", "log.doc"], 2, "a log ends in one of .xes, .csv"),
        (["check", "log.csv", "absent.bpmn"], 2, "absent.bpmn"),
        (["check", "log.csv", "log.csv"], 2, "known are .journey.yaml, .bpmn, .pnml, .cjml, .decl and .json"),
        (["find", "log.csv", "--case", "cas"], 2, "its columns are case, activity, time"),
        (["find", "log.csv", "--case", "cas"], 2, "--case"),
        (["find", "log.csv", "--fail-on", "LL2=1"], 2, "write CODE=N, such as L2=100; did you mean 'L2'?"),
        (["find", "log.csv", "--fail-on", "L2=x"], 2, "--fail-on 'L2=x': write CODE=N"),
        (["find", "log.csv", "--service", "desk"], 2, "say which of them to use with --service"),
        (["discover", "log.csv", "--out", "log.csv/x"], 5, "log.csv/x"),
        (["find", "log.csv", "--out", "log.csv/x.csv"], 5, "choose another output folder"),
        (["sample", "northmoor", "--out", "log.csv/x", "--customers", "100"], 5, "log.csv/x"),
        (["run", "absent.yaml"], 2, "absent.yaml: there is no such project file"),
        (["run", "."], 2, "is a folder"),
        (["sample", "southmoor", "--out", "x"], 2, "southmoor"),
        (["sample", "northmoor", "--out", "x", "--customers", "7"], 2, "100"),
    ],
)
def test_faults_are_one_message_and_a_code(
    log: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, words: str
) -> None:
    monkeypatch.chdir(log.parent)
    before = sorted(log.parent.iterdir())
    result = call(*arguments)
    assert result.exit_code == code, result.output
    assert words in " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert sorted(log.parent.iterdir()) == before


def test_a_log_with_other_columns_says_which_options_to_give(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG.replace("case,activity,time", "number,what,moment"), encoding="utf-8")
    result = call("discover", path)
    assert result.exit_code == 2
    assert result.stderr == (
        "error: log.csv: its columns are number, what, moment\n"
        "hint: say which of them to use with --case, --activity, --time\n"
    )
    found = said("discover", path, "--case", "number", "--activity", "what", "--time", "moment")
    assert found["cases"] == 2


@pytest.mark.parametrize("name", ["log.parquet", "log.jsonl", "log.csv.gz", "log.tsv"])
def test_a_log_may_have_other_forms(log: Path, tmp_path: Path, name: str) -> None:
    import gzip  # noqa: PLC0415 - for one of them

    import polars as pl  # noqa: PLC0415

    path, table = tmp_path / name, pl.read_csv(log, infer_schema=False)
    if name.endswith("parquet"):
        table.write_parquet(path)
    elif name.endswith("jsonl"):
        table.write_ndjson(path)
    elif name.endswith("tsv"):
        table.write_csv(path, separator="\t")
    else:
        path.write_bytes(gzip.compress(log.read_bytes()))
    assert said("discover", path) == said("discover", log)


def test_rows_set_aside_are_told_not_dropped_in_silence(log: Path) -> None:
    log.write_text(LOG + "2,d,\n2,e,31/31/2026\n,f,2026-01-01 10:00\n", encoding="utf-8")
    told = (
        "3 of 9 rows were set aside: 1 x no customer id (column customer, first in row 9); "
        "1 x no start time (column start, first in row 7); "
        "1 x not a time in this column's form (column start, first in row 8: '31/31/2026')"
    )
    allowed = ("--max-quarantine", "50%")
    assert said("discover", log, *allowed)["warnings"] == [told]
    assert said("check", log, log.with_name("abc.journey.yaml"), *allowed)["warnings"] == [told]
    assert said("find", log, *allowed)["warnings"][0] == told
    assert f"note {told}" in call("discover", log, *allowed).stdout
    refused = call("discover", log)
    assert refused.exit_code == 3
    assert "2 of 9 rows of log.csv are broken" in refused.output
    assert "not a share" in call("discover", log, "--max-quarantine", "many").output


def test_a_log_of_which_nothing_can_be_used_is_no_log_without_findings(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n,a,2026-01-01 10:00\n", encoding="utf-8")
    result = call("find", path)
    assert result.exit_code == 3
    assert "none of its 1 rows can be used" in result.output


def test_findings_are_not_written_through_a_link(log: Path, tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("alive")
    (tmp_path / "out.csv").symlink_to(tmp_path / "canary")
    result = call("find", log, "--out", tmp_path / "out.csv")
    assert result.exit_code == 5
    assert (tmp_path / "canary").read_text() == "alive"


def test_a_model_that_can_get_stuck_is_told(log: Path, tmp_path: Path) -> None:
    """Two tokens reach an end that expects one: a parallel split joined by an exclusive gateway."""
    places = "".join(
        f'<place id="{p}">{m}</place>' for p, m in (("i", MARK), ("x", ""), ("y", ""), ("o", ""))
    )
    steps = "".join(f'<transition id="{t}"><name><text>{t}</text></name></transition>' for t in "abc")
    arcs = "".join(
        f'<arc id="{s}{t}" source="{s}" target="{t}"/>'
        for s, t in ("ia", "ax", "ay", "xb", "yb", "bo", "xc", "co")
    )
    path = tmp_path / "stuck.pnml"
    path.write_text(f'<pnml><net id="n" type="ptnet">{places}{steps}{arcs}</net></pnml>', encoding="utf-8")
    assert "the model can get stuck after 'c'" in said("check", log, path)["warnings"][0]


def test_times_that_could_be_misread_are_asked_for_and_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n1,a,03/04/2026 10:00\n1,b,05/04/2026 10:00\n", encoding="utf-8")
    refused = call("discover", path)
    assert refused.exit_code == 3
    assert "--time-format" in refused.output
    for pattern, hours in (("%d/%m/%Y %H:%M", 48), ("%m/%d/%Y %H:%M", 61 * 24)):
        assert call("discover", path, "--time-format", pattern).exit_code == 0
        (waited,) = discover(path, Columns(time_format=pattern)).flows["median_wait_h"]
        assert abs(waited / hours - 1) < 0.05


GOOD = "journey: abc\nsteps: [a, b, c]\nrules: [b only after a]\n"
WRONG = "journey: abc\nsteps: [a, b, c]\nrules: [a only after b]\n"


def test_lint_says_what_is_wrong_and_exits_as_for_a_model_that_cannot_be_used(log: Path) -> None:
    good, wrong = log.with_name("good.journey.yaml"), log.with_name("wrong.journey.yaml")
    good.write_text(GOOD, encoding="utf-8")
    wrong.write_text(WRONG, encoding="utf-8")
    assert call("lint", good).stdout == "1 model: 0 errors, 0 warnings\n"
    assert call("lint", good).exit_code == 0
    result = call("lint", good, wrong)
    assert (result.exit_code, result.stderr) == (2, "")
    assert result.stdout.splitlines() == [
        (
            f"{wrong}:3:9: E05 no way through the journey keeps the rule 'a only after b': the shortest, "
            "a → b → c, breaks it at 'a'; change the order of the steps, or the rule"
        ),
        "2 models: 1 error, 0 warnings",
    ]
    found = said("lint", good, wrong, code=2)
    assert (found["errors"], found["warnings"], found["notes"]) == (1, 0, [])
    assert [one["journey"] for one in found["models"]] == ["abc", "abc"]
    (row,) = found["models"][1]["findings"]
    assert (row["code"], row["severity"], row["line"], row["column"]) == ("E05", "error", 3, 9)
    assert row["hint"] == "change the order of the steps, or the rule"


def test_lint_holds_a_model_against_a_log_and_fails_only_on_what_it_is_told_to(log: Path) -> None:
    model = log.with_name("abd.journey.yaml")
    model.write_text("journey: abd\nsteps: [a, b, d?]\n", encoding="utf-8")
    found = said("lint", model, "--log", log)
    assert [(row["code"], row["line"]) for row in found["models"][0]["findings"]] == [("W01", 2), ("W02", 0)]
    assert (found["errors"], found["warnings"]) == (0, 2)
    result = call("lint", model, "--log", log, "--fail-on", "w02=0")
    assert (result.exit_code, result.stderr) == (1, "failed: W02: 1 findings, at most 0 allowed\n")
    assert f"{model}: W02 the log's activity 'c' leads to no step: 2 events of 2 journeys" in result.stdout
    assert call("lint", model, "--log", log, "--fail-on", "W02=1").exit_code == 0
    refused = call("lint", model, "--fail-on", "W2=1")
    assert refused.exit_code == 2
    assert "write CODE=N, such as W02=0; did you mean 'W02'?" in refused.stderr


def test_lint_of_an_unreadable_model_tells_every_fault_with_its_code(log: Path) -> None:
    model = log.with_name("bad.journey.yaml")
    model.write_text("journey: x\nsteps: [a, a, {b: {within: 3 dd of a}}]\n", encoding="utf-8")
    found = said("lint", model, log.with_name("none.pnml"), code=2)
    first, second = found["models"]
    assert [(row["code"], row["column"]) for row in first["findings"]] == [("E02", 12), ("E07", 28)]
    assert [row["code"] for row in second["findings"]] == ["E00"]
    assert (first["journey"], found["errors"]) == (None, 3)


def test_check_counts_rules_and_says_what_it_does_not_compare_yet(log: Path) -> None:
    model = log.with_name("good.journey.yaml")
    more = "standards: [{id: s, start: a, stop: c, limit: 1 d}]\n"
    rules = (
        "rules: [after a must b, c only after b, at most 1 a, after a must b within 1 d, if b then also c]\n"
    )
    model.write_text("journey: abc\nsteps: [a, b, c]\nanytime: [look]\n" + rules + more, encoding="utf-8")
    found = said("check", log, model)
    # the first case goes a b a c, the second a c
    keys = ("asked", "kept", "broken", "elsewhere", "cases", "broken_cases")
    assert {row["rule"]: tuple(row[key] for key in keys) for row in found["rules"]} == {
        "after a must b": (3, 1, 2, 0, 2, 2),
        "c only after b": (2, 1, 1, 0, 2, 1),
        "at most 1 a": (3, 2, 1, 0, 2, 1),
        "after a must b within 1 d": (3, 1, 2, 0, 2, 2),
        "if b then also c": (1, 1, 0, 0, 1, 0),
    }
    assert found["warnings"] == ["abc: 1 standard of the model not compared with a single log"]
    text = call("check", log, model).stdout
    assert re.search(r"after a must b +│ +3 │ +1 │ +2 │ +2 ", text)
    plain = said("check", log, log.with_name("abc.journey.yaml"))
    assert (plain["rules"], plain["warnings"]) == ([], [])


def test_check_compares_times_and_the_columns_that_are_named(tmp_path: Path) -> None:
    log, model = tmp_path / "log.csv", tmp_path / "abc.journey.yaml"
    rows = (
        *("1,a,2026-03-02T09:00,web", "1,b,2026-03-03T09:00,phone", "1,c,2026-03-04T09:00,"),
        *("2,a,2026-03-02T09:00,", "2,b,2026-03-09T09:00,web", "2,c,2026-03-09T10:00,web"),
    )
    log.write_text("\n".join(["case,activity,time,by_way", *rows]), encoding="utf-8")
    model.write_text(
        "journey: abc\nsteps: [a, {b: {within: 2 d of a, channel: web, by: x}}, {c: {not_before: 1 d of b}}]"
        "\nrules: [after a must b within 2 d, c only via email]\n"
    )
    found = said("check", log, model, "--channel", "by_way")
    assert [tuple(row.values()) for row in found["deviations"]] == [
        ("V5", "late", "b", 1, 1),
        ("V5", "too early", "c", 1, 1),
        ("V6", "wrong channel", "b", 1, 1),
    ]
    keys = ("asked", "kept", "broken", "elsewhere", "cases", "broken_cases")
    assert [tuple(row[key] for key in keys) for row in found["rules"]] == [
        (2, 1, 1, 0, 2, 1),
        (2, 0, 1, 1, 2, 1),
    ]
    said_so = "abc: 1 service of the model not compared: name the log's column with --service"
    assert found["warnings"] == [said_so]
    plain = said("check", log, model)
    assert len(plain["deviations"]) == 2
    assert plain["warnings"][0].startswith("abc: 2 channels of the model not compared")
