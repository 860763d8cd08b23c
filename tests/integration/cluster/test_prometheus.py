"""The Prometheus beside the cluster has what a real one would have."""

import pytest

from tests.cluster import Cluster, Prometheus
from tests.integration.cluster.conftest import eventually

pytestmark = [pytest.mark.node, pytest.mark.prometheus]


def test_it_scrapes_the_cluster_and_pods_can_ask_it(cluster: Cluster):
    prometheus = Prometheus(cluster)
    prometheus.start(interval_seconds=1)
    try:
        targets = {"prometheus", "apiserver", "kubelet", "cadvisor"}

        def up() -> bool:
            return {series["metric"]["job"] for series in prometheus.query("up == 1")} == targets

        eventually(up, within=20, what="all four are up")
        cluster.kubectl("run", "asked", "--image=ritsuko.local/busybox:1", "--", "sleep", "3600")
        cluster.kubectl("wait", "--for=condition=Ready", "pod/asked", "--timeout=30s")
        memory = 'container_memory_working_set_bytes{namespace="default", pod="asked", container="asked"}'
        eventually(lambda: bool(prometheus.query(memory)), within=30, what="the pod's memory is known")
        ready = f"{prometheus.url_for_pods}/-/ready"
        assert "Ready" in cluster.kubectl("exec", "asked", "--", "busybox", "wget", "-q", "-O", "-", ready)
    finally:
        prometheus.stop()
