"""`python -m tests.demo up|down|dev`."""

import argparse
import sys

from tests.demo import demo, dev


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description="All of Ritsuko on this machine.")
    parser.add_argument("command", choices=["up", "down", "dev"], help="dev: plain processes, without a cluster")
    command = parser.parse_args().command
    return dev.main() if command == "dev" else demo.main(command)


if __name__ == "__main__":
    sys.exit(main())
