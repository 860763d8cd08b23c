"""Pure rendering: a bot, its sidecars and a few facts become manifests. No I/O, no clock, no randomness."""

from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifests import config_revision, render
from ritsuko_operator.render.select import Rejection, SidecarSelection, accept

__all__ = ["Rejection", "RenderContext", "RenderError", "SidecarSelection", "accept", "config_revision", "render"]
