"""The addresses of a cluster with a node: one block that nothing on this machine uses."""

import hashlib
import ipaddress
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.errors import ClusterError
from tools.commands import run
from tools.packages import program

_SPACE = ipaddress.IPv4Network("10.213.0.0/16")
_BLOCKS = 256


@dataclass(frozen=True)
class Network:
    """One /24: pods in its lower half, the cable between this machine and the node at its end."""

    block: str

    @property
    def pods(self) -> str:
        return str(next(ipaddress.IPv4Network(self.block).subnets()))

    @property
    def host_address(self) -> str:
        """This machine's end of the cable: where pods reach what runs on the host."""
        return str(ipaddress.IPv4Network(self.block)[-3])

    @property
    def node_address(self) -> str:
        return str(ipaddress.IPv4Network(self.block)[-2])


def choose(folder: Path) -> Network:
    """A block that overlaps no address or route of this machine; as a rule the same one for the same folder."""
    taken = _taken()
    first = int(identity(folder), 16) % _BLOCKS
    blocks = list(_SPACE.subnets(new_prefix=24))
    for block in blocks[first:] + blocks[:first]:
        if not any(block.overlaps(other) for other in taken):
            return Network(str(block))
    raise ClusterError(f"no block of {_SPACE} is free on this machine")


def identity(folder: Path) -> str:
    """Eight hexadecimal digits that tell this cluster's interface and cgroup from any other's."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]


def connect(folder: Path, network: Network, *, namespace_of: int) -> None:
    """Lay the cable from this machine into the network namespace of a process.

    The interface, its address and the route to the pods vanish with that namespace, though not at once.
    """
    ip = program("ip")
    name = _interface(folder)
    inside = (program("nsenter"), "--target", str(namespace_of), "--net", ip)
    run(ip, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(namespace_of))
    run(ip, "address", "add", f"{network.host_address}/30", "dev", name)
    run(ip, "link", "set", name, "up")
    run(*inside, "address", "add", f"{network.node_address}/30", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")
    run(*inside, "link", "set", "lo", "up")
    run(ip, "route", "add", network.pods, "via", network.node_address)


def disconnect(folder: Path) -> None:
    """Take the cable away, if it is there."""
    name = _interface(folder)
    if Path("/sys/class/net", name).exists():
        # it may vanish by itself while we are at it
        subprocess.run([program("ip"), "link", "delete", name], capture_output=True, check=False)


def _interface(folder: Path) -> str:
    return f"rk{identity(folder)}"


def _taken() -> list[ipaddress.IPv4Network]:
    ip = program("ip")
    addresses = [
        f"{entry['local']}/{entry['prefixlen']}"
        for interface in json.loads(run(ip, "-json", "-4", "address"))
        for entry in interface.get("addr_info", ())
    ]
    routes = [route["dst"] for route in json.loads(run(ip, "-json", "-4", "route")) if route["dst"] != "default"]
    return [ipaddress.IPv4Network(text, strict=False) for text in (*addresses, *routes)]
