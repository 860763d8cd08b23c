"""A Secret is read once for everybody who asks within a moment."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.kinds import SECRET
from ritsuko_operator.runtime.secret_cache import SecretCache
from tests.unit.runtime.fakes import Clock, make, ref

ZULIP = ref(SECRET, "zulip")


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.live: Object | None = make(SECRET, "zulip", 1)
        self.reads = 0
        self.secrets = SecretCache(self._read, clock=self.clock)

    async def _read(self, asked: ObjectRef) -> Object | None:
        assert asked == ZULIP
        self.reads += 1
        return self.live


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_it_is_read_once_for_many(scene: Scene) -> None:
    assert [await scene.secrets.get(ZULIP) for _ in range(3)] == [scene.live] * 3
    assert scene.reads == 1


async def test_seconds_later_it_is_read_anew(scene: Scene) -> None:
    await scene.secrets.get(ZULIP)
    scene.live = make(SECRET, "zulip", 2)
    scene.clock.now += 5
    assert await scene.secrets.get(ZULIP) == scene.live


async def test_one_that_was_not_there_is_asked_for_again(scene: Scene) -> None:
    scene.live = None
    assert await scene.secrets.get(ZULIP) is None
    scene.live = make(SECRET, "zulip", 2)
    assert await scene.secrets.get(ZULIP) == scene.live


async def test_what_we_wrote_or_deleted_is_known_at_once(scene: Scene) -> None:
    await scene.secrets.get(ZULIP)
    written = make(SECRET, "zulip", 2)
    scene.secrets.put(ZULIP, written)
    assert await scene.secrets.get(ZULIP) == written
    scene.secrets.drop(ZULIP)
    scene.live = None
    assert await scene.secrets.get(ZULIP) is None
