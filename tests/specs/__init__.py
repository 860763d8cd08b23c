"""Random resources for tests, made from the CRDs themselves, and an example of every rule in them.

The four strategies give whole JSON documents without a namespace. What `valid_*` gives the apiserver accepts, and most
of it makes a Deployment that it accepts too; what `refused_*` gives it refuses, whoever sends it and however.
"""

from tests.specs.refused import refused_bots, refused_sidecars
from tests.specs.valid import valid_bots, valid_sidecars

__all__ = ["refused_bots", "refused_sidecars", "valid_bots", "valid_sidecars"]
