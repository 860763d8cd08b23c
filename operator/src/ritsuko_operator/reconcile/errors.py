"""What can go wrong while reconciling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ritsuko_api.reasons import Reason

# 403: the rights, or the namespace, may be on their way. 500 is not here: server-side apply answers it for a manifest
# that it cannot merge, such as one with a variable named twice, and repeating that changes nothing.
_PASSING = frozenset({401, 403, 404, 408, 409, 410, 425, 429, 502, 503, 504})
_NAMESPACE_TERMINATING = "NamespaceTerminating"  # k8s.io/api/core/v1, NamespaceTerminatingCause


class ReconcileError(Exception):
    """The base of everything a reconcile raises on purpose."""


class StatusCause(NamedTuple):
    """One detail of a refusal (`metav1.StatusCause`): the field it is about, if any, and its reason for programs."""

    field: str
    message: str
    reason: str = ""


class ApiError(ReconcileError):
    """The apiserver refused a request. `status` is the HTTP status, `reason` its word for programs."""

    def __init__(self, what: str, status: int, reason: str, message: str, causes: Sequence[StatusCause] = ()) -> None:
        super().__init__(f"{what}: {message}" if message else f"{what}: HTTP {status}")
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = causes

    @property
    def passing(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.status in _PASSING

    @property
    def field_is_immutable(self) -> bool:
        """Whether a field cannot be changed, such as the data of a ConfigMap with `immutable: true`.

        The API has no word for it: validation says so in this text (apimachinery, `FieldImmutableErrorMsg`).
        """
        return self.status == 422 and "field is immutable" in self.message

    @property
    def namespace_ends(self) -> bool:
        """Whether the whole namespace is being deleted."""
        return any(cause.reason == _NAMESPACE_TERMINATING for cause in self.causes)


class GoneError(ApiError):
    """The object of the request is not there (404)."""


class ApiUnreachableError(ReconcileError):
    """There was no answer: no connection, or none in time."""


class NamespaceEndsError(ReconcileError):
    """The whole namespace is being deleted: nothing is made in it any more."""


class ForeignObjectError(ReconcileError):
    """An object has the name of one of ours, and is not ours."""


class NotANameError(ReconcileError):
    """A text that somebody gave for the name of an object, and that would lead to another place of the API."""


class InvalidResourceError(ReconcileError):
    """A resource that the schema let through and that still cannot be used."""

    reason = Reason.INVALID_SPEC

    def __init__(self, kind: str, problems: str) -> None:
        super().__init__(f"this {kind} cannot be used: " + "; ".join(problems.splitlines()))


class ImmutableFieldError(ReconcileError):
    """A field that cannot be changed would have to be."""


class NotDoneError(ReconcileError):
    """A reconcile got only part of the way; what is left is worth another try."""
