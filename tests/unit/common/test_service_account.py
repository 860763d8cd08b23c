"""The pod's ServiceAccount: where the API server is, and a token that is replaced while the pod runs."""

from pathlib import Path

import pytest

from ritsuko_common.service_account import ServiceAccount, ServiceAccountError

IN_A_POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "namespace").write_text("ops\n")
    return tmp_path


def of_pod(environ: dict[str, str], folder: Path) -> ServiceAccount:
    account = ServiceAccount.of_pod(environ, folder)
    assert account is not None
    return account


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        (IN_A_POD, "https://10.0.0.1:6443"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "https://10.0.0.1:443"),
        ({"KUBERNETES_SERVICE_HOST": "fd00::1"}, "https://[fd00::1]:443"),
    ],
)
def test_the_address_is_the_one_of_the_service(environ: dict[str, str], address: str, folder: Path) -> None:
    assert of_pod(environ, folder).address == address


def test_outside_a_pod_there_is_none(folder: Path, tmp_path: Path) -> None:
    assert ServiceAccount.of_pod({}, folder) is None
    assert ServiceAccount.of_pod(IN_A_POD, tmp_path / "nothing") is None


def test_the_token_is_the_one_of_now(folder: Path) -> None:
    account = of_pod(IN_A_POD, folder)
    assert account.token() == "first"
    (folder / "token").write_text("second")
    assert account.token() == "second"


def test_the_namespace_may_be_missing(folder: Path) -> None:
    account = of_pod(IN_A_POD, folder)
    assert account.namespace == "ops"
    (folder / "namespace").unlink()
    assert account.namespace is None


def test_what_is_missing_is_named(folder: Path) -> None:
    account = of_pod(IN_A_POD, folder)
    (folder / "token").unlink()
    with pytest.raises(ServiceAccountError, match="token cannot be read"):
        account.token()
    with pytest.raises(ServiceAccountError, match=r"ca\.crt cannot be used"):
        account.tls()
