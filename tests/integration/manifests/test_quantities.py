"""Quantities: what we write, a real apiserver gives back as it is; and it means what the user wrote."""

import random

import pytest

from ritsuko_common.quantity import canonical_quantity
from tests.cluster import ControlPlane

pytestmark = pytest.mark.controlplane

CORNERS = [
    "0", "0.0", "0Ki", "00", "007", "1000m", "1500m", "0.05", "0.5", ".5", "5.", "1.0", "+1", "1n", "999n", "0.1n",
    "1u", "1000u", "100000000n", "1k", "1000k", "1024", "1024Ki", "1Ki", "1023Ki", "1024Mi", "1025Mi", "1.5Gi",
    "0.5Gi", "0.5Ki", "0.1Ki", "0.1Mi", "1.1Gi", "1536", "512Ki", "1Ei", "7Ei", "8Ei", "1E", "9E", "100E", "1e3",
    "1E3", "12e2", "1e-3", "1e9", "1.25e4", "0e5", "123456789", "123456789123", "999999999999999999", "1M", "1Gi",
    "1000000Ki", "1000Ki", "1048576k",
]  # fmt: skip


def made_up(chance: random.Random) -> str:
    digits = chance.choice([1, 2, 3, 6, 9, 12])
    number = str(chance.randrange(10**digits))
    if chance.random() < 0.4:
        number += "." + str(chance.randrange(10 ** chance.choice([1, 2, 3, 6])))
    suffixes = ["n", "u", "m", "", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e0", "e3", "E2", "e-2", "e7"]
    return number + chance.choice(suffixes)


def given_back(plane: ControlPlane, *, cpus: list[str], sizes: list[str]) -> tuple[list[str], list[str]]:
    """The quantities as the apiserver gives them back, as limits of containers and as sizes of volumes."""
    limits = [{"limits": {"cpu": cpu}} for cpu in cpus]
    pod = {
        "containers": [{"name": f"c{n}", "image": "x", "resources": limit} for n, limit in enumerate(limits)],
        "volumes": [{"name": f"v{n}", "emptyDir": {"sizeLimit": size}} for n, size in enumerate(sizes)],
    }
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod}
    deployment = {
        "metadata": {"name": "quantities"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
    }
    live = plane.api.request("POST", "/apis/apps/v1/namespaces/default/deployments?dryRun=All", deployment)
    spec = live["spec"]["template"]["spec"]
    return (
        [container["resources"]["limits"]["cpu"] for container in spec["containers"]],
        [volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"]],
    )


def test_the_apiserver_agrees_with_us_about_quantities(plane: ControlPlane) -> None:
    chance = random.Random(20)
    quantities = [*CORNERS, *(made_up(chance) for _ in range(300))]
    sizes = [canonical_quantity(text) for text in quantities]
    cpus = [canonical_quantity(text, whole_millis=True) for text in quantities]
    assert given_back(plane, cpus=cpus, sizes=sizes) == (cpus, sizes)

    # It leaves many an odd spelling as it is, so what it means is compared.
    its_cpus, its_sizes = given_back(plane, cpus=quantities, sizes=quantities)
    assert [canonical_quantity(text) for text in its_sizes] == sizes
    assert [canonical_quantity(text) for text in its_cpus] == cpus
