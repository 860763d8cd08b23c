"""How to reach the apiserver: what the pod's ServiceAccount or a kubeconfig says."""

from __future__ import annotations

import dataclasses
import os

import kopf

from ritsuko_operator.runtime.errors import ConnectionSettingsError


def connection_info() -> kopf.ConnectionInfo:
    """Reads it again each time: a ServiceAccount's token is replaced while the pod runs.

    `KUBECONFIG` wins over the ServiceAccount. Raises `ConnectionSettingsError` if there is neither.
    """
    settings = kopf.OperatorSettings()
    if os.environ.get("KUBECONFIG"):
        info = kopf.login_with_kubeconfig(settings=settings)
    else:
        info = kopf.login_with_service_account(settings=settings)
        host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        if info is not None and host:
            # the address and not the name: the operator also works while the cluster's DNS does not
            info = dataclasses.replace(info, server=f"https://{f'[{host}]' if ':' in host else host}:{port}")
    if info is None:
        raise ConnectionSettingsError(
            "no credentials for the apiserver: set KUBECONFIG, or run in a pod with a ServiceAccount token"
        )
    return info
