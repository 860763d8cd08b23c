"""Secrets planted in a cluster, wherever people leave them, come out of no tool."""

import asyncio
import base64
import json
import string
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from ritsuko_mcp_kubernetes.objects.template_changes import changes, differences
from tests.unit.mcp_kubernetes.cluster_of import FakeKubernetesClient, server_of

LETTERS = string.ascii_letters + string.digits
# Long enough to be found in an answer only when it was let out.
SECRETS = st.text(alphabet=LETTERS, min_size=18, max_size=30).filter(
    lambda secret: any(map(str.isalpha, secret)) and any(map(str.isdigit, secret))
)
NAMES = st.sampled_from(["API_TOKEN", "db.password", "AWS_SECRET_ACCESS_KEY", "clientSecret", "PASS", "x-api-key"])
# Where a message is cut to 300 characters, half of the password is left, and nothing behind it.
CUT = "{long} postgres://app:{secret}@db:5432/app"
# Of several words, which show as one value only as long as the line begins with its name.
WORDS = "{name}: correct {secret} battery"
TEXTS = st.sampled_from(
    [
        "{name}={secret}",
        'level=error {name}="{secret}" retry=3',
        "cannot reach postgres://app:{secret}@db:5432/app",
        "Authorization: Bearer {secret}",
        '{{"{name}": "{secret}"}}',
        "curl -u admin:{secret} https://example.com",
        "apiVersion: v1\nkind: Config\nusers:\n- name: ops\n  user:\n    token: {secret}\n",
        "-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----",
        CUT,
        WORDS,
        f"cannot log in:\n{WORDS}\ngiving up",
    ]
)


def _planted(secret: str, name: str, text: str) -> dict[str, Any]:
    """The same secret in every place of a pod template that takes free text."""
    return {
        "metadata": {"labels": {"app": "web"}, "annotations": {"note": text, name: secret}},
        "spec": {
            "initContainers": [{"name": "init", "image": "i", "command": ["init", f"--{name}", secret]}],
            "containers": [
                {
                    "name": "web",
                    "image": "web:1",
                    "args": ["serve", f"--{name}={secret}", "--token", secret, text],
                    "env": [{"name": name, "value": secret}, {"name": "NOTE", "value": text}],
                    "livenessProbe": {
                        "httpGet": {"port": 80, "httpHeaders": [{"name": "Authorization", "value": secret}]}
                    },
                    "readinessProbe": {"exec": {"command": ["check", "--password", f"{secret} battery"]}},
                    "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", f"{name}={secret} stop"]}}},
                }
            ],
        },
    }


def _cluster(secret: str, old: str, name: str, text: str, old_text: str) -> FakeKubernetesClient:
    encoded = base64.b64encode(secret.encode()).decode()
    template, before = _planted(secret, name, text), _planted(old, name, old_text)
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"spec": {"template": template}})}
    selector = {"matchLabels": {"app": "web"}}
    owned = [{"kind": "Deployment", "name": "web", "controller": True}]
    died = {"exitCode": 1, "reason": "Error", "message": text, "finishedAt": "2026-11-24T11:00:00Z"}
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": text}}

    def meta(of: str, **more: Any) -> dict[str, Any]:
        return {"name": of, "namespace": "default", "generation": 1, "uid": of, **more}

    def revision(number: int, content: dict[str, Any]) -> dict[str, Any]:
        notes = {"deployment.kubernetes.io/revision": str(number), "kubernetes.io/change-cause": f"set {name}={old}"}
        metadata = meta(f"web-{number}", annotations={**notes, **applied}, ownerReferences=owned)
        return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": {"template": content}}

    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta("web-1", labels={"app": "web"}, annotations={**template["metadata"]["annotations"]}),
        "spec": template["spec"],
        "status": {
            "phase": "Running",
            "message": text,
            "conditions": [{"type": "Ready", "status": "False", "message": text}],
            "containerStatuses": [
                {"name": "web", "restartCount": 5, "state": waiting, "lastState": {"terminated": died}}
            ],
        },
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta("web", annotations=applied),
        "spec": {"replicas": 1, "selector": selector, "template": template},
        "status": {
            "observedGeneration": 1,
            "conditions": [{"type": "Progressing", "status": "False", "reason": "Failed", "message": text}],
        },
    }
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": meta("web-1.1", creationTimestamp="2026-11-24T11:00:00Z"),
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "web-1"},
        "type": "Warning",
        "reason": "BackOff",
        "message": text,
        "lastTimestamp": "2999-01-01T00:00:00Z",
    }
    secret_object = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": meta("web", annotations=applied),
        "data": {"anything": encoded},
        "stringData": {"else": secret},
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta("web"),
        "data": {"file": text, name: secret, "json": json.dumps({name: secret})},
        "binaryData": {"file": base64.b64encode(f"{name}={secret}".encode()).decode()},
    }
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    objects = [pod, deployment, event, secret_object, config, space, revision(1, before), revision(2, template)]
    return FakeKubernetesClient(objects, log=f"starting\n{text}\nbye\n")


_OBJECTS = ["pods", "deployments", "replicasets", "events", "secrets", "configmaps"]
_ONE = [("pod", "web-1"), ("deployment", "web"), ("secret", "web"), ("configmap", "web")]
CALLS: list[tuple[str, dict[str, Any]]] = [
    *(("get", {"kind": kind, "output": output}) for kind in _OBJECTS for output in ("table", "wide", "yaml", "json")),
    *(("get", {"kind": kind, "name": name, "output": "yaml"}) for kind, name in _ONE),
    *(("describe", {"kind": kind, "name": name}) for kind, name in _ONE),
    *(("relations", {"kind": kind, "name": name}) for kind, name in _ONE[:2]),
    *(("diagnose", {"kind": kind, "name": name}) for kind, name in _ONE[:2]),
    ("problems", {}),
    ("problems", {"all_namespaces": True}),
    ("events", {}),
    ("events", {"about": "pod/web-1", "type": "Warning"}),
    ("logs", {"name": "web-1"}),
    ("logs", {"name": "deployment/web", "previous": True}),
    ("rollout", {"kind": "deployment", "name": "web"}),
]


# Not shrunk: an example is 45 calls, and the message says which of them let what out.
@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(secret=SECRETS, old=SECRETS, name=NAMES, text=TEXTS, old_text=TEXTS)
@example(secret="a1" * 12, old="b2" * 12, name="PASS", text=CUT, old_text=CUT)
@example(secret="a1" * 12, old="b2" * 12, name="db.password", text=WORDS, old_text=WORDS)
def test_planted_secrets_come_out_of_no_tool(secret: str, old: str, name: str, text: str, old_text: str) -> None:
    pem = "\n".join(base64.b64encode((value * 5)[:96].encode()).decode() for value in (secret, old))
    fill = {"name": name, "pem": pem, "long": "x" * 260}
    client = _cluster(secret, old, name, text.format(secret=secret, **fill), old_text.format(secret=old, **fill))
    forbidden = {secret, old, *pem.split()}
    forbidden.add("battery")
    forbidden |= {base64.b64encode(value.encode()).decode().rstrip("=") for value in (secret, old)}
    with pytest.MonkeyPatch.context() as monkeypatch:
        server = server_of(client, monkeypatch)

        async def ask_everything() -> None:
            for tool, arguments in CALLS:
                result = await server.call_tool(tool, arguments)
                assert not result.is_error, (tool, arguments, result.content)
                answer = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
                let_out = [value for value in forbidden if value in answer or value[:12] in answer]
                assert not let_out, f"{tool} {arguments} lets out {let_out}: {answer}"

        asyncio.run(ask_everything())


@pytest.mark.parametrize("cut", range(0, 12, 3))
async def test_a_key_whose_beginning_scrolled_out_of_the_log_stays_in(
    cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = [base64.b64encode(bytes(range(number, number + 48))).decode() for number in range(12)]
    client = _cluster("s" * 17 + "1", "o" * 17 + "1", "API_TOKEN", "-", "-")
    for end in (["-----END RSA PRIVATE KEY-----", "done"], []):
        client.log = "\n".join([*body[cut:], *end])
        result = await server_of(client, monkeypatch).call_tool("logs", {"name": "web-1"})
        answer = json.dumps(result.model_dump(mode="json"))
        assert not [line for line in body[cut:] if line in answer]


async def test_a_rollout_tells_that_a_secret_changed_and_not_what_to(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _cluster("new-value-0123456789", "old-value-0123456789", "API_TOKEN", "one", "two")
    result = await server_of(client, monkeypatch).call_tool("rollout", {"kind": "deployment", "name": "web"})
    assert result.structured_content is not None
    changed = result.structured_content["data"][0]["CHANGED"]
    before, after = changed.partition("spec.containers[web].env[API_TOKEN].value: ")[2].split("; ")[0].split(" -> ")
    assert before == after == "[redacted-value]"
    assert "spec.containers[web].env[NOTE].value: two -> one" in changed


def test_changes_name_entries_by_their_key_and_others_by_their_place() -> None:
    before = {"spec": {"containers": [{"name": "a", "image": "1", "args": ["x", "y"]}]}}
    after = {"spec": {"containers": [{"name": "a", "image": "2", "args": ["x", "z"]}]}}
    assert changes(before, after, differences(before, after)) == [
        "spec.containers[a].image: 1 -> 2",
        "spec.containers[a].args[1]: y -> z",
    ]
