"""The node: what works on it, and that nothing stays of it."""

import http.server
import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cluster import Cluster, ClusterError, LocalCluster, available, binaries, open_cluster, ports
from tests.integration.cluster.conftest import busybox_image, eventually, processes_of
from tools.images.image import Image

pytestmark = pytest.mark.node

_LOCAL_ONLY = pytest.mark.skipif(available().with_docker, reason="what Docker leaves on a machine is Docker's")

_TWO_CONTAINERS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: red}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: two}
spec:
  selector: {matchLabels: {app: two}}
  template:
    metadata: {labels: {app: two}}
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{name: settings, configMap: {name: settings}}]
      containers:
        - name: talker
          image: ritsuko.local/busybox:1
          args: [sh, -c, "echo hello from the pod; exec busybox sleep 3600"]
          volumeMounts: [{name: settings, mountPath: /settings}]
        - name: server
          image: ritsuko.local/busybox:1
          args:
            - sh
            - -c
            - while true; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nserved' | busybox nc -l -p 8080; done
          readinessProbe: {tcpSocket: {port: 8080}}
"""


@pytest.fixture(scope="module")
def pod(cluster: Cluster) -> str:
    cluster.kubectl("apply", "-f", "-", input=_TWO_CONTAINERS)
    cluster.kubectl("wait", "--for=condition=Available", "deployment/two", "--timeout=60s", timeout=70)
    return cluster.kubectl("get", "pods", "-l", "app=two", "-o", "jsonpath={.items[0].metadata.name}")


def inside(cluster: Cluster, pod: str, *command: str) -> str:
    return cluster.kubectl("exec", pod, "-c", "talker", "--", "busybox", *command)


def test_two_containers_run_and_their_logs_are_readable(cluster: Cluster, pod: str):
    statuses = json.loads(cluster.kubectl("get", "pod", pod, "-o", "json"))["status"]["containerStatuses"]
    assert {status["name"]: status["ready"] for status in statuses} == {"talker": True, "server": True}
    assert cluster.kubectl("logs", pod, "-c", "talker") == "hello from the pod\n"


def test_commands_run_in_a_container(cluster: Cluster, pod: str):
    assert inside(cluster, pod, "cat", "/settings/colour") == "red"
    with pytest.raises(ClusterError, match="exit code 3"):
        cluster.kubectl("exec", pod, "-c", "talker", "--", "sh", "-c", "exit 3")


def test_a_port_is_forwarded(cluster: Cluster, pod: str):
    (port,) = ports.free(1, "127.0.0.1")
    command = [
        binaries.kubernetes("kubectl"),
        f"--kubeconfig={cluster.kubeconfig}",
        "port-forward",
        pod,
        f"{port}:8080",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forward:
        try:
            assert forward.stdout
            assert "Forwarding" in forward.stdout.readline()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                assert answer.read() == b"served"
        finally:
            forward.terminate()


def test_a_pod_reaches_the_apiserver_by_its_cluster_address(cluster: Cluster, pod: str):
    address = cluster.kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")
    answer = inside(cluster, pod, "wget", "-q", "-O", "-", "--no-check-certificate", f"https://{address}/version")
    assert json.loads(answer)["major"] == "1"


def test_a_pod_reaches_a_program_on_this_machine(cluster: Cluster, pod: str):
    with serving(cluster.bind_address, b"from the host") as port:
        answer = inside(cluster, pod, "wget", "-q", "-O", "-", f"http://{cluster.host_address}:{port}/")
    assert answer == "from the host"


def test_the_apiserver_reaches_a_pod(cluster: Cluster, pod: str):
    assert cluster.api.text("GET", f"/api/v1/namespaces/default/pods/{pod}:8080/proxy/") == "served"


def test_a_mounted_configmap_is_refreshed_when_the_pod_is_annotated(cluster: Cluster, pod: str):
    cluster.kubectl("patch", "configmap", "settings", "-p", '{"data": {"colour": "blue"}}')
    cluster.kubectl("annotate", "pod", pod, "ritsuko.dev/refresh=1")
    eventually(
        lambda: inside(cluster, pod, "cat", "/settings/colour") == "blue", within=2, what="the new value is mounted"
    )


def test_a_changed_image_of_the_same_name_replaces_the_old_one(cluster: Cluster, tmp_path: Path):
    name = "ritsuko.local/changing:1"
    for version in ("first", "second"):
        cluster.load(busybox_image(tmp_path / f"{version}.tar", name, label=f"/{version}"))
        cluster.kubectl("run", version, f"--image={name}", "--restart=Never", "--", "ls", f"/{version}")
        cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{version}", "--timeout=30s")


@_LOCAL_ONLY
def test_after_everything_was_killed_it_starts_again(busybox: Image):
    with open_cluster() as cluster:
        cluster.kubectl("create", "configmap", "before")
        for pid in processes_of(cluster.folder):
            with suppress(ProcessLookupError):  # the kernel ends what lived in a namespace with its first process
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: not processes_of(cluster.folder), within=10, what="all of it is dead")
        assert not cluster.running

        cluster.start()
        cluster.load(busybox)
        run_a_pod(cluster)
        cluster.start()  # and when it runs it is left alone
        cluster.kubectl("get", "pod", "one")


@_LOCAL_ONLY
def test_nothing_of_it_stays_on_the_machine(busybox: Image):
    before = traces()
    with open_cluster() as cluster:
        assert isinstance(cluster, LocalCluster)
        folder = cluster.folder
        cluster.load(busybox)
        run_a_pod(cluster)
        assert processes_of(folder)
        # even while it runs no more than this shows
        assert {what for what, seen in traces().items() if seen != before[what]} == {"interfaces", "routes", "cgroups"}
    assert traces() == before
    assert not processes_of(folder)
    assert not folder.exists()


def run_a_pod(cluster: Cluster) -> None:
    cluster.kubectl("run", "one", "--image=ritsuko.local/busybox:1", "--", "sleep", "3600")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/one", "--timeout=30s")


_FOLDERS = (
    "/etc/cni /etc/kubernetes /usr/libexec/kubernetes /opt/cni /var/lib/kubelet /var/lib/cni /var/lib/containerd "
    "/var/log/pods /var/log/containers /run/containerd /run/netns /run/xtables.lock"
)
_SETTINGS = "vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops net.ipv4.ip_forward"
_TRACES = {
    "mounts": "cat /proc/self/mounts",
    "interfaces": "ip -brief link | cut -d' ' -f1",
    "routes": "ip route",
    "rules": "iptables-save | grep -v '^#'",
    "cgroups": "find /sys/fs/cgroup -maxdepth 2 -name 'ritsuko-*'",
    "folders": f"ls -d {_FOLDERS} 2>/dev/null",
    "settings": f"sysctl {_SETTINGS}",
}


def traces() -> dict[str, str]:
    """What a cluster could leave behind on this machine, outside the cache."""
    return {
        what: subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stdout
        for what, command in _TRACES.items()
    }


@contextmanager
def serving(address: str, content: bytes) -> Iterator[int]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None: ...

    with http.server.ThreadingHTTPServer((address, 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
