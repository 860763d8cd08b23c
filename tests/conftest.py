"""What all tests share: a real control plane, and a last line that says what ran and what could not."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cluster import ControlPlane, available, control_plane, loki, opensearch
from tests.cluster.debian import BROWSER, NPM, PROMETHEUS
from tools.errors import why_not
from tools.packages import require

ROOT = Path(__file__).parents[1]

# A shared machine is slow at times: an example may take as long as it takes, and the test has its own deadline.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

_NEEDS = ("controlplane", "node", "browser", "prometheus", "npm", "loki", "opensearch")
_RAN = pytest.StashKey[Counter[str]]()
_LEFT_OUT = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    """etcd, kube-apiserver and kube-controller-manager with our CRDs, one for the whole run."""
    with control_plane() as plane:
        for crd in ("ritsukobots", "mcpsidecars"):
            plane.kubectl("apply", "-f", f"{ROOT}/crds/{crd}.yaml")
        plane.kubectl(
            "wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev"
        )
        yield plane


@pytest.hookimpl(trylast=True)  # after what the command line deselects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run; the last line of the run says what and why."""
    wanted = {need for item in items for need in _needs(item)}
    reasons = {need: reason for need in _NEEDS if need in wanted and (reason := _why_not(need))}
    ran = [item for item in items if not reasons.keys() & set(_needs(item))]
    config.stash[_LEFT_OUT] = reasons
    config.stash[_RAN] = Counter(need for item in ran for need in _needs(item) or ["plain"])
    config.hook.pytest_deselected(items=[item for item in items if item not in ran])
    items[:] = ran


def pytest_unconfigure(config: pytest.Config) -> None:
    ran, left_out = config.stash.get(_RAN, Counter()), config.stash.get(_LEFT_OUT, {})
    if not ran and not left_out:
        return
    kinds = ", ".join(f"{count} {_NAMES[need]}" for need, count in ran.items())
    print(f"Ran here: {kinds}.")
    not_run = [f"{_NAMES[need]}: {reason}" for need, reason in left_out.items()]
    if ran["node"] and not available().with_docker:
        not_run.append("the same on kind: no Docker engine answers")
    print(f"Could not run here: {'; '.join(not_run) or 'nothing'}.")


_NAMES = {
    "plain": "without a cluster",
    "controlplane": "on a real apiserver",
    "node": "on real containers",
    "browser": "in a real browser",
    "prometheus": "with a real Prometheus",
    "npm": "with third-party servers from npm",
    "loki": "with a real Loki",
    "opensearch": "with a real OpenSearch",
}


def _needs(item: pytest.Item) -> list[str]:
    return [need for need in _NEEDS if item.get_closest_marker(need)]


def _why_not(need: str) -> str | None:
    """Why this machine cannot run tests with this need, after installing what can be installed; None if it can."""
    match need:
        case "controlplane":
            return available().control_plane
        case "node":
            return available().node or available().control_plane
        case "browser":
            return _installed(BROWSER)
        case "npm":
            return None if shutil.which("npm") else _installed(NPM)
        case "loki":
            return why_not(loki.program)
        case "opensearch":
            return why_not(opensearch.jars)
        case _:
            return _installed(PROMETHEUS)


def _installed(packages: Mapping[str, str]) -> str | None:
    return why_not(lambda: require(packages))
