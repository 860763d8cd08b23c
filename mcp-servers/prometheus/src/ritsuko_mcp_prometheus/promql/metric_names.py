"""The metric names in a query."""

import re

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
      | (?P<number>\d[\w.]*)
      | (?P<word>[A-Za-z_:][\w:]*)
      | (?P<mark>[{}()\[\]=!~,])""",
    re.VERBOSE,
)
# A list of labels in parentheses follows these.
_LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_WORDS = _LABEL_LISTS | {"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2"}
_AGGREGATIONS = {
    "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar",
    "topk", "bottomk", "quantile", "count_values", "limitk", "limit_ratio",
}  # fmt: skip


def metric_names(promql: str) -> list[str]:
    """The metrics that a query selects by name, without duplicates, in order of appearance.

    It reads tokens only, which is enough for a query that Prometheus has accepted.
    """
    tokens = [
        (match.lastgroup or "", match.group()) for match in _TOKEN.finditer(promql) if match.lastgroup != "comment"
    ]
    found: list[str] = []
    in_selector = in_range = in_label_list = False
    for index, (kind, text) in enumerate(tokens):
        following = [token for _, token in tokens[index + 1 : index + 3]]
        if kind == "mark":
            in_selector = text == "{" or (in_selector and text != "}")
            in_range = text == "[" or (in_range and text != "]")
            in_label_list = in_label_list and text != ")"
        elif in_selector:
            if text == "__name__" and following[:1] == ["="] and not following[1].startswith("~"):
                found.append(following[1][1:-1])
            elif kind == "string" and tokens[index - 1][1] in "{," and following[:1] not in (["="], ["!"]):
                found.append(text[1:-1])  # The quoted form of Prometheus 3: {"metric.name"}.
        elif kind == "word" and not in_label_list and not in_range:
            lowered = text.lower()
            in_label_list = lowered in _LABEL_LISTS and following[:1] == ["("]
            if following[:1] != ["("] and lowered not in _WORDS and lowered not in _AGGREGATIONS:
                found.append(text)
    return list(dict.fromkeys(found))
