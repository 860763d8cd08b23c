"""A real Prometheus beside the cluster, scraping what one in production would: itself, apiserver, kubelet, cAdvisor.

It is Debian's program, a process on this machine; all in the cluster it asks through the apiserver, as a ServiceAccount
that may do just that.
"""

import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.cluster import debian, ports
from tests.cluster.client import Cluster
from tests.cluster.daemons import Daemon
from tools import packages

_NAMESPACE = "kube-system"
_ACCOUNT = "ritsuko-prometheus"
_RULES = [
    {"apiGroups": [""], "resources": ["nodes/proxy", "nodes/metrics"], "verbs": ["get"]},
    {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
]


class Prometheus:
    """The Prometheus of `cluster`; its files are in the cluster's folder, and with the cluster it ends."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._folder = cluster.folder / "prometheus"
        self._daemon = Daemon("prometheus", cluster.folder)

    @property
    def port(self) -> int:
        return int((self._folder / "port").read_text())

    @property
    def url(self) -> str:
        """As seen from this machine."""
        return f"http://{self._cluster.bind_address}:{self.port}"

    @property
    def url_for_pods(self) -> str:
        return f"http://{self._cluster.host_address}:{self.port}"

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The result of an instant query."""
        parameters = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{parameters}", timeout=10) as answer:
            return json.load(answer)["data"]["result"]

    def start(self, *, port: int | None = None, interval_seconds: int = 3) -> None:
        """Start it, or leave it as it is when it runs, and wait until it has scraped the kubelet.

        Args:
            port: a free one if None.
        """
        if self._daemon.alive:
            return
        packages.require(debian.PROMETHEUS)
        self._folder.mkdir(exist_ok=True)
        (self._folder / "port").write_text(str(port or ports.free(1, self._cluster.bind_address)[0]))
        self._permit()
        self._write_token()
        config = self._folder / "prometheus.json"
        config.write_text(json.dumps(self._config(interval_seconds)))
        daemon = Daemon(
            "prometheus",
            self._cluster.folder,
            [
                packages.program("prometheus"),
                f"--config.file={config}",
                f"--storage.tsdb.path={self._folder}/data",
                f"--web.listen-address={self._cluster.bind_address}:{self.port}",
                "--log.level=warn",
            ],
        )
        daemon.start()
        daemon.wait_until(self._has_data, timeout=60, what="scraping the kubelet")

    def stop(self) -> None:
        self._daemon.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _has_data(self) -> bool:
        try:
            return bool(self.query('container_memory_working_set_bytes{job="cadvisor"} and on(job) up == 1'))
        except (urllib.error.URLError, ConnectionError):
            return False

    def _permit(self) -> None:
        name = {"name": _ACCOUNT}
        rbac = "rbac.authorization.k8s.io"
        account = {"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": _NAMESPACE}
        role = {"apiGroup": rbac, "kind": "ClusterRole", "name": _ACCOUNT}
        items: list[dict[str, Any]] = [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**name, "namespace": _NAMESPACE}},
            {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": name, "rules": _RULES},
            {
                "apiVersion": f"{rbac}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": name,
                "roleRef": role,
                "subjects": [account],
            },
        ]
        self._cluster.kubectl(
            "apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        )

    def _write_token(self) -> None:
        token = self._cluster.token_for_serviceaccount(_NAMESPACE, _ACCOUNT)
        with os.fdopen(os.open(self._token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)

    def _nodes(self) -> list[str]:
        return [node["metadata"]["name"] for node in self._cluster.api.request("GET", "/api/v1/nodes")["items"]]

    @property
    def _token(self) -> Path:
        return self._folder / "token"

    def _config(self, interval_seconds: int) -> dict[str, Any]:
        apiserver = self._cluster.url.removeprefix("https://")
        access = {
            "authorization": {"credentials_file": str(self._token)},
            "tls_config": {"ca_file": str(self._cluster.ca_file)},
        }

        def on_nodes(job: str, path: str) -> dict[str, Any]:
            # Debian's Prometheus is built without discovery of Kubernetes; nodes of ours don't come and go
            nodes = [
                {
                    "targets": [apiserver],
                    "labels": {"instance": node, "__metrics_path__": f"/api/v1/nodes/{node}/proxy{path}"},
                }
                for node in self._nodes()
            ]
            return {"job_name": job, "scheme": "https", **access, "static_configs": nodes}

        interval = f"{interval_seconds}s"
        return {
            "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
            "scrape_configs": [
                {"job_name": "prometheus", "static_configs": [{"targets": [self.url.removeprefix("http://")]}]},
                {
                    "job_name": "apiserver",
                    "scheme": "https",
                    **access,
                    "static_configs": [{"targets": [apiserver]}],
                },
                on_nodes("kubelet", "/metrics"),
                on_nodes("cadvisor", "/metrics/cadvisor"),
            ],
        }
