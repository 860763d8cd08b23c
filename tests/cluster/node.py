"""One real node: containerd, a kubelet and kube-proxy, in a sandbox on this machine. Linux, as root."""

import json
from pathlib import Path

from tests.cluster import archive, binaries, kubeconfig
from tests.cluster.api import ApiError
from tests.cluster.certificates import Authority
from tests.cluster.kubeconfig import Credentials
from tests.cluster.network import Network
from tests.cluster.plane import ControlPlane
from tests.cluster.sandbox import Sandbox
from tools import cache
from tools.commands import run
from tools.errors import BuildError
from tools.images.image import Image
from tools.packages import program
from tools.progress import step

NODE_NAME = "ritsuko-node"
_PAUSE = "ritsuko.local/pause:1"
_RUNTIME = "/run/containerd/containerd.sock"


class Node:
    """The node of the cluster whose control plane is `plane`, in `sandbox`, which is started and connected."""

    def __init__(self, plane: ControlPlane, sandbox: Sandbox, network: Network) -> None:
        self._plane = plane
        self._sandbox = sandbox
        self._network = network
        self._folder = sandbox.folder

    def start_runtime(self) -> None:
        """Start containerd: from here on images can be loaded, and the control plane isn't needed."""
        (self._folder / "cni").mkdir(exist_ok=True)
        (self._folder / "cni" / "10-ritsuko.conflist").write_text(_cni(self._network))
        config = self._folder / "containerd.toml"
        config.write_text(_containerd(self._folder))
        containerd = self._sandbox.daemon("containerd", program("containerd"), f"--config={config}")
        containerd.start()
        containerd.wait_until(self._ctr_answers, timeout=30)
        pause = cache.install(cache.root() / "images" / "pause-1.tar", _make_pause)
        self.load(Image(_PAUSE, pause))

    def start_kubelet(self) -> None:
        """Start kubelet and kube-proxy, and wait until the node is ready."""
        authority = Authority.open(self._plane.ca_file.parent)
        kubelet_config = self._folder / "kubelet.json"
        kubelet_config.write_text(_kubelet(self._plane, self._sandbox, authority, self._network))
        kubelet = self._sandbox.daemon(
            "kubelet",
            binaries.kubernetes("kubelet"),
            f"--config={kubelet_config}",
            f"--kubeconfig={self._credentials(authority, 'kubelet', f'system:node:{NODE_NAME}', 'system:nodes')}",
            f"--hostname-override={NODE_NAME}",
            f"--node-ip={self._network.node_address}",
        )
        kubelet.start()
        self._sandbox.daemon(
            "kube-proxy",
            binaries.kubernetes("kube-proxy"),
            f"--kubeconfig={self._credentials(authority, 'kube-proxy', 'system:kube-proxy')}",
            f"--hostname-override={NODE_NAME}",
            f"--cluster-cidr={self._network.pods}",
            "--proxy-mode=iptables",
            # settings of the whole machine, which are not ours to change
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0",
        ).start()
        kubelet.wait_until(self._is_ready, timeout=60)

    def load(self, image: Image) -> None:
        """Make an image known to containerd, unless this very archive was loaded before."""
        record = self._folder / "loaded.json"
        loaded: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
        if loaded.get(image.name) == image.archive.name and image.name in self.images():
            return
        with step(f"loading {image.name}"):
            run(*self._ctr("images", "import", "--snapshotter=overlayfs", str(image.archive)))
        record.write_text(json.dumps({**loaded, image.name: image.archive.name}))

    def images(self) -> set[str]:
        return set(run(*self._ctr("images", "list", "--quiet")).split())

    def _ctr(self, *arguments: str) -> list[str]:
        return self._sandbox.command(program("ctr"), f"--address={_RUNTIME}", "--namespace=k8s.io", *arguments)

    def _ctr_answers(self) -> bool:
        try:
            self.images()
        except BuildError:
            return False
        return True

    def _is_ready(self) -> bool:
        try:
            node = self._plane.api.request("GET", f"/api/v1/nodes/{NODE_NAME}")
        except ApiError:
            return False
        tainted = node["spec"].get("taints")
        conditions = {condition["type"]: condition["status"] for condition in node["status"].get("conditions", ())}
        return conditions.get("Ready") == "True" and not tainted

    def _credentials(self, authority: Authority, name: str, user: str, *groups: str) -> Path:
        pair = authority.issue(f"node-{name}", subject=user, groups=groups)
        return kubeconfig.write(
            self._folder / f"{name}.kubeconfig",
            server=self._plane.url,
            authority=self._plane.ca_file,
            credentials=Credentials(pair=pair),
        )


def _make_pause(target: Path) -> None:
    # what a pod's sandbox runs: anything that sleeps; containerd ends it by force
    files = {"/busybox": Path(program("busybox"))}
    archive.write(target, name=_PAUSE, files=files, entrypoint=["/busybox", "sleep", "infinity"])


def _cni(network: Network) -> str:
    # ptp: pods are routed, not bridged, so that their traffic always passes the rules of kube-proxy
    pods = {
        "type": "ptp",
        "ipMasq": True,
        "ipam": {"type": "host-local", "ranges": [[{"subnet": network.pods}]], "routes": [{"dst": "0.0.0.0/0"}]},
    }
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    return json.dumps({"cniVersion": "0.4.0", "name": "ritsuko", "plugins": [pods, portmap]})


def _containerd(folder: Path) -> str:
    return f"""
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "{_RUNTIME}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{_PAUSE}"
# where CAP_SYS_RESOURCE is missing no score may be lowered, and without this no pod starts
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{folder}/cni"
"""


def _kubelet(plane: ControlPlane, sandbox: Sandbox, authority: Authority, network: Network) -> str:
    serving = authority.issue("node-serving", subject=f"system:node:{NODE_NAME}", hosts=[network.node_address])
    return json.dumps(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": network.node_address,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(plane.ca_file)},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(serving.certificate),
            "tlsPrivateKeyFile": str(serving.key),
            "containerRuntimeEndpoint": f"unix://{_RUNTIME}",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": sandbox.cgroup,
            "enforceNodeAllocatable": [],
            "failSwapOn": False,
            # it shares the machine's disk and memory with everything else: it evicts nothing, and loaded
            # images, which can't be pulled again, stay
            "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "imageGCHighThresholdPercent": 100,
            "serializeImagePulls": False,
            # by default a folder of the machine's, which it makes
            "volumePluginDir": "/var/lib/kubelet/volume-plugins",
            "resolvConf": str(sandbox.folder / "resolv.conf"),
        }
    )
