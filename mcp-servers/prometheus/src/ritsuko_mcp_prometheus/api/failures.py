"""Exceptions for requests that failed: what is wrong, and what to do."""

import ssl
from urllib.parse import urlsplit

import httpx2

from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_prometheus.api.query_result import ErrorResponse, decode_error
from ritsuko_mcp_prometheus.errors import NotOffered
from ritsuko_mcp_prometheus.promql.query_errors import bad_metricsql, bad_query, failed_query

_QUERYING = ("query", "query_range")
_CREDENTIALS = (
    "Check PROMETHEUS_BEARER_TOKEN_FILE or PROMETHEUS_BASIC_AUTH_FILE: the file, its content, and its permissions."
)
_ADDRESS = "Check PROMETHEUS_URL: it is the base URL, without /api/v1, /graph or /query"
_CLIENT_CERTIFICATE = (
    "It requires a trusted client certificate: set PROMETHEUS_CLIENT_CERT_FILE and PROMETHEUS_CLIENT_KEY_FILE."
)
_MAYBE_CLIENT_CERTIFICATE = "it may require another client certificate (PROMETHEUS_CLIENT_CERT_FILE); see its log."
# Servers close the connection like this on plain text and on a client certificate that they reject.
_HANGING_UP = ("without sending a response", "reset by peer", "Broken pipe")
_HTTPS = "it may accept only TLS: use https:// in PROMETHEUS_URL."
# Errors of Prometheus that are about its state, not about the query.
_ABOUT_THE_SERVER = ("", "unauthorized", "forbidden", "too_many_requests", "unavailable", "not_found")

# Texts of OpenSSL and the resolver; the first that occurs in the reason counts.
_CONNECTION_HINTS = {
    "certificate has expired": "Renew the certificate of Prometheus, or of the proxy in front of it.",
    "certificate is not yet valid": "Check the clocks of both machines.",
    "Hostname mismatch": "Use a host name that the certificate covers in PROMETHEUS_URL.",
    "IP address mismatch": "Use a host name that the certificate covers in PROMETHEUS_URL.",
    "CERTIFICATE_VERIFY_FAILED": "Set PROMETHEUS_CA_FILE to the CA that signed its certificate.",
    "certificate expired": "Renew the client certificate in PROMETHEUS_CLIENT_CERT_FILE.",
    "certificate required": _CLIENT_CERTIFICATE,
    "unknown ca": _CLIENT_CERTIFICATE,
    "bad certificate": _CLIENT_CERTIFICATE,
    "WRONG_VERSION_NUMBER": "It does not use TLS: use http:// in PROMETHEUS_URL.",
    "RECORD_LAYER_FAILURE": "It does not use TLS: use http:// in PROMETHEUS_URL.",
    "Name or service not known": "The host does not exist: check the name and namespace in PROMETHEUS_URL.",
    "name resolution": "DNS did not respond: check the name in PROMETHEUS_URL and the cluster's DNS.",
}


def too_slow(address: str, seconds: float) -> BackendUnreachable:
    """For a response that did not arrive in time."""
    return BackendUnreachable(
        f"Prometheus at {address} did not respond within {seconds:g} s",
        "Ask for less (fewer series, a shorter time range), or check whether Prometheus is overloaded.",
    )


def no_answer(address: str, error: Exception) -> BackendUnreachable:
    """For a connection that failed or was interrupted."""
    reason = _reason(error)
    hint = next((hint for part, hint in _CONNECTION_HINTS.items() if part.lower() in reason.lower()), "")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return BackendUnreachable(
            f"Prometheus at {address} is unreachable: connection timed out",
            "Check that PROMETHEUS_URL is correct and that no network policy blocks the connection.",
        )
    if isinstance(error, httpx2.ConnectError):
        return BackendUnreachable(
            f"Prometheus at {address} is unreachable: {reason}",
            hint or "Check that it is running, that PROMETHEUS_URL is correct and that no network policy blocks it.",
        )
    if not hint and any(words in reason for words in _HANGING_UP):
        hint = f"Retry. If it fails again, {_HTTPS if address.startswith('http://') else _MAYBE_CLIENT_CERTIFICATE}"
    return BackendUnreachable(
        f"the connection to Prometheus at {address} was interrupted: {reason}",
        hint or "Retry. If it fails again, check the logs of Prometheus and of any proxy in front of it.",
    )


def not_the_api(address: str, response: httpx2.Response, body: bytes) -> BackendUnreachable:
    """For a successful response that is not one of Prometheus."""
    text = body.strip()
    if text.startswith(b'{"status":') and not text.endswith(b"}"):
        return BackendUnreachable(
            f"the response of Prometheus at {address} was truncated after {len(body):,} bytes",
            "Retry. If it fails again, check the response size limit of the proxy in front of it.",
        )
    return BackendUnreachable(
        f"{address} does not serve the Prometheus API: {_describe(response, body)}",
        f"{_ADDRESS}, and no login page or proxy may answer in its place.",
    )


def refused(address: str, path: str, asked: str, response: httpx2.Response, body: bytes) -> ToolFailure:
    """For an error status. `asked` is the query or selector that was sent to /api/v1/`path`."""
    status = response.status_code
    failure = decode_error(body)
    if failure and failure.errorType == "bad_data":
        return bad_query(asked, failure.error)
    if failure and failure.errorType == "422" and (refusal := bad_metricsql(asked, failure.error)):
        return refusal
    if failure and failure.errorType not in _ABOUT_THE_SERVER:
        return failed_query(failure.errorType, failure.error)
    said = _describe(response, body, failure)
    if "http request" in said.lower() and "https" in said.lower():
        return BackendUnreachable(f"Prometheus at {address} requires TLS: {said}", "Use https:// in PROMETHEUS_URL.")
    if status in (400, 401) and ("no org id" in said.lower() or "tenant" in said.lower()):
        return BackendUnreachable(
            f"Prometheus at {address} requires a tenant: {said}",
            "Set PROMETHEUS_HEADERS, for example X-Scope-OrgID=team-a.",
        )
    if status in (401, 403):
        return BackendUnreachable(f"Prometheus at {address} rejected our credentials: {said}", _CREDENTIALS)
    if status in (414, 431):
        return NotOffered(
            f"the query is too long for Prometheus at {address} or the proxy in front of it: {said}",
            "Shorten the query.",
        )
    if status == 429:
        wait = response.headers.get("retry-after", "")
        return BackendUnreachable(
            f"Prometheus at {address} is rate limiting requests: {said}",
            f"Try again in {wait} seconds." if wait.isdigit() else "Try again in a minute.",
        )
    # The latter is what VictoriaMetrics responds.
    absent = status in (404, 405, 501) or "unsupported path requested" in said
    if absent and path not in _QUERYING:
        return NotOffered(
            f"{address} does not offer /api/v1/{path.partition('/')[0]}: {said}",
            "If queries work, another component serves it (vmalert, the ruler, the scraping agent). "
            f"If not, {_ADDRESS[0].lower()}{_ADDRESS[1:]}.",
        )
    if status >= 500:
        return BackendUnreachable(
            f"Prometheus at {address} or the proxy in front of it failed: {said}",
            "Retry. If it fails again, check its log.",
        )
    return not_the_api(address, response, body)


def without_credentials(url: str) -> str:
    """The address fit for messages: no user, password, query or fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _describe(response: httpx2.Response, body: bytes, failure: ErrorResponse | None = None) -> str:
    """`HTTP 502, an HTML page "Bad Gateway"`: the kind of response, with a short quotation."""
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body[:4096].decode(errors="replace").strip()
    status = f"HTTP {response.status_code}"
    if media == "text/html" or text[:15].lower().startswith(("<!doctype html", "<html")):
        start, end = text.lower().find("<title>"), text.lower().find("</title>")
        title = _quoted(text[start + 7 : end], 80) if 0 <= start < end else ""
        return f'{status}, an HTML page "{title}"' if title else f"{status}, an HTML page"
    if failure:
        return f"{status}: {_quoted(failure.error, 200)}"
    return f"{status}: {_quoted(text, 120)}" if text else f"{status}, an empty body"


def _quoted(text: str, longest: int) -> str:
    """The beginning of it, redacted before it is cut: half a secret is not recognised."""
    return Redaction().sentence(text)[:longest]


def _reason(error: Exception) -> str:
    """The message of the innermost error that has one: it is the most specific."""
    said = str(error)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError | ssl.SSLError) and str(cause):
            said = str(cause)
        cause = cause.__cause__ or cause.__context__
    return said or type(error).__name__
