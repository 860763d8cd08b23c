"""The type of what JSON can hold, without a library that validates it."""

from __future__ import annotations

from typing import TypeAlias

JsonValue: TypeAlias = "list[JsonValue] | dict[str, JsonValue] | str | bool | int | float | None"
