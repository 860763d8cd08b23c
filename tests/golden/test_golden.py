"""Every case renders what its golden file says."""

import pytest

from tests.golden.golden import FOLDER, Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_renders_what_its_golden_file_says(case: Case) -> None:
    assert case.golden.is_file(), "new: run `make golden` and review what it writes"
    assert case.rendered() == case.golden.read_text(), "if that is meant: run `make golden` and review the difference"


def test_there_is_no_golden_file_without_a_case() -> None:
    assert {path.stem for path in (FOLDER / "expected").glob("*.yaml")} == {case.name for case in cases()}
