"""Prometheus' errors about a query, with the position marked and a hint."""

import re

from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_prometheus.errors import BadRequest, QueryFailed

_POSITION = re.compile(
    r'^(?:invalid parameter "[^"]*": )?(?:(?P<line>\d+):(?P<column>\d+): )?(?:parse error: )?(?P<rest>.*)$', re.DOTALL
)
_UNKNOWN_FUNCTION = re.compile(r'(?:unknown function with name|unsupported function) "([^"]+)"')
# The prefixes of VictoriaMetrics.
_EXECUTING = re.compile(
    r"^(?:error when executing query=.* for \(time=\d+, step=\d+\): |cannot parse matches\[\]=.*?: )"
)
_UNPARSED = re.compile(r'; unparsed data: "(?P<left>(?:\\.|[^"\\])*)"')
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORDS = re.compile(r"[\w'-]+(?:\s+[\w'-]+)+\s*[?.!]?")
_EXCERPT = 100

# The first that occurs in the message is used.
_HINTS = {
    "expected type range vector": "This function needs a range: add a duration after the selector, as in up[5m].",
    "expected type instant vector": "A range such as [5m] is only valid in a function such as rate() or increase().",
    "must be Scalar or instant Vector": "Wrap the range in a function such as rate(), or use `query` for raw samples.",
    "inside braces": 'Close the selector: metric{label="value"}.',
    "unterminated quoted string": "Close the quotation mark.",
    "unclosed left parenthesis": "Close the parenthesis.",
    "unclosed left bracket": "Close the bracket: [5m].",
    "unexpected right parenthesis": "Remove the extra closing parenthesis.",
    "no expression found": "Enter a query, for example: up",
    "many-to-many matching": "Aggregate one side first, for example sum by (job) (...), or match on more labels.",
    "found duplicate series": "Aggregate first, for example sum by (job) (...), or match on more labels.",
    "multiple matches for labels": "Mark the side with more series with group_left or group_right.",
    "must contain at least one non-empty matcher": "Add the metric name, or a matcher with a non-empty value.",
    "too many samples": "Use fewer series (more label matchers), a shorter time range or a longer step.",
    "timed out": "Use fewer series, a shorter time range or a longer step.",
    "unexpected <by>": "Only aggregations take by: sum by (job) (rate(x[5m])).",
    "unexpected <without>": "Only aggregations take without: sum without (pod) (rate(x[5m])).",
    "in grouping opts": "Put the labels in parentheses: sum by (job) (...).",
    "error parsing regexp": "The regular expression is not valid RE2: escape literal characters with \\\\.",
}

# Functions (https://prometheus.io/docs/prometheus/latest/querying/functions/) and aggregation operators.
FUNCTIONS = """
abs absent absent_over_time acos acosh asin asinh atan atanh avg avg_over_time bottomk ceil changes clamp clamp_max
clamp_min cos cosh count count_over_time count_values day_of_month day_of_week day_of_year days_in_month deg delta
deriv double_exponential_smoothing exp first_over_time floor group histogram_avg histogram_count histogram_fraction
histogram_quantile histogram_stddev histogram_stdvar histogram_sum holt_winters hour idelta increase info irate
label_join label_replace last_over_time limit_ratio limitk ln log10 log2 mad_over_time max max_over_time min
min_over_time minute month pi predict_linear present_over_time quantile quantile_over_time rad rate resets round scalar
sgn sin sinh sort sort_by_label sort_by_label_desc sort_desc sqrt stddev stddev_over_time stdvar stdvar_over_time sum
sum_over_time tan tanh time timestamp topk ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time
ts_of_min_over_time vector year
"""


def bad_query(promql: str, complaint: str) -> BadRequest:
    """For errorType `bad_data`: the message, with line, column and a caret if Prometheus gave a position."""
    match = _POSITION.match(complaint)
    if match is None or match["line"] is None:
        return BadRequest(f"Prometheus rejected the query: {complaint}", _hint(complaint))
    line, column, rest = int(match["line"]), int(match["column"]), match["rest"]
    lines = promql.split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    # Prometheus counts bytes, and points after a superfluous parenthesis.
    offset = len(text.encode()[: column - 1].decode(errors="ignore"))
    if "unexpected right parenthesis" in rest:
        offset = max(offset - 1, 0)
    return BadRequest(
        f"PromQL error at line {line}, column {offset + 1}: {rest}",
        _hint(rest) or _unquoted(promql) or _for_words(promql),
        excerpt=_marked(text, offset),
    )


def bad_metricsql(promql: str, complaint: str) -> BadRequest | None:
    """For a syntax error of VictoriaMetrics, which quotes the unparsed rest; otherwise None."""
    rest = _EXECUTING.sub("", complaint)
    if unparsed := _UNPARSED.search(rest):
        left = unparsed["left"].replace('\\"', '"').replace("\\\\", "\\")
        offset = len(promql) - len(left) if promql.endswith(left) else len(promql)
        line, column = promql.count("\n", 0, offset) + 1, offset - promql.rfind("\n", 0, offset)
        said = rest[: unparsed.start()]
        marked = _marked(promql.split("\n")[line - 1], column - 1)
        return BadRequest(f"PromQL error at line {line}, column {column}: {said}", _hint(said), excerpt=marked)
    if "unsupported function" in rest or rest.startswith("cannot parse"):
        return BadRequest(f"the query was rejected: {rest}", _hint(rest))
    return None


def failed_query(error_type: str, complaint: str) -> QueryFailed:
    """For errorType `execution`, `timeout`, `canceled` and others: the query was valid and did not complete."""
    return QueryFailed(f"Prometheus could not complete the query ({error_type}): {complaint}", _hint(complaint))


def _unquoted(promql: str) -> str:
    """A hint for a name with dots, as in OpenTelemetry."""
    found = _DOTTED.search(_STRING.sub("", promql))
    return f'A name with dots needs quotes: {{"{found[0]}"}}, or {{__name__="{found[0]}"}}.' if found else ""


def _for_words(promql: str) -> str:
    """A hint for a few words of plain language."""
    if _WORDS.fullmatch(promql.strip()):
        return "This is not valid PromQL. Use search to find metrics by words, or performance to check a service."
    return ""


def _hint(complaint: str) -> str:
    if unknown := _UNKNOWN_FUNCTION.search(complaint):
        known = FUNCTIONS.split()
        if unknown[1] in known:
            return "This Prometheus does not have that function: it needs another version or a feature flag."
        return suggestion(unknown[1], known) or "Write metric names without parentheses."
    return next((hint for part, hint in _HINTS.items() if part in complaint), "")


def _marked(text: str, offset: int) -> str:
    """The line with a caret under the offset, cut around it when the line is long."""
    start = max(0, offset - _EXCERPT // 2) if len(text) > _EXCERPT else 0
    return f"{text[start : start + _EXCERPT]}\n{' ' * (offset - start)}^"
