"""Whether an alert or a target is meant, by a part of its name or by a label as the table shows it."""

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_prometheus.api.series import Labels


def matches_text(wanted: str, labels: Labels, *texts: str) -> bool:
    """Whether one of the texts or of the labels' values contains it, or it is a label with its value: `team=shop`.

    Values of labels whose names say that they are secrets can't be asked for: an answer would tell a guess from a miss.
    """
    said = wanted.lower()
    told = {name.lower(): value.lower() for name, value in labels.items() if not is_sensitive_name(name)}
    if any(said in text for text in (*told.values(), *(text.lower() for text in texts))):
        return True
    name, separator, value = said.partition("=")
    return bool(separator) and told.get(name.strip()) == value.strip().strip('"')
