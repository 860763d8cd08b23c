"""What makes an image be built again, and what doesn't."""

from pathlib import Path

import pytest

from tools.errors import BuildError
from tools.images import inputs

_DOCKERFILE = """
FROM base AS build
COPY --chown=1 bot/src \\
  requirements/*.txt /src/
FROM base
COPY --from=build /src /app
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    for name, content in {
        "Dockerfile": _DOCKERFILE,
        "bot/src/main.py": "print()",
        "bot/src/__pycache__/main.pyc": "",
        "bot/tests/test_main.py": "",
        "requirements/bot.txt": "six",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def fingerprint(context: Path) -> str:
    dockerfile = context / "Dockerfile"
    return inputs.fingerprint(dockerfile, context, inputs.copied(dockerfile, context))


def test_only_what_the_dockerfile_copies_counts(context: Path):
    assert inputs.copied(context / "Dockerfile", context) == [
        Path("bot/src/main.py"),
        Path("requirements/bot.txt"),
    ]


@pytest.mark.parametrize("changed", ["bot/src/main.py", "requirements/bot.txt", "Dockerfile", "bot/src/new.py"])
def test_a_change_of_what_goes_in_builds_anew(context: Path, changed: str):
    before = fingerprint(context)
    with (context / changed).open("a") as file:
        file.write("\n# changed")
    assert fingerprint(context) != before


@pytest.mark.parametrize("changed", ["bot/src/__pycache__/main.pyc", "bot/tests/test_main.py", "README.md"])
def test_any_other_change_does_not(context: Path, changed: str):
    before = fingerprint(context)
    (context / changed).write_text("changed")
    assert fingerprint(context) == before


def test_the_build_gets_what_was_counted_and_no_more(context: Path, tmp_path_factory: pytest.TempPathFactory):
    staged = tmp_path_factory.mktemp("staged")
    files = inputs.copied(context / "Dockerfile", context)
    inputs.stage(files, context, staged)
    assert sorted(path.relative_to(staged) for path in staged.rglob("*") if path.is_file()) == files


def test_copying_what_is_not_there_is_said_before_the_build(context: Path):
    (context / "Dockerfile").write_text("FROM base\nCOPY mcp /mcp\n")
    with pytest.raises(BuildError, match="copies mcp, and there is no such file"):
        inputs.copied(context / "Dockerfile", context)
