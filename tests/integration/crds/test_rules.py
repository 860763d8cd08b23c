"""Every rule and every limit of both CRDs, tried on a real apiserver: a resource within it and one beyond it."""

import pytest

from tests.cluster import ControlPlane
from tests.integration.crds.asking import answer, refusal
from tests.specs.places import Limit, limits
from tests.specs.rules import EXAMPLES, Example

pytestmark = pytest.mark.controlplane


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.message[:60])
def test_a_rule_lets_the_good_one_through_and_tells_the_other_what_to_write(
    plane: ControlPlane, example: Example
) -> None:
    answer(plane, example.document(example.accepted))
    assert example.message in (refusal(plane, example.document(example.refused)) or "accepted")


@pytest.mark.parametrize("limit", limits(), ids=str)
def test_a_limit_is_where_the_schema_says(plane: ControlPlane, limit: Limit) -> None:
    answer(plane, limit.within)
    assert limit.place in (refusal(plane, limit.beyond) or "accepted")
