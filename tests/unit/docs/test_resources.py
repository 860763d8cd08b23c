"""The resources in the documents are valid, and a bot takes every sidecar that a page shows."""

from pathlib import Path

import pytest

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render import accept
from tests.golden.golden import placed
from tests.unit.docs.examples import documents_with_resources, name, resources

_BOT = {
    "apiVersion": "ritsuko.dev/v1alpha1",
    "kind": "RitsukoBot",
    "metadata": {"name": "ritsuko"},
    "spec": {"zulip": {"credentialsSecret": {"name": "zulip"}}},
}


def test_the_pages_have_some() -> None:
    assert {name(path) for path in documents_with_resources()} >= {"README.md", "docs/how-to/add-a-server.md"}


@pytest.mark.parametrize("path", documents_with_resources(), ids=name)
def test_they_are_valid_and_a_bot_takes_each_sidecar(path: Path) -> None:
    for resource in resources(path):
        if resource["kind"] == "RitsukoBot":
            RitsukoBot.model_validate(placed(resource))
            continue
        of_the_bot = resource["spec"] | {"botRef": {"name": "ritsuko"}}
        sidecar = McpSidecar.model_validate(placed(resource | {"spec": of_the_bot}))
        selection = accept(RitsukoBot.model_validate(placed(_BOT)), [sidecar])
        assert [one.message for one in selection.refused] == []
