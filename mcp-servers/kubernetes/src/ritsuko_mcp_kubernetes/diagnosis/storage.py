"""Claims for storage that nothing fulfils."""

from __future__ import annotations

from collections.abc import Mapping

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.fields import at


def claim_findings(claim: Json, classes: Mapping[str, Json] | None, *, used: bool) -> list[Finding]:
    """`classes` are the StorageClasses by name, None where they may not be read; `used`: a pod mounts the claim.

    A claim whose class waits for its first consumer is as it should be while it has none.
    """
    subject, phase = Subject.of(claim, "PersistentVolumeClaim"), at(claim, "status").get("phase")
    since = str(at(claim, "metadata").get("creationTimestamp") or "")
    if phase == "Lost":
        return [
            Finding(
                subject,
                Severity.CRITICAL,
                "VolumeLost",
                f"its volume {at(claim, 'spec').get('volumeName')} is gone",
                "Restore the volume, or create a new claim from a backup.",
                since,
            )
        ]
    if phase != "Pending":
        return []
    name = at(claim, "spec").get("storageClassName")
    storage_class = (classes or {}).get(str(name)) if name else _default(classes)
    if classes is not None and name and storage_class is None:
        cause = f"StorageClass {name} does not exist"
        advice = f"There are: {', '.join(classes) or 'none'}."
    elif classes is not None and name is None and storage_class is None:
        cause, advice = (
            "it sets no StorageClass and the cluster has no default",
            "Set storageClassName, or mark a class as default.",
        )
    elif not used and (classes is None or _waits(storage_class)):
        return []
    elif name == "":
        cause, advice = "no existing volume matches it", "Create a PersistentVolume with its size and access mode."
    else:
        cause = (
            f"its provisioner {(storage_class or {}).get('provisioner', 'is unknown and')} has not created a volume yet"
        )
        advice = "Check its events, and that the provisioner is running."
    return [Finding(subject, Severity.CRITICAL, "VolumePending", f"it has no volume: {cause}", advice, since)]


def _waits(storage_class: Json | None) -> bool:
    return (storage_class or {}).get("volumeBindingMode") == "WaitForFirstConsumer"


def _default(classes: Mapping[str, Json] | None) -> Json | None:
    for storage_class in (classes or {}).values():
        annotations = at(storage_class, "metadata", "annotations")
        if annotations.get("storageclass.kubernetes.io/is-default-class") == "true":
            return storage_class
    return None
