"""python -m tests.cluster: a cluster that stays up until it is told to go."""

import argparse
import os
import sys

from tests.cluster import binaries, debian, kwok, loki, opensearch, victorialogs
from tests.cluster.cluster import available, named_cluster
from tests.cluster.errors import ClusterError
from tools import packages
from tools.errors import BuildError, why_not
from tools.images import buildah
from tools.images import image as images


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "prepare":
            prepare()
            return 0
        case "available":
            print(f"control plane: {available().control_plane or 'yes'}")
            how = "yes, with kind" if available().with_docker else "yes"
            print(f"node: {available().node or how}")
            return 0

    cluster = named_cluster(arguments.name)
    match arguments.command:
        case "up":
            cluster.start()
            print(f"export KUBECONFIG={cluster.kubeconfig}")
        case "down":
            cluster.stop()
        case "status":
            print(f"running: {cluster.url}" if cluster.running else "not running")
            return 0 if cluster.running else 1
        case "kubeconfig":
            _must_run(cluster.running, arguments.name)
            print(cluster.kubeconfig)
        case "load":
            _must_run(cluster.running, arguments.name)
            cluster.load(*images.named(arguments.image))
        case "kubectl":
            _must_run(cluster.running, arguments.name)
            program = binaries.kubernetes("kubectl")
            sys.stdout.flush()
            os.execv(program, [program, f"--kubeconfig={cluster.kubeconfig}", *arguments.arguments])
    return 0


def prepare() -> None:
    """Get everything that takes long, in the open: what a test gets by itself is got in silence.

    What this machine cannot run is left out; the tests say so.
    """
    victorialogs.program()
    why_not(loki.program)
    why_not(opensearch.jars)
    if available().control_plane is None:
        for program in ("kube-apiserver", "kube-controller-manager", "kubectl"):
            binaries.kubernetes(program)
        kwok.program()
    if available().node is None:
        if not available().with_docker:
            packages.require({**debian.NODE, **buildah.PACKAGES})
            for program in ("kube-scheduler", "kubelet", "kube-proxy"):
                binaries.kubernetes(program)
        images.build_all()


def _must_run(running: bool, name: str) -> None:
    if not running:
        raise ClusterError(f"the cluster {name!r} does not run: python -m tests.cluster --name {name} up")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.cluster", description="A Kubernetes cluster on this machine."
    )
    parser.add_argument("--name", default="ritsuko", help="which cluster (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it, unless it runs")
    commands.add_parser("down", help="end it; nothing of it stays")
    commands.add_parser("status", help="whether it runs")
    commands.add_parser("kubeconfig", help="print the path of its kubeconfig")
    commands.add_parser("prepare", help="get what takes long: programs, packages and images")
    commands.add_parser("available", help="what this machine can run, and why not more")
    load = commands.add_parser("load", help="build images and make them known to the cluster")
    load.add_argument("image", nargs="*", default=["all"], help=f"all, or some of {', '.join(images.DOCKERFILES)}")
    kubectl = commands.add_parser("kubectl", help="run kubectl on it")
    kubectl.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
