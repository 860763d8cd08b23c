"""The control plane: what it gives to tests, and that nothing stays of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import Api, ApiError, ClusterError, ControlPlane, control_plane
from tests.integration.cluster.conftest import eventually, processes_of

pytestmark = pytest.mark.controlplane

_NAMESPACES = "/api/v1/namespaces"


@pytest.fixture(scope="module")
def own_plane():
    with control_plane() as plane:
        yield plane


def test_it_can_go_up_and_down_twice_and_leaves_nothing(tmp_path: Path):
    folder = tmp_path / "plane"
    for _ in range(2):
        with ControlPlane(folder) as plane:
            plane.kubectl("create", "configmap", "made-here")  # refused if the one before had left it
            assert processes_of(folder)
        assert not folder.exists()
        assert not processes_of(folder)


def test_what_is_stored_outlives_the_apiserver(own_plane: ControlPlane):
    own_plane.kubectl("create", "configmap", "kept", "--from-literal=key=value")
    own_plane.stop_apiserver()
    with pytest.raises(OSError):
        own_plane.api.request("GET", _NAMESPACES)
    own_plane.start_apiserver()
    assert own_plane.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.key}") == "value"


def test_a_hanging_etcd_makes_requests_hang_until_it_goes_on(own_plane: ControlPlane):
    own_plane.pause_etcd()
    try:
        with pytest.raises(TimeoutError):
            own_plane.api.request("POST", _NAMESPACES, {"metadata": {"name": "slow"}}, timeout=1)
    finally:
        own_plane.resume_etcd()
    eventually(lambda: own_plane.api.answers("/readyz"), within=30, what="the apiserver is ready")
    own_plane.api.request("GET", _NAMESPACES)


def test_others_get_only_the_rights_that_rbac_gives_them(own_plane: ControlPlane):
    own_plane.kubectl("create", "serviceaccount", "reader")
    own_plane.kubectl("create", "rolebinding", "reader", "--clusterrole=view", "--serviceaccount=default:reader")
    reader = own_plane.kubeconfig_for_serviceaccount("default", "reader")
    nobody = own_plane.kubeconfig_for_user("nobody")
    member = own_plane.kubeconfig_for_user("member", groups=("system:masters",))

    def may(kubeconfig: Path, *what: str) -> bool:
        try:
            return own_plane.kubectl(f"--kubeconfig={kubeconfig}", "auth", "can-i", *what).strip() == "yes"
        except ClusterError:
            return False

    assert may(reader, "list", "pods")
    assert not may(reader, "delete", "pods")
    assert not may(reader, "list", "pods", "--all-namespaces")
    assert not may(nobody, "list", "pods")
    assert may(member, "delete", "pods", "--all-namespaces")


def test_strangers_are_refused(own_plane: ControlPlane):
    with pytest.raises(ApiError) as refused:
        Api(own_plane.url, authority=own_plane.ca_file, token="guessed").request("GET", _NAMESPACES)
    assert refused.value.status == 401
    assert Api(own_plane.url, authority=own_plane.ca_file, token=own_plane.token).request("GET", _NAMESPACES)["items"]


def test_the_users_kubeconfig_is_neither_read_nor_changed(
    own_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    theirs = tmp_path / "config"
    theirs.write_text("not even YAML: [")
    monkeypatch.setenv("KUBECONFIG", str(theirs))
    assert "default" in own_plane.kubectl("get", "namespaces", "-o", "name")
    assert theirs.read_text() == "not even YAML: ["


def test_the_next_one_clears_what_a_killed_process_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    program = (
        "from tests.cluster import control_plane\n"
        "with control_plane() as plane:\n"
        "    print(plane.folder, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as owner:
        assert owner.stdout
        left = Path(owner.stdout.readline().strip())
        os.kill(owner.pid, signal.SIGKILL)
    assert processes_of(left), "the control plane outlives its killed owner"

    with control_plane() as plane:
        assert plane.folder != left
        assert not left.exists()
        assert not processes_of(left)


def test_a_part_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = tmp_path / "bin" / "kube-apiserver"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'no such flag: --frobnicate' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("RITSUKO_KUBERNETES_BIN", str(broken.parent))
    folder = tmp_path / "plane"
    with (
        pytest.raises(ClusterError, match=r"kube-apiserver ended.*\n.*no such flag: --frobnicate"),
        ControlPlane(folder),
    ):
        pass
    assert not processes_of(folder)
