"""How to reach the apiserver: what the pod's ServiceAccount or a kubeconfig says."""

from __future__ import annotations

import os

import kopf

from ritsuko_common.service_account import ServiceAccount, ServiceAccountError
from ritsuko_operator.runtime.errors import ConnectionSettingsError


def connection_info() -> kopf.ConnectionInfo:
    """Reads it again each time: a ServiceAccount's token is replaced while the pod runs.

    `KUBECONFIG` wins over the ServiceAccount. Raises `ConnectionSettingsError` if there is neither.
    """
    if os.environ.get("KUBECONFIG"):
        info = kopf.login_with_kubeconfig(settings=kopf.OperatorSettings())
    else:
        account = ServiceAccount.of_pod(os.environ)
        info = None if account is None else _info(account)
    if info is None:
        raise ConnectionSettingsError(
            "no credentials for the apiserver: set KUBECONFIG, or run in a pod with a ServiceAccount token"
        )
    return info


def _info(account: ServiceAccount) -> kopf.ConnectionInfo:
    try:
        token = account.token()
    except ServiceAccountError as error:
        raise ConnectionSettingsError(str(error)) from error
    return kopf.ConnectionInfo(
        server=account.address,
        ca_path=str(account.authority),
        token=token,
        default_namespace=account.namespace,
    )
