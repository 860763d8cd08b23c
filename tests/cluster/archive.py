"""Images of a few static files, written by hand as what `docker save` writes: no build tool needed."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def write(target: Path, *, name: str, files: Mapping[str, Path], entrypoint: Sequence[str]) -> None:
    """Write the image `name` (with its tag), FROM scratch, to the tar file `target`.

    Args:
        files: what lies where in the image; all of them executable.
    """
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for place, source in files.items():
            entry = tarfile.TarInfo(place.lstrip("/"))
            entry.size = source.stat().st_size
            entry.mode = 0o755
            with source.open("rb") as content:
                tar.addfile(entry, content)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Entrypoint": list(entrypoint), "User": "65532:65532"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer.getbuffer()).hexdigest()}"]},
        }
    ).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(target, "w") as tar:
        for entry_name, content in (
            ("config.json", config),
            ("layer.tar", layer.getbuffer()),
            ("manifest.json", manifest),
        ):
            entry = tarfile.TarInfo(entry_name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
