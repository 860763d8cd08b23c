"""buildah, which builds from a Dockerfile without a service, with storage of its own in the cache. Linux, as root."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools import cache, packages
from tools.commands import run
from tools.packages import program

PACKAGES = {"buildah": "buildah", "debootstrap": "debootstrap"}

# runs a command with a /var/lib that nobody sees
_COVERED = 'mount -t tmpfs tmpfs /var/lib && exec "$@"'


class Buildah:
    """Storage is `<cache>/buildah`; images of the user's are neither seen nor touched."""

    def __init__(self) -> None:
        packages.require(PACKAGES)
        store = cache.root() / "buildah"
        store.mkdir(parents=True, exist_ok=True)
        config = store / "containers.conf"
        config.write_text(f'[network]\nnetwork_config_dir = "{store}/networks"\n')
        self._command = [
            # mounts of the storage end with the command, and what it would leave in /var/lib goes nowhere
            *(program("unshare"), "--mount", "--propagation=private"),
            *(() if store.is_relative_to("/var/lib") else ("sh", "-c", _COVERED, "sh")),
            *(program("env"), f"CONTAINERS_CONF={config}", program("buildah")),
            *(f"--root={store}/storage", f"--runroot={store}/run", "--storage-driver=overlay"),
        ]

    def image_id(self, name: str) -> str | None:
        result = subprocess.run(
            [*self._command, "inspect", "--type=image", "--format={{.FromImageID}}", name],
            capture_output=True,
            text=True,
            check=False,
        )
        return result.stdout.strip() if result.returncode == 0 else None

    def try_run(self, *arguments: str) -> bool:
        return subprocess.run([*self._command, *arguments], capture_output=True, check=False).returncode == 0

    def commit_layer(self, layer: Path, name: str, *, environment: Mapping[str, str]) -> None:
        """Make the image `name` of one layer, a tar file."""
        container = run(*self._command, "from", "scratch").strip()
        try:
            run(*self._command, "add", "--quiet", container, str(layer), "/")
            variables = [f"--env={key}={value}" for key, value in environment.items()]
            run(*self._command, "config", *variables, "--cmd=python3", container)
            run(*self._command, "commit", "--quiet", container, name)
        finally:
            run(*self._command, "rm", container)

    def build(self, dockerfile: Path, context: Path, name: str, *, mounts: Mapping[Path, str]) -> None:
        """Build the image `name`; what it is FROM must be there already.

        Args:
            mounts: folders lent to RUN lines, read-only; they don't land in the image.

        Raises:
            BuildError: the build failed; with the end of what it said.
        """
        run(
            *self._command,
            "build",
            "--isolation=chroot",
            "--network=host",
            "--pull-never",
            "--layers",
            # Docker's format knows HEALTHCHECK and SHELL
            "--format=docker",
            *(f"--volume={source}:{place}:ro" for source, place in mounts.items()),
            f"--file={dockerfile}",
            f"--tag={name}",
            str(context),
            timeout=1800,
        )

    def export(self, name: str, archive: Path) -> None:
        """Write the image to a file that containerd imports."""
        run(*self._command, "push", "--quiet", "--disable-compression", name, f"docker-archive:{archive}:{name}")

    def push(self, name: str) -> None:
        run(*self._command, "push", name, timeout=1800)
