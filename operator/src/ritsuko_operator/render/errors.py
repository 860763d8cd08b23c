"""What cannot be rendered."""

from __future__ import annotations


class RenderError(ValueError):
    """The schema accepted the resource, and still no manifests can be made of it. The message says what to change."""
