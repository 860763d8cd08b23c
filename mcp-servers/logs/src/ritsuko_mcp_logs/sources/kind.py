"""A kind of source: its settings, and how it is opened with them. Each is one package, listed in `kinds`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.sources.source import Source

SettingsT = TypeVar("SettingsT", bound=BaseModel)

OwnNamespace = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What every source may need: the cluster, the server's own namespace (`*` if unknown), seconds for one reading."""

    cluster: Cluster
    own_namespace: OwnNamespace
    reading_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind(Generic[SettingsT]):
    """One kind of source.

    `settings` are fields of the server's settings: their names are the environment variables in lower case, so each
    begins with the kind's own name. `open` gives None if the settings name no such source.
    """

    settings: type[SettingsT]
    open: Callable[[SettingsT, Environment], Source | None]
    is_fallback: bool = False
    """It is the default only where no other kind is configured."""

    def configured(self, settings: BaseModel, environment: Environment) -> Source | None:
        """The source that the server's settings name, which include this kind's. Raises ConfigurationError."""
        if not isinstance(settings, self.settings):
            raise TypeError(f"{type(settings).__name__} has no settings of {self.settings.__name__}")
        return self.open(settings, environment)
