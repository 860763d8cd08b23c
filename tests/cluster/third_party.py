"""An MCP server that nobody here wrote, as an image."""

import shutil
import tarfile
import tempfile
from pathlib import Path

from tests.cluster import archive
from tests.cluster.errors import ClusterError
from tools import cache
from tools.commands import run
from tools.images.image import Image
from tools.progress import step

_PACKAGE = "kubernetes-mcp-server-linux-amd64"
_VERSION = "0.0.67"


def third_party_image() -> Image:
    """An MCP server that nobody here wrote, from npm: one static binary that serves Streamable HTTP.

    Its arguments are the container's: `--port 8084`, `--read-only`, ...
    """
    name = f"ritsuko.local/kubernetes-mcp-server:{_VERSION}"

    def make(draft: Path) -> None:
        with step(f"packing {_PACKAGE} from npm"), tempfile.TemporaryDirectory() as folder:
            npm = shutil.which("npm")
            if npm is None:
                raise ClusterError("npm is not installed: install Node.js to test with a third-party server")
            package = run(npm, "pack", "--silent", f"{_PACKAGE}@{_VERSION}", cwd=folder).strip()
            with tarfile.open(Path(folder) / package) as tar:
                tar.extractall(folder, filter="data")
            binary = Path(folder) / "package" / "bin" / _PACKAGE
            archive.write(draft, name=name, files={"/server": binary}, entrypoint=["/server"])

    return Image(name, cache.install(cache.root() / "images" / f"third-party-{_VERSION}.tar", make))
