"""What indices say of their fields, and which of these carry a line's time, text and container."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames

TEXTS = frozenset({"text", "match_only_text"})
"""Types that keep a text as its words."""
KEYWORDS = frozenset({"keyword", "constant_keyword", "wildcard"})
"""Types that keep a value whole."""
PLAIN_ANALYZERS = frozenset({"", "standard", "whitespace"})
"""Those that cut no word between ASCII letters and digits, and leave none out."""
_ANALYZED = frozenset({"text with a custom analyzer"})
_GROUPS = frozenset({"object", "nested"})
_WHOLE = ("", ".keyword", ".raw")
_APART = ("service.name", "host.name")
_MESSAGES = ("log", "message", "body.text", "body", "msg")


@dataclass(frozen=True, slots=True)
class Capability:
    """What field capabilities say of a field where it has one certain type."""

    searchable: bool
    aggregatable: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `whole` is the name to ask for its values as they are, itself or a field below it, or empty."""

    types: frozenset[str]
    searchable: bool
    whole: str = ""


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where logs are, and what their fields are called; those that are empty: as the usual collectors do."""

    index: str
    time: str
    message: str = ""
    namespace: str = ""
    pod: str = ""
    container: str = ""

    def names(self, existing: Fields) -> PodFieldNames:
        """What namespace, pod and container are called, as far as they exist."""
        usual = PodFieldNames.among(existing)

        def called(name: str, otherwise: str) -> str:
            return name if name in existing else "" if name else otherwise

        return PodFieldNames(
            called(self.namespace, usual.namespace),
            called(self.pod, usual.pod),
            called(self.container, usual.container),
        )

    def messages(self, existing: Fields) -> list[str]:
        """The fields of which the first that an entry has is its text."""
        if self.message:
            return [self.message]
        return [name for name in _MESSAGES if name in existing and existing[name].types <= TEXTS | KEYWORDS]


def apart(existing: Fields) -> list[str]:
    """What tells entries apart that are of no pod."""
    return [name for name in _APART if name in existing and existing[name].whole]


def with_custom_analyzers(existing: Fields, names: Iterable[str]) -> Fields:
    """The fields, of which those with these names cannot be asked for parts of a text."""
    return {**existing, **{name: replace(existing[name], types=_ANALYZED) for name in names if name in existing}}


def fields(capabilities: Mapping[str, Mapping[str, Capability]]) -> dict[str, Field]:
    """The fields by name, without those that are of the store's own or only keep another one's value once more."""
    return {
        name: Field(
            types=frozenset(kinds.keys() - _GROUPS),
            searchable=all(kind.searchable for name, kind in kinds.items() if name not in _GROUPS),
            whole=next(_whole(name, capabilities), ""),
        )
        for name, kinds in capabilities.items()
        if kinds.keys() - _GROUPS and not name.startswith("_") and not _belongs_to_another(name, capabilities)
    }


def whole(name: str, existing: Fields) -> str:
    """What to ask for a field's values by. Raises ToolFailure for a field that is kept as its words alone."""
    if not (found := existing[name].whole):
        raise ToolFailure(
            f"the field {name} has no keyword type in OpenSearch; "
            f"its type is {', '.join(sorted(existing[name].types))}",
            "Map it as keyword, or set its variable (such as OPENSEARCH_POD_FIELD) to a field that is.",
        )
    return found


def _whole(name: str, capabilities: Mapping[str, Mapping[str, Capability]]) -> Iterator[str]:
    for end in _WHOLE:
        kinds = capabilities.get(name + end, {})
        if kinds and kinds.keys() <= KEYWORDS and all(kind.aggregatable for kind in kinds.values()):
            yield name + end


def _belongs_to_another(name: str, capabilities: Mapping[str, Mapping[str, Capability]]) -> bool:
    """A field below one that has a value itself, or below one whose entries are documents of their own."""
    parent = name.rpartition(".")[0]
    while parent:
        kinds = capabilities.get(parent, {}).keys()
        if "nested" in kinds or (kinds and "object" not in kinds):
            return True
        parent = parent.rpartition(".")[0]
    return False
