"""Free ports on this machine; other clusters may run beside ours."""

import random
import socket

# below the range that the kernel hands out to outgoing connections, or one of those could take a port between
# our look and the program's bind
_RANGE = range(20_000, 32_000)


def free(count: int, *addresses: str) -> list[int]:
    """`count` different TCP ports that nothing listens on, at any of `addresses`."""
    found: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if all(_is_free(address, port) for address in addresses):
            found.append(port)
            if len(found) == count:
                return found
    raise OSError(f"no {count} free ports at {', '.join(addresses)}")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
