"""`python -m tests.zulip`: run the emulator until SIGTERM or Ctrl-C, and say how to reach it."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.zulip.emulator import ZulipEmulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.zulip", description=__doc__)
    parser.add_argument("--host", action="append", help="address to listen on; may be given more than once")
    parser.add_argument("--port", type=int, default=9991, help="0 takes a free port (default 9991)")
    parser.add_argument("--requests-per-minute", type=int, default=200, help="each user's limit; 0 for none")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    hosts = options.host or ["127.0.0.1"]
    limit = options.requests_per_minute or None
    with ZulipEmulator(hosts, options.port, requests_per_minute=limit) as emulator:
        print(f"Chat page: {emulator.url}/  (open it in a browser)")
        for host in hosts:
            print(f"ZULIP_SITE={emulator.url_at(host)}")
        for user in emulator.world.users.values():
            if user.active and not user.system and not user.email.startswith("dummy"):
                print(f"  {user.full_name:<28} {user.email:<26} {user.api_key}")
        print("Ctrl-C ends it.", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
