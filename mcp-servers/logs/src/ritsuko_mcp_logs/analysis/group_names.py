"""How a group of records is shown: by its template and its fingerprint, neither of which lets a secret out."""

from collections.abc import Sequence

from ritsuko_common.redaction.redactor import redacted
from ritsuko_mcp_logs.lines.stream import readable
from ritsuko_mcp_logs.mining.fingerprint import fingerprint, masked, without_secrets
from ritsuko_mcp_logs.mining.masking import with_wildcards
from ritsuko_mcp_logs.mining.miner import Group
from ritsuko_mcp_logs.mining.occurrences import Example, Occurrences

_LONGEST_TEMPLATE = 300
_LONGEST_EXAMPLE = 4_000
_MOST_LOOKED_AT = 5_000


class GroupNames:
    """Templates and fingerprints of groups."""

    def fingerprint(self, group: Group) -> str:
        """The group's: that of its alphabetically first message."""
        return self._of(group.members[0])

    def template(self, group: Group) -> str:
        """What its records have in common, with `<*>` for what varies."""
        said, place = masked(without_secrets(group.members[0].first.lines, redacted))
        text = with_wildcards(said, group.template.words)
        return readable(b"%b %b" % (text, place) if place else text, _LONGEST_TEMPLATE)

    def find(self, groups: Sequence[Group], wanted: str) -> Group | None:
        """The group with a message of this fingerprint. Looks at what groups go by first."""
        for group in groups:
            if self.fingerprint(group) == wanted:
                return group
        others = [(group, member) for group in groups for member in group.members[1:]]
        for group, member in others[:_MOST_LOOKED_AT]:
            if self._of(member) == wanted:
                return group
        return None

    def _of(self, tally: Occurrences) -> str:
        return fingerprint(tally.first.lines, redacted)


def written(example: Example) -> str:
    """A record as it was written, without timestamps. Not redacted: that is done to every answer as a whole."""
    return readable(b"\n".join(example.lines), _LONGEST_EXAMPLE)
