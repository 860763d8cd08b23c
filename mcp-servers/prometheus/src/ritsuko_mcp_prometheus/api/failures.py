"""An answer that is none, told so that whoever reads it knows what is wrong and what to do."""

import ssl
from urllib.parse import urlsplit

import httpx2

from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_prometheus.api.query_result import ErrorResponse, decode_error
from ritsuko_mcp_prometheus.errors import NotOffered
from ritsuko_mcp_prometheus.promql.query_errors import bad_metricsql, bad_query, failed_query

_QUERYING = ("query", "query_range")
_CREDENTIALS = "Check PROMETHEUS_BEARER_TOKEN_FILE or PROMETHEUS_BASIC_AUTH_FILE, what the file holds, and its rights."
_ADDRESS = "Check PROMETHEUS_URL: it is the address in front of /api/v1, without /graph or /query"
_CLIENT_CERTIFICATE = (
    "It wants a client certificate that it trusts: PROMETHEUS_CLIENT_CERT_FILE and PROMETHEUS_CLIENT_KEY_FILE."
)
_MAYBE_CLIENT_CERTIFICATE = (
    "it may want a client certificate (PROMETHEUS_CLIENT_CERT_FILE), or another than it gets; its log tells."
)
# Without a word, as servers do that were spoken to in plain text or refuse a client certificate.
_HANGING_UP = ("without sending a response", "reset by peer", "Broken pipe")
_HTTPS = "it may speak TLS only: write https:// in PROMETHEUS_URL."
# Errors of Prometheus that are about its state, not about the query.
_ABOUT_THE_SERVER = ("", "unauthorized", "forbidden", "too_many_requests", "unavailable", "not_found")

# The first that occurs in the reason counts; what OpenSSL and the resolver say.
_CONNECTION_HINTS = {
    "certificate has expired": "Renew the certificate of Prometheus, or of the proxy before it.",
    "certificate is not yet valid": "Check the clocks of both machines.",
    "Hostname mismatch": "Use the name that the certificate is made for in PROMETHEUS_URL.",
    "IP address mismatch": "Use the name that the certificate is made for in PROMETHEUS_URL.",
    "CERTIFICATE_VERIFY_FAILED": "Name the CA that signed its certificate in PROMETHEUS_CA_FILE.",
    "certificate expired": "Renew the client certificate that PROMETHEUS_CLIENT_CERT_FILE names.",
    "certificate required": _CLIENT_CERTIFICATE,
    "unknown ca": _CLIENT_CERTIFICATE,
    "bad certificate": _CLIENT_CERTIFICATE,
    "WRONG_VERSION_NUMBER": "It speaks no TLS: write http:// in PROMETHEUS_URL.",
    "RECORD_LAYER_FAILURE": "It speaks no TLS: write http:// in PROMETHEUS_URL.",
    "Name or service not known": "There is no such host: check the name in PROMETHEUS_URL and its namespace.",
    "name resolution": "The DNS does not answer: check the name in PROMETHEUS_URL, and the DNS.",
}


def too_slow(address: str, seconds: float) -> BackendUnreachable:
    """For an answer that did not come in time."""
    return BackendUnreachable(
        f"Prometheus at {address} gave no answer within {seconds:g} s",
        "Ask for less (fewer series, a shorter time), or look whether Prometheus is overloaded.",
    )


def no_answer(address: str, error: Exception) -> BackendUnreachable:
    """For a connection that was not made, or broke."""
    reason = _reason(error)
    hint = next((hint for part, hint in _CONNECTION_HINTS.items() if part.lower() in reason.lower()), "")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return BackendUnreachable(
            f"Prometheus at {address} can't be reached: no connection in time",
            "Check that PROMETHEUS_URL is right and that no network policy is in the way.",
        )
    if isinstance(error, httpx2.ConnectError):
        return BackendUnreachable(
            f"Prometheus at {address} can't be reached: {reason}",
            hint or "Check that it runs, that PROMETHEUS_URL is right and that no network policy is in the way.",
        )
    if not hint and any(words in reason for words in _HANGING_UP):
        hint = f"Try again; if it stays so: {_HTTPS if address.startswith('http://') else _MAYBE_CLIENT_CERTIFICATE}"
    return BackendUnreachable(
        f"the answer of Prometheus at {address} broke off: {reason}",
        hint or "Try again; if it stays so, look at Prometheus' log or at the proxy before it.",
    )


def not_the_api(address: str, response: httpx2.Response, body: bytes) -> BackendUnreachable:
    """For an answer of success that is not what Prometheus would say."""
    text = body.strip()
    if text.startswith(b'{"status":') and not text.endswith(b"}"):
        return BackendUnreachable(
            f"the answer of Prometheus at {address} ends in its middle, after {len(body):,} bytes",
            "Try again; if it stays so, look at the proxy before it (its limit of an answer's size).",
        )
    return BackendUnreachable(
        f"what answers at {address} is not the Prometheus API: {_describe(response, body)}",
        f"{_ADDRESS}, and no login page or proxy may stand before it.",
    )


def refused(address: str, path: str, asked: str, response: httpx2.Response, body: bytes) -> ToolFailure:
    """For a status that is no success. `asked` is the query or selector that was sent to /api/v1/`path`."""
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
        return BackendUnreachable(f"Prometheus at {address} wants TLS: {said}", "Write https:// in PROMETHEUS_URL.")
    if status in (400, 401) and ("no org id" in said.lower() or "tenant" in said.lower()):
        return BackendUnreachable(
            f"Prometheus at {address} wants to know the tenant: {said}",
            "Set PROMETHEUS_HEADERS, for example X-Scope-OrgID=team-a.",
        )
    if status in (401, 403):
        return BackendUnreachable(f"Prometheus at {address} refuses our credentials: {said}", _CREDENTIALS)
    if status in (414, 431):
        return NotOffered(
            f"the query is too long for Prometheus at {address} or the proxy before it: {said}", "Write a shorter one."
        )
    if status == 429:
        wait = response.headers.get("retry-after", "")
        return BackendUnreachable(
            f"Prometheus at {address} takes no more requests just now: {said}",
            f"Try again in {wait} seconds." if wait.isdigit() else "Try again in a minute.",
        )
    # The latter is VictoriaMetrics' way to say it.
    absent = status in (404, 405, 501) or "unsupported path requested" in said
    if absent and path not in _QUERYING:
        return NotOffered(
            f"what answers at {address} has no /api/v1/{path.partition('/')[0]}: {said}",
            "If queries work, this store keeps that elsewhere (vmalert, the ruler, the scraping agent). "
            f"If not: {_ADDRESS[0].lower()}{_ADDRESS[1:]}.",
        )
    if status >= 500:
        return BackendUnreachable(
            f"Prometheus at {address} or the proxy before it is in trouble: {said}",
            "Try again; if it stays so, look at its log.",
        )
    return not_the_api(address, response, body)


def without_credentials(url: str) -> str:
    """The address fit for messages: no user, password, query or fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _describe(response: httpx2.Response, body: bytes, failure: ErrorResponse | None = None) -> str:
    """`HTTP 502, an HTML page "Bad Gateway"`: what kind of answer it was, quoting little of it."""
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
    """The beginning of it, redacted before it is cut: half a secret can't be told from other text any more."""
    return Redaction().sentence(text)[:longest]


def _reason(error: Exception) -> str:
    """What went wrong, in the words of the deepest error that has any: those around it tell less."""
    said = str(error)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError | ssl.SSLError) and str(cause):
            said = str(cause)
        cause = cause.__cause__ or cause.__context__
    return said or type(error).__name__
