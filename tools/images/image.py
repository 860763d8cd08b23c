"""Our images, built into archives in the cache.

Each is named after a hash of what it was built from: what has not changed is not built again.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import cache, version
from tools.errors import BuildError
from tools.images import base, docker, inputs, pip_settings
from tools.images.buildah import Buildah
from tools.progress import step

REPOSITORY = Path(__file__).parents[2]

DOCKERFILES = {
    "operator": "Dockerfile.operator",
    "bot": "Dockerfile.bot",
    **{
        f"mcp-{dockerfile.parent.name}": str(dockerfile.relative_to(REPOSITORY))
        for dockerfile in sorted(REPOSITORY.glob("mcp-servers/[a-z]*/Dockerfile"))
    },
}


@dataclass(frozen=True)
class Image:
    """An image by its full name, and the archive that holds it."""

    name: str
    archive: Path


def full_name(short_name: str) -> str:
    """The name with the tag; IMAGE_NAME and IMAGE_TAG replace our releases' registry and version."""
    prefix = os.environ.get("IMAGE_NAME") or "ghcr.io/ritsuko-dev"
    tag = os.environ.get("IMAGE_TAG") or version.current()
    return f"{prefix}/ritsuko-{short_name}:{tag}"


def build(short_name: str) -> Image:
    """One of our images, by its key in DOCKERFILES.

    Raises:
        BuildError: there is no such image, or as `build_image`.
    """
    try:
        dockerfile = DOCKERFILES[short_name]
    except KeyError:
        raise BuildError(f"no image {short_name!r}; there are {', '.join(DOCKERFILES)}") from None
    return build_image(full_name(short_name), REPOSITORY / dockerfile, REPOSITORY)


def build_all() -> list[Image]:
    return [build(short_name) for short_name in DOCKERFILES]


def named(short_names: list[str]) -> list[Image]:
    """The images of these names, built; `["all"]` means every one."""
    return build_all() if short_names == ["all"] else [build(short_name) for short_name in short_names]


def build_image(name: str, dockerfile: Path, context: Path) -> Image:
    """The image `name` (with its tag) of a Dockerfile, built with Docker or, where there is none, with buildah.

    Raises:
        BuildError: it can't be built here, or the build failed.
    """
    if not dockerfile.is_file():
        raise BuildError(f"there is no {dockerfile}")
    files = inputs.copied(dockerfile, context)
    key = inputs.fingerprint(dockerfile, context, files, name, "docker" if docker.usable() else "buildah")
    stem = name.rpartition("/")[2].partition(":")[0]
    target = cache.root() / "images" / f"{stem}-{key}.tar"

    def make(draft: Path) -> None:
        with step(f"building {name}"), tempfile.TemporaryDirectory(prefix="ritsuko-build-") as staged:
            inputs.stage(files, context, Path(staged))
            if docker.usable():
                docker.build(dockerfile, Path(staged), name)
                docker.export(name, draft)
            else:
                _build_with_buildah(name, dockerfile, Path(staged), draft)

    cache.install(target, make, lock=target.with_name(stem))
    for older in target.parent.glob(f"{stem}-*.tar"):
        if older != target:
            older.unlink()
    return Image(name, target)


def push(image: Image) -> None:
    """Push a built image to the registry that its name says."""
    with step(f"pushing {image.name}"):
        if docker.usable():
            docker.push(image.name)
        else:
            Buildah().push(image.name)


def _build_with_buildah(name: str, dockerfile: Path, context: Path, draft: Path) -> None:
    buildah = Buildah()
    with cache.locked(cache.root() / "images" / "base"):
        base.require(buildah)
    with pip_settings.lent() as folder:
        buildah.build(dockerfile, context, name, mounts={folder: pip_settings.PLACE})
    buildah.export(name, draft)
