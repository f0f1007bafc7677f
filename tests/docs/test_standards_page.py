"""The page on standards is tested: what it counts by hand, the kernels count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cjmine.conformance.promises import count_standards, count_times
from cjmine.conformance.standards import State, items
from cjmine.domain.incidence import completion
from cjmine.intended.notation import load_journey
from cjmine.report.wording import DASH
from tests.conformance.promised import LONDON, journey, judged, local

PAGE = (Path(__file__).parents[2] / "docs" / "standards.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| (\w+) \| (\d.*?) \| (.*?) \| (.*?) \| (.*?) \| (\d+) \| (\w+) \|$", PAGE, flags=re.MULTILINE
)
MONTHS = {"Apr": "04", "May": "05"}


def when(text: str) -> str:
    """Return the local noon of ``2 Apr``."""
    day, month = text.split()
    return f"{MONTHS[month]}-{int(day):02d} 12:00"


def steps(told: str, evidence: str, bill: str) -> list[tuple[str, str]]:
    found = [("notify_move", when(told))]
    names = ("request_evidence", "provide_evidence")
    found += [(name, when(on)) for name, on in zip(names, evidence.split(", "), strict=False) if on != DASH]
    if bill.startswith("withdrew "):
        found.append(("withdraw", when(bill.removeprefix("withdrew "))))
    elif bill != DASH:
        found.append(("issue_bill", when(bill)))
    return found


def test_the_table_is_what_is_counted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "new-bill.journey.yaml"
    path.write_text(f"need: n\n{example}", encoding="utf-8")
    rows = [row for who, told, asked, bill, *_ in ROWS for row in journey(who, *steps(told, asked, bill))]
    partition, given = judged(rows, load_journey(path), local("04-30 23:59"))
    found = {row["customer_id"]: row for row in items(partition, given).iter_rows(named=True)}
    assert len(found) == len(ROWS) == 7
    for who, _, _, _, due, spent, state in ROWS:
        assert (found[who]["spent"], found[who]["state"]) == (int(spent), state), who
        if due != DASH:
            assert f"{found[who]['due'].astimezone(LONDON):%-d %b}" == due, who
    counted = count_standards(partition, given).row(0, named=True)
    assert [counted[name] for name in ("met", "breached", "open_breached", "early")] == [1, 1, 1, 1]
    assert completion(count_times(partition, given)).by(10) == pytest.approx(13 / 35)


def test_every_state_is_on_the_page() -> None:
    assert not [state for state in State if f"| {state} |" not in PAGE]
