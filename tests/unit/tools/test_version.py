"""The version stands in one file: a change of it reaches everything that ships, and a copy of it is noticed."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from manifests import install
from tools import version
from tools.images import image

NEW = "9.8.7"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The repository, as far as the version is concerned, in the next version."""
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info", "golden")
    for name in version.ROOMS:
        shutil.copytree(version.ROOT / name, tmp_path / name, ignore=skip)
    for name in version.FILES:
        shutil.copy(version.ROOT / name, tmp_path / name)
    (tmp_path / "VERSION").write_text(f"{NEW}\n")
    return tmp_path


def members() -> list[str]:
    return tomllib.loads((version.ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]


def test_this_repository_says_one_version() -> None:
    assert version.complaints() == []


@pytest.mark.parametrize("member", members())
def test_every_package_has_it(checkout: Path, member: str) -> None:
    project = tomllib.loads((checkout / member / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    source = project["tool"]["hatch"]["version"]
    found = re.search(source["pattern"], (checkout / member / source["path"]).read_text())
    assert found
    assert found["version"] == NEW


def test_what_spells_it_out_is_named_and_then_brought_up_to_date(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = version.complaints(checkout)
    assert {line.partition(":")[0] for line in stale} >= {"manifests/base/deployment.yaml"}
    version.write(checkout)
    assert version.complaints(checkout) == []
    monkeypatch.setattr(install, "FOLDER", checkout / "manifests")
    assert f"ritsuko-operator:{NEW}\n" in install.text()
    assert f"- name: RITSUKO_VERSION\n              value: {NEW}\n" in install.text()


def test_images_are_tagged_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMAGE_TAG", raising=False)
    monkeypatch.setattr(version, "current", lambda: NEW)
    assert image.full_name("bot").endswith(f"/ritsuko-bot:{NEW}")


@pytest.mark.parametrize("dockerfile", sorted(image.DOCKERFILES.values()))
def test_every_image_copies_it(dockerfile: str) -> None:
    assert "\nCOPY VERSION " in (version.ROOT / dockerfile).read_text()


def test_a_copy_of_it_is_noticed_with_its_line(checkout: Path) -> None:
    version.write(checkout)
    (checkout / "bot" / "src" / "ritsuko_bot" / "stray.py").write_text(f'"""A module."""\n\nVERSION = "{NEW}"\n')
    (found,) = version.complaints(checkout)
    assert found.startswith("bot/src/ritsuko_bot/stray.py:3: ")
