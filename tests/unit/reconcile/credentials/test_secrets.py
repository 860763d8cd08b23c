"""Secrets are read where a bot names them, and nowhere else."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.errors import NotANameError
from ritsuko_operator.reconcile.kinds import CLUSTER_ROLE_BINDING, SECRET
from ritsuko_operator.reconcile.memory import Memory
from tests.unit.reconcile.worlds import HAL, World

NO_NAMES = ["../../prod/secrets/db", "..", ".", "a/b", "a?b", "a#b", "%2e%2e", "a b", "Db", "", "a\n", "x" * 254]


class Asked(World):
    """It keeps in mind what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[ObjectRef] = []

    async def get(self, ref: ObjectRef) -> Object | None:
        self.read.append(ref)
        return await super().get(ref)


@pytest.mark.parametrize("name", NO_NAMES)
async def test_what_is_no_name_is_never_asked_for(name: str) -> None:
    world = Asked()
    reader = SecretReader(world, Memory())
    read = await reader.read(HAL, [name, "zulip"], own={})
    assert read.named == {name: None, "zulip": None}
    assert world.read == reader.named() == [ObjectRef(SECRET, HAL.namespace, "zulip")]


@pytest.mark.parametrize("name", [name for name in NO_NAMES if name not in ("Db", "x" * 254)])
def test_no_name_leads_to_another_place_of_the_api(name: str) -> None:
    with pytest.raises(NotANameError):
        SECRET.path(HAL.namespace, name)
    with pytest.raises(NotANameError):
        BotKey(name, "hal").ref.kind.path(name)


def test_the_names_of_rbac_may_have_colons() -> None:
    path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ritsuko:ops:hal"
    for namespace in (None, ""):  # as a list and as an object's reference have it
        assert CLUSTER_ROLE_BINDING.path(namespace, "ritsuko:ops:hal") == path
