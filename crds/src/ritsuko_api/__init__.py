"""The ritsuko.dev API: resources, the mounted config, conditions and the user assertion."""
