"""No value breaks out of its place in a template."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from ritsuko_operator.render import RenderError
from ritsuko_operator.render.templating import from_template, to_yaml
from tests.unit.render.resources import bot, containers, rendered, sidecar, unhurried

HOSTILE = [
    "}}: *alias\n---\nkind: Secret",
    "{{ 7 * 7 }}{% raw %}",
    "\"]'\\",
    "\x7f\x85\u2028\u2029\ufeff\ufffe\U0001f600",
    "yes", "null", "1e3", "0x10", "~", "<<", "- a", "# no comment", "!!python/object:os.system",
]  # fmt: skip

words = st.one_of(st.sampled_from(HOSTILE), st.text())
values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=80), inner),
)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
@unhurried
@given(value=values)
def test_a_value_reads_back_as_it_was(loader: Any, value: object) -> None:
    assert yaml.load(f"here: {to_yaml(value)}\nthere: 1\n", loader) == {"here": value, "there": 1}


@unhurried
@given(words)
@example("\n")
def test_a_hostile_string_stays_in_its_field(word: str) -> None:
    harmless = rendered(
        bot(env=[{"name": "X", "value": "harmless"}]), sidecar("a", image="harmless", port=9000, args=["harmless"])
    )
    hostile = rendered(bot(env=[{"name": "X", "value": word}]), sidecar("a", image=word or "x", port=9000, args=[word]))
    assert hostile.keys() == harmless.keys()
    container, own = containers(hostile)["bot"], containers(hostile)["mcp-a"]
    assert container["env"][-1] == ({"name": "X", "value": word} if word else {"name": "X"})
    assert (own["image"], own["args"]) == (word or "x", [word])

    container["env"][-1]["value"] = own["image"] = own["args"][0] = "harmless"
    assert hostile == harmless


@unhurried
@given(st.dictionaries(st.text(max_size=80).filter(lambda name: not name.startswith("ritsuko.dev/")), st.text()))
def test_annotations_arrive_as_they_are(annotations: dict[str, str]) -> None:
    manifests = rendered(bot(podAnnotations=annotations))
    assert annotations.items() <= manifests["Deployment"]["spec"]["template"]["metadata"]["annotations"].items()


def test_a_key_that_yaml_cannot_hold_is_refused() -> None:
    with pytest.raises(RenderError, match="too long"):
        rendered(bot(podAnnotations={"x" * 2000: ""}))


def test_a_value_that_is_missing_is_never_rendered_as_nothing() -> None:
    with pytest.raises(UndefinedError):
        from_template("service_account.yaml.j2")
