from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from cjmine import detectors
from cjmine.detectors.roster import ROSTER, explain, in_order
from cjmine.domain.codes import CODES
from cjmine.domain.kernel import Detector
from cjmine.errors import SettingsError


def test_every_detector_in_the_folder_is_on_the_roster() -> None:
    found = []
    for path in Path(detectors.__path__[0]).glob("*.py"):
        module = import_module(f"cjmine.detectors.{path.stem}")
        found += [
            value for name, value in vars(module).items() if isinstance(value, Detector) and name.isupper()
        ]
    assert {id(one) for one in found} == {id(one) for one in ROSTER}
    assert {one.name for one in in_order()} == {one.name for one in ROSTER}


def test_every_code_has_a_meaning() -> None:
    assert all(code in CODES for one in ROSTER for code in one.codes)


@pytest.mark.parametrize("detector", ROSTER, ids=lambda one: one.name)
def test_explain_says_what_when_and_whence(detector: Detector) -> None:
    text = explain(detector.name)
    assert text == explain(detector.codes[0])
    for word in ("Example:", "When it misleads:", "Parameters:", "Source:", *detector.codes):
        assert word in text
    for parameter in detector.settings.model_fields:
        assert f"  {parameter}: " in text
        assert parameter in text.split("Parameters:")[1].split("Source:")[0]


def test_explain_names_the_nearest_detector() -> None:
    with pytest.raises(SettingsError, match="did you mean 'loops'"):
        explain("lops")
