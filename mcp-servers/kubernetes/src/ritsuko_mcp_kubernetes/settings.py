"""Which cluster, and as whom."""

from __future__ import annotations

from pydantic import Field

from ritsuko_mcp_common import ServerSettings


class KubernetesSettings(ServerSettings):
    """In a pod nothing needs to be set: the ServiceAccount's token and namespace are used."""

    mcp_port: int = Field(default=8081, ge=0, le=65535, description="port to listen on")
    kubeconfig: str = Field(
        default="", description="kubeconfig file; unset: the pod's ServiceAccount, or else the user's kubeconfig"
    )
    kubernetes_context: str = Field(
        default="",
        description="contexts of the kubeconfig to offer, the default first: a,b; * for all; unset: the current one",
    )
    ritsuko_impersonation: bool = Field(
        default=False,
        description="impersonate the requester (user zulip:<email>, group zulip:role:<role>): RoleBindings decide",
    )
    kubernetes_max_response_bytes: int = Field(
        default=16_000_000, ge=100_000, description="maximum bytes read from the API server for one request"
    )
