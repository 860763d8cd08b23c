"""The image that ours are built FROM, where no registry of images can be reached: made from Debian packages.

It answers to the official image's name and offers what ours use of it: `python`, `python3` and `pip` that install into
the system, and `python -m venv`.
"""

import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from functools import cache as once
from pathlib import Path

from tools.commands import run
from tools.images.buildah import Buildah
from tools.packages import program
from tools.progress import say, step

NAME = "docker.io/library/python:3.13-slim-bookworm"
_SUITE = "trixie"  # the Debian whose python3 is 3.13
_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"

_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_REGISTRY = "https://registry-1.docker.io/v2/"
_DEBIAN = "http://deb.debian.org/debian"
_DEAD_WEIGHT = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "var/cache/debconf",
    "var/log",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
)


def require(buildah: Buildah) -> str:
    """Make sure that buildah has NAME, pulled or made, and return what tells this one from another."""
    if image := buildah.image_id(NAME):
        return image
    if not (_registry_answers() and _pull(buildah)):
        _make(buildah)
    image = buildah.image_id(NAME)
    assert image is not None
    return image


@once
def _registry_answers() -> bool:
    try:
        with urllib.request.urlopen(_REGISTRY, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code == 401  # a registry that asks who we are is there
    except (OSError, TimeoutError):
        return False


def _pull(buildah: Buildah) -> bool:
    with step(f"pulling {NAME}"):
        return buildah.try_run("pull", "--quiet", NAME)


def _make(buildah: Buildah) -> None:
    say("no registry of images can be reached")
    with step(f"making {NAME} from Debian packages (once, about two minutes)"), tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        run(
            program("debootstrap"),
            "--variant=minbase",
            f"--include={_PACKAGES}",
            _SUITE,
            str(tree),
            _mirror(),
            timeout=1200,
        )
        _trim(tree)
        layer = Path(name) / "tree.tar"
        run(program("tar"), "--numeric-owner", "-C", str(tree), "-cf", str(layer), ".")
        buildah.commit_layer(layer, NAME, environment={"LANG": "C.UTF-8", "PATH": _PATH})


def _trim(tree: Path) -> None:
    (tree / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    (tree / "usr/local/bin/python3").symlink_to("/usr/bin/python3")
    # the image belongs to us, not to Debian: pip may install into it
    for marker in tree.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    for place in _DEAD_WEIGHT:
        folder = tree / place
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    # the mirror that this machine uses does not belong in the image
    (tree / "etc/apt/sources.list").write_text(f"deb {_DEBIAN} {_SUITE} main\n")
    for copied_from_here in ("etc/resolv.conf", "etc/hostname"):
        (tree / copied_from_here).write_text("")


def _mirror() -> str:
    """The mirror of Debian that this machine's apt uses."""
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
    for line in subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines():
        words = line.split()
        if words[:2] == ["Debian", "main"] and "security" not in words[2]:
            return words[2]
    return _DEBIAN
