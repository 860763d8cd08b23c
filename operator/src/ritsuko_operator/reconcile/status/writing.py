"""Writing a status: only if it says something new, of either kind."""

from __future__ import annotations

from ritsuko_operator.reconcile.cluster import ClusterApi, Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, GoneError, NotDoneError
from ritsuko_operator.reconcile.status import content


async def write_status(cluster: ClusterApi, ref: ObjectRef, live: Object, desired: Object) -> bool:
    """Whether the status was written: not if the live one says it already, nor if the object is gone.

    Raises `NotDoneError` if the write was refused.
    """
    if not content.differs(desired, live):
        return False
    try:
        await cluster.apply_status(ref, content.status_manifest(ref, live["metadata"]["uid"], desired))
    except GoneError:
        return False
    except ApiError as error:
        raise NotDoneError(str(error)) from error
    return True
