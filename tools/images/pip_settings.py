"""This machine's way to PyPI, lent to a build: index, certificates, time limits.

It is mounted while a RUN line runs, so none of it lands in an image.
"""

import configparser
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# where pip looks for settings of the whole machine (pip's documentation, "Configuration files")
PLACE = "/etc/xdg/pip"

_OURS = ("index-url", "extra-index-url", "trusted-host", "timeout", "default-timeout", "retries", "proxy", "no-index")


@contextmanager
def lent() -> Generator[Path]:
    """A folder to be mounted at PLACE."""
    with TemporaryDirectory(prefix="ritsuko-pip-") as name:
        folder = Path(name)
        settings = configured()
        lines = {key: settings[key] for key in _OURS if key in settings}
        if bundle := settings.get("cert") or os.environ.get("SSL_CERT_FILE"):
            (folder / "ca.pem").write_bytes(Path(bundle).read_bytes())
            lines["cert"] = f"{PLACE}/ca.pem"
        lines["disable-pip-version-check"] = "true"
        lines["root-user-action"] = "ignore"
        config = configparser.RawConfigParser()
        config["global"] = lines
        with (folder / "pip.conf").open("w") as file:
            config.write(file)
        folder.chmod(0o755)
        yield folder


def configured() -> dict[str, str]:
    """pip's settings on this machine, those of the environment (PIP_...) last, as pip itself ranks them."""
    files = [Path("/etc/pip.conf"), Path.home() / ".pip" / "pip.conf", Path.home() / ".config" / "pip" / "pip.conf"]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(named))
    config = configparser.RawConfigParser()
    config.read(files)
    settings = dict(config["global"]) if config.has_section("global") else {}
    settings.update(
        (key.removeprefix("PIP_").lower().replace("_", "-"), value)
        for key, value in os.environ.items()
        if key.startswith("PIP_")
    )
    return settings
