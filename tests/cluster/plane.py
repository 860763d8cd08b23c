"""A real control plane as plain processes: no root, no containers, ready in a few seconds.

It is etcd, kube-apiserver, kube-controller-manager and, for clusters with a node, kube-scheduler.

    with ControlPlane(folder) as plane:
        plane.kubectl("apply", "-f", "crds/")
"""

import json
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cluster import binaries, kubeconfig, ports
from tests.cluster.certificates import Authority, KeyPair, new_signing_key
from tests.cluster.client import Client
from tests.cluster.daemons import Daemon
from tests.cluster.kubeconfig import Credentials

SERVICE_NETWORK = "10.96.0.0/16"
_APISERVER_IN_CLUSTER = "10.96.0.1"  # the first address of SERVICE_NETWORK, always


@dataclass(frozen=True)
class Endpoints:
    """Where the parts of one control plane listen; settled when it first starts."""

    address: str
    apiserver: int
    etcd: int
    etcd_peer: int
    token: str


class ControlPlane(Client):
    """One control plane whose whole state is in `folder`.

    Args:
        folder: made if absent; a control plane that already runs there is taken over as it is.
        address: what the apiserver listens on.
        scheduler: start kube-scheduler too; without a node nothing needs it.
    """

    def __init__(self, folder: Path, *, address: str = "127.0.0.1", scheduler: bool = False) -> None:
        super().__init__(folder)
        self._address = address
        self._scheduler = scheduler
        self._pki = folder / "pki"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    # --- what a client needs

    @property
    def url(self) -> str:
        return f"https://{self._endpoints.address}:{self._endpoints.apiserver}"

    @property
    def token(self) -> str:
        """A bearer token of the administrator."""
        return self._endpoints.token

    def kubeconfig_for_user(self, name: str, *, groups: tuple[str, ...] = ()) -> Path:
        """A kubeconfig of user `name`, who has no rights but those that RBAC gives the name and `groups`."""
        pair = Authority.open(self._pki).issue(f"user-{name.replace(':', '-')}", subject=name, groups=groups)
        return self._write_kubeconfig(f"user-{name.replace(':', '-')}", Credentials(pair=pair))

    def server_certificate(self, name: str, *, hosts: tuple[str, ...]) -> KeyPair:
        """A certificate that this cluster's parts trust, as a kubelet or a webhook serves with."""
        return Authority.open(self._pki).issue(f"server-{name}", subject=name, hosts=hosts)

    # --- faults, for tests

    def stop_apiserver(self) -> None:
        # left alone it would wait long for the watches that are open
        self._daemon("kube-apiserver").stop(patience=2)

    def kill_apiserver(self) -> None:
        self._daemon("kube-apiserver").kill()

    def start_apiserver(self) -> None:
        """Start it again where it was, and wait until it is ready."""
        apiserver = self._daemon("kube-apiserver", self._apiserver_command())
        apiserver.start()
        api = self.api
        apiserver.wait_until(lambda: api.answers("/readyz"), timeout=60)

    def pause_etcd(self) -> None:
        """Let etcd hang: requests to the apiserver time out until `resume_etcd`."""
        self._daemon("etcd").pause()

    def resume_etcd(self) -> None:
        self._daemon("etcd").resume()

    def kill_etcd(self) -> None:
        """End it without warning: requests to the apiserver fail until `start_etcd`."""
        self._daemon("etcd").kill()

    def start_etcd(self) -> None:
        self._daemon("etcd", self._etcd_command()).start()

    # --- life

    @property
    def running(self) -> bool:
        return all(self._daemon(name).alive for name in self._components) and self.api.answers("/readyz")

    def start(self) -> None:
        """Start what doesn't run yet and wait until all of it is ready.

        Raises:
            ClusterError: a part did not start; with the end of its log.
        """
        if not (self.folder / "endpoints.json").exists():
            self._settle()
        self.start_etcd()
        self.start_apiserver()
        controllers = self._daemon("kube-controller-manager", self._controller_manager_command())
        controllers.start()
        if self._scheduler:
            self._daemon("kube-scheduler", self._scheduler_command()).start()
        # the controllers made it, so they work
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        api = self.api
        controllers.wait_until(lambda: api.answers(account), timeout=60)

    def stop(self) -> None:
        for name in reversed(self._components):
            self._daemon(name).stop(patience=2)

    @property
    def _components(self) -> list[str]:
        return ["etcd", "kube-apiserver", "kube-controller-manager", *(["kube-scheduler"] if self._scheduler else [])]

    def _daemon(self, name: str, command: list[str] | None = None) -> Daemon:
        return Daemon(name, self.folder, command or [])

    @property
    def _endpoints(self) -> Endpoints:
        return Endpoints(**json.loads((self.folder / "endpoints.json").read_text()))

    def _settle(self) -> None:
        """Choose ports, sign certificates, write the kubeconfigs."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        apiserver, etcd, etcd_peer = ports.free(3, "127.0.0.1", self._address)
        endpoints = Endpoints(self._address, apiserver, etcd, etcd_peer, secrets.token_urlsafe(32))

        authority = Authority.create(self._pki)
        names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]
        loopback = ["localhost", "127.0.0.1"]
        authority.issue("etcd", subject="etcd", hosts=loopback)
        authority.issue(
            "apiserver", subject="kube-apiserver", hosts=[*names, *loopback, self._address, _APISERVER_IN_CLUSTER]
        )
        authority.issue("apiserver-kubelet", subject="kube-apiserver", groups=["system:masters"])
        authority.issue("aggregator", subject="aggregator")
        new_signing_key(self._pki, "service-accounts")
        admin = authority.issue("admin", subject="admin", groups=["system:masters"])
        tokens = self._pki / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f'{endpoints.token},admin,admin,"system:masters"\n')

        (self.folder / "endpoints.json").write_text(json.dumps(asdict(endpoints)))
        (self.folder / "endpoints.json").chmod(0o600)
        kubeconfig.write(self.kubeconfig, server=self.url, authority=self.ca_file, credentials=Credentials(pair=admin))
        for component in ("kube-controller-manager", "kube-scheduler"):
            pair = authority.issue(component, subject=f"system:{component}")
            self._write_kubeconfig(component, Credentials(pair=pair))

    def _etcd_command(self) -> list[str]:
        client, peer = (f"https://127.0.0.1:{port}" for port in (self._endpoints.etcd, self._endpoints.etcd_peer))
        pair = (f"{self._pki}/etcd.crt", f"{self._pki}/etcd.key", str(self.ca_file))
        return [
            binaries.etcd(),
            f"--data-dir={self.folder}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # whoever may talk to etcd rules the cluster, and with a node the machine
            *(f"--{who}client-cert-auth=true" for who in ("", "peer-")),
            *(
                f"--{who}{what}={file}"
                for who in ("", "peer-")
                for what, file in zip(("cert-file", "key-file", "trusted-ca-file"), pair, strict=True)
            ),
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def _apiserver_command(self) -> list[str]:
        pki = self._pki
        return [
            binaries.kubernetes("kube-apiserver"),
            f"--bind-address={self._endpoints.address}",
            f"--advertise-address={self._endpoints.address}",
            f"--secure-port={self._endpoints.apiserver}",
            f"--etcd-servers=https://127.0.0.1:{self._endpoints.etcd}",
            f"--etcd-cafile={pki}/ca.crt",
            f"--etcd-certfile={pki}/etcd.crt",
            f"--etcd-keyfile={pki}/etcd.key",
            f"--client-ca-file={pki}/ca.crt",
            f"--token-auth-file={pki}/tokens.csv",
            f"--tls-cert-file={pki}/apiserver.crt",
            f"--tls-private-key-file={pki}/apiserver.key",
            f"--kubelet-certificate-authority={pki}/ca.crt",
            f"--kubelet-client-certificate={pki}/apiserver-kubelet.crt",
            f"--kubelet-client-key={pki}/apiserver-kubelet.key",
            # by address, or `kubectl logs` looks up the node's name
            "--kubelet-preferred-address-types=InternalIP",
            f"--proxy-client-cert-file={pki}/aggregator.crt",
            f"--proxy-client-key-file={pki}/aggregator.key",
            # the host reaches pods but no ClusterIP
            "--enable-aggregator-routing=true",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={pki}/service-accounts.pub",
            f"--service-account-signing-key-file={pki}/service-accounts.key",
            f"--service-cluster-ip-range={SERVICE_NETWORK}",
            "--authorization-mode=Node,RBAC",
            # OwnerReferences...: as strict as the strictest clusters are, see field `blockOwnerDeletion`
            "--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement",
            "--allow-privileged=true",
            "--profiling=false",
        ]

    def _controller_manager_command(self) -> list[str]:
        credentials = f"{self.folder}/kubeconfigs/kube-controller-manager"
        # there is no cloud, and the node's pod network is settled by its CNI configuration
        without = ["nodeipam", "cloud-node-lifecycle"]
        if not self._scheduler:
            # where nothing schedules, tests bind pods to nodes that do not exist: a minute later it would delete them
            without.append("pod-garbage-collector-controller")
        return [
            binaries.kubernetes("kube-controller-manager"),
            *(f"--{which}kubeconfig={credentials}" for which in ("", "authentication-", "authorization-")),
            f"--service-account-private-key-file={self._pki}/service-accounts.key",
            f"--root-ca-file={self.ca_file}",
            "--use-service-account-credentials=true",
            f"--controllers=*,{','.join(f'-{name}' for name in without)}",
            # by default a folder of the machine's, which it makes
            f"--flex-volume-plugin-dir={self.folder}/volume-plugins",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def _scheduler_command(self) -> list[str]:
        credentials = f"{self.folder}/kubeconfigs/kube-scheduler"
        return [
            binaries.kubernetes("kube-scheduler"),
            *(f"--{which}kubeconfig={credentials}" for which in ("", "authentication-", "authorization-")),
            "--leader-elect=false",
            "--secure-port=0",
        ]
