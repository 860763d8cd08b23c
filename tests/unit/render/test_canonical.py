"""What says nothing is left out; what means something by being empty stays."""

from typing import Any

import pytest

from ritsuko_operator.render.canonical import canonical


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"emptyDir": {}}, {"emptyDir": {}}),
        ({"labelSelector": {}}, {"labelSelector": {}}),
        ({"securityContext": {}}, {"securityContext": {}}),
        ({"nodeSelector": {}}, {}),
        ({"nodeSelector": {"role/worker": ""}}, {"nodeSelector": {"role/worker": ""}}),
        ({"nodeSelector": {"divisor": "1000m"}}, {"nodeSelector": {"divisor": "1000m"}}),
        ({"args": []}, {}),
        ({"args": [""]}, {"args": [""]}),
        ({"value": ""}, {}),
        ({"command": None}, {}),
        ({"httpHeaders": [{"name": "A", "value": ""}]}, {"httpHeaders": [{"name": "A", "value": ""}]}),
        ({"volumeMounts": [{"readOnly": False}]}, {"volumeMounts": [{}]}),
        ({"csi": {"readOnly": False}}, {"csi": {"readOnly": False}}),
        ({"securityContext": {"privileged": False}}, {"securityContext": {"privileged": False}}),
        ({"livenessProbe": {"initialDelaySeconds": 0}}, {"livenessProbe": {}}),
        ({"replicas": 0}, {"replicas": 0}),
        ({"limits": {"cpu": "1000m"}, "requests": {}}, {"limits": {"cpu": "1"}}),
        ({"emptyDir": {"sizeLimit": "1024Mi"}}, {"emptyDir": {"sizeLimit": "1Gi"}}),
    ],
)
def test_what_the_apiserver_would_drop_is_dropped(written: dict[str, Any], kept: dict[str, Any]) -> None:
    assert canonical(written) == kept
