"""A filter for alerts and targets, by a part of the name or by a label as shown in the table."""

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_prometheus.api.series import Labels


def matches_text(wanted: str, labels: Labels, *texts: str) -> bool:
    """Whether a text or a label value contains it, or it is a label with its value: `team=shop`.

    Values of labels whose names suggest secrets are not searched: the result would confirm a guess.
    """
    said = wanted.lower()
    told = {name.lower(): value.lower() for name, value in labels.items() if not is_sensitive_name(name)}
    if any(said in text for text in (*told.values(), *(text.lower() for text in texts))):
        return True
    name, separator, value = said.partition("=")
    return bool(separator) and told.get(name.strip()) == value.strip().strip('"')
