"""Acting as the person who asked, so that the cluster's own RBAC decides what each may see.

`zulip:<email>` is the user, `zulip:role:<role>` their group: what RoleBindings name.
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
"""

from __future__ import annotations

from ritsuko_mcp_common import ToolFailure, assertion


def headers() -> dict[str, str]:
    """The headers for the caller of the tool that runs now.

    Raises `ToolFailure` for one who is not verified: nobody gets this server's own rights instead.
    """
    user = assertion.current().user
    if user is None:
        raise ToolFailure(
            "this server impersonates the requester, and this call does not identify one",
            "Call through the bot: it signs the requester's identity into each call.",
        )
    if not user.email.isprintable() or not user.role.isprintable():
        raise ToolFailure("the requester's name is not a valid Kubernetes user name", "It contains control characters.")
    return {"Impersonate-User": f"zulip:{user.email}", "Impersonate-Group": f"zulip:role:{user.role}"}


def username() -> str:
    return headers()["Impersonate-User"]
