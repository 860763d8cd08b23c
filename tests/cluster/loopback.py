"""HTTP to programs that run here, past whatever proxy the environment names."""

import urllib.request
from urllib.error import URLError

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str, *, timeout: float) -> bool:
    """Whether something answers there with 200 within `timeout` seconds."""
    try:
        with OPENER.open(url, timeout=timeout) as answer:
            return answer.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False
