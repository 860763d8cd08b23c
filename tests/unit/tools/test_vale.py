"""The style finds the sentences that it is there for, and leaves plain ones alone."""

import re
from pathlib import Path

import pytest

from tools import vale
from tools.errors import BuildError

pytestmark = pytest.mark.slow  # vale is built the first time

RIDDLES = [
    "Who edits a command within two minutes gets its answer.",
    "The answer is rendered anew.",
    "Whoever may call this server may read the logs.",
    "The pods are looked at first.",
    "This is no regular expression.",
    "Loki does not let us in.",
    "It is not to be had here.",
    "The wanted state and the told one differ.",
    "Nor does the server write.",
    "Nothing is half as much again as before.",
    "word " * 41 + ".",
]
PLAIN = [
    "Edit a command within two minutes and the bot updates its answer.",
    "There is no next page: the last answer here was complete.",
    "This is not a regular expression.",
    "The pod is no longer there.",
    "Loki rejected our credentials.",
    "Who is it?",
    "`whoever` in code is nobody's business.",
]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    try:
        vale.program()
    except BuildError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("sentence", RIDDLES)
@pytest.mark.parametrize("name", ["page.md", "module.py"])
def test_riddles_are_found(tmp_path: Path, sentence: str, name: str) -> None:
    (path := tmp_path / name).write_text(f'"""A module.\n\n{sentence}\n"""\n' if name.endswith("py") else sentence)
    complaints = vale.check([path])
    assert complaints
    assert all(re.match(rf"{path}:{3 if name.endswith('py') else 1}:\d+:Ritsuko\.", one) for one in complaints)


@pytest.mark.parametrize("sentence", PLAIN)
@pytest.mark.parametrize("name", ["page.md", "module.py"])
def test_plain_sentences_pass(tmp_path: Path, sentence: str, name: str) -> None:
    (path := tmp_path / name).write_text(f'"""A module.\n\n{sentence}\n"""\n' if name.endswith("py") else sentence)
    assert vale.check([path]) == []
