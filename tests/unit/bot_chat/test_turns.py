"""Who runs when many ask at once."""

from __future__ import annotations

import asyncio

import pytest

from ritsuko_bot.chat.turns import Bound, Turns

ADA, GRACE = "1", "2"
NEVER = 3600.0


class Hall:
    """Commands that run until they are told to end."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.running: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def comes(self, person: str, *names: str) -> None:
        """They ask for a turn, and have it by now if there is one for them."""
        self.tasks += [asyncio.create_task(self._run(person, name)) for name in names]
        await self.settled()

    async def ends_one(self, name: str) -> None:
        self.ends[name].set()
        await self.settled()

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def come_to_run(self, *names: str) -> None:
        """Waits until these run."""
        async with asyncio.timeout(5):
            while True:
                if set(names) <= set(self.running):
                    return
                await asyncio.sleep(0.001)

    async def all_end(self) -> None:
        while not all(task.done() for task in self.tasks):
            for event in self.ends.values():
                event.set()
            await self.settled()

    async def _run(self, person: str, name: str) -> None:
        async with self.turns.turn(person):
            self.running.append(name)
            end = self.ends[name] = asyncio.Event()
            await end.wait()
            self.running.remove(name)


async def test_nobody_takes_all_the_room_and_turns_come_in_the_order_of_asking() -> None:
    hall = Hall(Turns(narrow=Bound(3, 2), wide=Bound(10, 10), slow_after=NEVER))
    await hall.comes(ADA, "a1", "a2", "a3", "a4")
    assert hall.running == ["a1", "a2"]
    await hall.comes(GRACE, "g1", "g2")
    assert hall.running == ["a1", "a2", "g1"]
    await hall.ends_one("a1")
    assert hall.running == ["a2", "g1", "g2"]
    await hall.ends_one("g1")
    assert hall.running == ["a2", "g2", "a3"]
    await hall.all_end()


async def test_a_command_that_takes_long_gives_way_but_not_without_end() -> None:
    hall = Hall(Turns(narrow=Bound(1, 1), wide=Bound(3, 2), slow_after=0))
    await hall.comes(ADA, "a1", "a2", "a3")
    await hall.come_to_run("a1", "a2")
    await hall.comes(GRACE, "g1")
    await hall.come_to_run("g1")
    await hall.comes(GRACE, "g2")
    assert hall.running == ["a1", "a2", "g1"]
    await hall.ends_one("g1")
    await hall.come_to_run("g2")
    assert hall.running == ["a1", "a2", "g2"]
    await hall.ends_one("a2")
    await hall.come_to_run("a3")
    await hall.all_end()


async def test_a_command_that_waits_for_a_person_leaves_its_room_and_takes_it_again() -> None:
    turns = Turns(narrow=Bound(1, 1), wide=Bound(1, 1), slow_after=NEVER)
    hall = Hall(turns)
    async with turns.turn(ADA) as turn:
        await hall.comes(GRACE, "g1")
        assert hall.running == []
        async with turn.paused():
            await hall.settled()
            assert hall.running == ["g1"]
            await hall.ends_one("g1")
        await hall.comes(GRACE, "g2")
        assert hall.running == []
    await hall.settled()
    assert hall.running == ["g2"]
    await hall.all_end()


async def test_a_command_that_is_cancelled_while_it_waits_or_is_paused_leaves_nothing_taken() -> None:
    turns = Turns(narrow=Bound(1, 1), wide=Bound(1, 1), slow_after=NEVER)
    hall = Hall(turns)
    await hall.comes(ADA, "a1", "a2")
    hall.tasks[1].cancel()

    async def interrupted() -> None:
        async with turns.turn(GRACE) as turn, turn.paused():
            raise InterruptedError

    await hall.ends_one("a1")
    with pytest.raises(InterruptedError):
        await interrupted()
    hall.tasks.clear()
    await hall.comes(GRACE, "g1")
    assert hall.running == ["g1"]
    await hall.all_end()
