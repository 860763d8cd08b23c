"""Pure rendering: a bot, its sidecars and a few facts become manifests. No I/O, no clock, no randomness."""

from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.manifests import config_revision, render
from ritsuko_operator.render.select import Reason, Refusal, Selection, accept

__all__ = ["Facts", "Reason", "Refusal", "RenderError", "Selection", "accept", "config_revision", "render"]
