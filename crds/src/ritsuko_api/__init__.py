"""The ritsuko.dev API: resources, the mounted config, conditions and the user assertion."""

GROUP = "ritsuko.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
