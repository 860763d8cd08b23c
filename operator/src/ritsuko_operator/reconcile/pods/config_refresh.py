"""Making the kubelet refresh a mounted ConfigMap at once.

By itself it looks after a minute or more; a change of the pod, such as of an annotation, makes it look now.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from ritsuko_operator.reconcile.cluster import ClusterApi, ObjectRef
from ritsuko_operator.reconcile.errors import GoneError
from ritsuko_operator.reconcile.kinds import POD
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.reconcile.pods.pods import REVISION_ANNOTATION, Pod


async def refresh_config(cluster: ClusterApi, observed: Observation, revision: str, *, just_written: bool) -> list[str]:
    """Notes the config's revision on the pods that may still have an older one mounted; returns their names."""
    stale = stale_pods(observed, revision, just_written=just_written)
    for pod in stale:
        ref = ObjectRef(POD, observed.bot.metadata.namespace, pod.name)
        with contextlib.suppress(GoneError):
            await cluster.patch(ref, {"metadata": {"annotations": {REVISION_ANNOTATION: revision}}})
    return [pod.name for pod in stale]


def stale_pods(observed: Observation, revision: str, *, just_written: bool) -> Sequence[Pod]:
    """Every pod on a node, if the ConfigMap was just written; else the one that reports another revision.

    The latter is for an operator that ended between writing the ConfigMap and poking.
    """
    report = observed.report
    behind = report.pod_uid if report and not report.config_error and report.config_revision != revision else None
    return [
        pod
        for pod in observed.pods
        if pod.scheduled and not pod.leaving and pod.revision != revision and (just_written or pod.uid == behind)
    ]
