"""python -m tools.images: build our images, and push them to a registry."""

import argparse
import sys

from tools.errors import BuildError
from tools.images import image


def main() -> int:
    arguments = _parser().parse_args()
    try:
        for built in image.named(arguments.image):
            if arguments.command == "push":
                image.push(built)
            else:
                print(f"{built.name}  {built.archive}")
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.images",
        description="Build and push images. IMAGE_NAME is the prefix of their names, IMAGE_TAG their tag.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    names = f"all, or some of {', '.join(image.DOCKERFILES)}"
    for verb, what in (
        ("build", "build images from their Dockerfiles; prints the name and the archive of each"),
        ("push", "build images and push them to the registry that IMAGE_NAME names"),
    ):
        commands.add_parser(verb, help=what).add_argument("image", nargs="*", default=["all"], help=names)
    return parser


if __name__ == "__main__":
    sys.exit(main())
