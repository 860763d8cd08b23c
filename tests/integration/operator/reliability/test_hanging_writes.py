"""Writes hang, as behind an admission webhook that does not answer: who leads goes on leading, and comes through."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.reliability.proxy import Held, Proxy, Request
from tests.integration.operator.story import Story

pytestmark = pytest.mark.controlplane

_BOTS = 20  # more than there are workers
_DEADLINE = 5.0  # seconds within which the Lease must be renewed


def children_hang(request: Request) -> Held | None:
    others = ("/leases", "/events", "/ritsuko.dev/")
    return Held() if request.write and not any(part in request.path for part in others) else None


def test_a_leader_whose_writes_hang_keeps_its_lease(
    plane: ControlPlane, proxy: Proxy, token: str, story: Story, tmp_path: Path
) -> None:
    settings = {
        "RITSUKO_LEADER_ELECTION": "true",
        "RITSUKO_LEASE_NAMESPACE": story.namespace,
        "RITSUKO_LEASE_DURATION": "6",
        "RITSUKO_LEASE_RENEW_DEADLINE": str(_DEADLINE),
        "RITSUKO_LEASE_RETRY_PERIOD": "0.5",
    }
    names = [f"bot-{number}" for number in range(_BOTS)]
    with OperatorProcess(proxy.kubeconfig(tmp_path, token), tmp_path / "log", **settings) as operator:
        with proxy.spoilt(children_hang):
            for name in names:
                story.sidecar(name, bot=name, server="kubernetes")
                story.bot(name, replicas=2, rbac={"scope": "Namespace"}, networkPolicy={"enabled": True})
            time.sleep(3 * _DEADLINE)
            assert operator.ready()
        for name in names:
            eventually(lambda name=name: story.exists("deployment", name), within=90, what=f"{name} has its Deployment")
        assert operator.ready()
