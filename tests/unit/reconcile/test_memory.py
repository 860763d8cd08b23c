"""What is remembered of a bot is forgotten with it, all of it, and nothing of another bot."""

from __future__ import annotations

from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.memory import Memory
from tests.unit.reconcile.worlds import HAL, World

EVE = BotKey("ops", "eve")


def test_every_table_forgets_the_bot_and_keeps_the_others() -> None:
    memory, forgotten = Memory(), list[BotKey]()
    numbers, words = memory.table(dict[BotKey, int]()), memory.table(dict[BotKey, str]())
    memory.when_forgotten(forgotten.append)
    numbers[HAL], numbers[EVE], words[HAL] = 1, 2, "one"
    memory.forget(HAL)
    assert (numbers, words, forgotten) == ({EVE: 2}, {}, [HAL])


async def test_a_bot_that_is_gone_leaves_nothing_behind() -> None:
    world = World()
    tables: list[dict[BotKey, object]] = []
    add = world.memory.table
    world.memory.table = lambda table: tables.append(table) or add(table)  # type: ignore[method-assign]
    world.bots = world.reconciler()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    await world.reconcile()
    assert any(HAL in table for table in tables)
    world.remove(HAL.ref)
    await world.bots.reconcile(HAL)
    assert not any(HAL in table for table in tables)
    assert world.secrets.named() == []
