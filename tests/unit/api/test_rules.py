"""No rule and no limit of the CRDs goes untried: the examples that a real apiserver is asked about cover them all."""

import pytest

from tests.specs.crd import nodes, schema_of
from tests.specs.places import LIMITS, limits, ours
from tests.specs.rules import EXAMPLES

KINDS = ["RitsukoBot", "McpSidecar"]
# What a schema says that is no limit on what a person may write, or that is tried as such elsewhere.
NO_LIMITS = {
    *("type", "description", "default", "format", "properties", "required", "items", "additionalProperties"),
    *("x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"),
    *("x-ritsuko-embedded", "x-ritsuko-patch", "x-kubernetes-preserve-unknown-fields"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_has_an_example(kind: str) -> None:
    rules = {rule["message"] for _, node in nodes(schema_of(kind)) for rule in node.get("x-kubernetes-validations", [])}
    examples = [example.message for example in EXAMPLES if example.kind == kind]
    assert rules == set(examples), "give the rule an example in tests/specs/rules.py"
    assert len(examples) == len(set(examples))


@pytest.mark.parametrize("kind", KINDS)
def test_every_limit_of_ours_is_tried(kind: str) -> None:
    tried = {(limit.path, limit.limit) for limit in limits() if limit.kind == kind}
    for path, node in nodes(schema_of(kind)["properties"]["spec"]):
        if path in ours(kind):
            for keyword in node.keys() - NO_LIMITS:
                embedded = "x-kubernetes-int-or-string" in node or path == "podTemplate.spec"
                assert embedded or (path, keyword) in tried, f"{path}: try {keyword} in tests/specs/places.py"


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_says_what_to_write_instead(kind: str) -> None:
    for _, node in nodes(schema_of(kind)):
        for rule in node.get("x-kubernetes-validations", []):
            assert len(rule["message"]) > 30, rule


def test_the_known_limits_are_tried_at_all() -> None:
    assert {limit.limit for limit in limits()} == set(LIMITS) - {"minItems"}
