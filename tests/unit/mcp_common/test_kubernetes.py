"""Which cluster is meant."""

from pathlib import Path

import pytest
import yaml

from ritsuko_common.service_account import ServiceAccount
from ritsuko_mcp_common import BackendUnreachable, ConfigurationError
from ritsuko_mcp_common.kubernetes import connect, find


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_CONTEXT", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _kubeconfig(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cluster = {"server": "https://cluster.example.com"}
    content = {
        "current-context": "staging",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [
            {"name": "staging", "context": {"cluster": "c", "user": "u", "namespace": "web"}},
            {"name": "production", "context": {"cluster": "c", "user": "u"}},
        ],
    }
    path.write_text(yaml.safe_dump(content))
    return path


def _service_account(folder: Path) -> Path:
    folder.mkdir()
    (folder / "token").write_text("t")
    (folder / "namespace").write_text("ops\n")
    return folder


def test_in_a_pod_its_service_account_and_namespace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    _kubeconfig(home / ".kube/config")
    (target,) = find(folder=_service_account(home / "sa"))
    assert target is not None
    assert target.service_account == ServiceAccount("https://10.0.0.1:443", home / "sa")
    assert target.namespace == "ops"


def test_a_kubeconfig_that_is_named_goes_before_the_pod(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    named = str(_kubeconfig(home / "other"))
    (target,) = find(kubeconfig=named, folder=_service_account(home / "sa"))
    assert target is not None
    assert (target.context, target.namespace) == ("staging", "web")


def test_elsewhere_the_users_kubeconfig_with_a_context_of_choice(home: Path) -> None:
    _kubeconfig(home / ".kube/config")
    (target,) = find(contexts="production")
    assert target is not None
    assert (target.name, target.namespace) == ("production", "default")


def test_several_clusters_the_default_one_first(home: Path) -> None:
    _kubeconfig(home / ".kube/config")
    chosen = find(contexts="production, staging")
    assert [target.name for target in chosen if target] == ["production", "staging"]
    everything = find(contexts="*")
    assert [target.name for target in everything if target] == ["staging", "production"]


def test_an_unknown_context_gets_the_nearest_name(home: Path) -> None:
    _kubeconfig(home / ".kube/config")
    with pytest.raises(ConfigurationError, match="Did you mean production"):
        find(contexts="prodution")


@pytest.mark.parametrize("content", ["", "[]", "not: a kubeconfig", "{{"])
def test_a_broken_kubeconfig_is_named(home: Path, content: str) -> None:
    path = home / "broken"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="KUBECONFIG"):
        find(kubeconfig=str(path))


async def test_with_no_cluster_at_all_the_server_starts_and_says_what_to_do(home: Path) -> None:
    (target,) = find()
    assert target is None
    with pytest.raises(BackendUnreachable, match="no cluster is configured"):
        await connect(target)
