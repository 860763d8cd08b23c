"""The cache and what is put into it: whole or not at all, and once."""

import threading
from pathlib import Path

import pytest

from tools import cache
from tools.errors import BuildError


def test_several_at_once_do_the_work_once(tmp_path: Path):
    made: list[int] = []
    first_is_in = threading.Event()

    def make(target: Path) -> None:
        made.append(1)
        first_is_in.wait(5)
        target.write_text("whole")

    threads = [threading.Thread(target=cache.install, args=(tmp_path / "thing", make)) for _ in range(4)]
    for thread in threads:
        thread.start()
    first_is_in.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (tmp_path / "thing").read_text() == "whole"


def test_what_fails_half_way_is_not_kept(tmp_path: Path):
    def fail(target: Path) -> None:
        target.write_text("half")
        raise BuildError("out of something")

    with pytest.raises(BuildError):
        cache.install(tmp_path / "thing", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["thing.lock"]
