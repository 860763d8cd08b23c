"""Rate limits: a sliding window for ordinary calls, a dripping bucket of its own for the event server."""

from __future__ import annotations

from collections import defaultdict, deque

from tests.zulip.clock import Clock
from tests.zulip.errors import ApiError

WINDOW = 60.0
VISITORS = 100


class RateLimits:
    """`per_user` and `per_address` are requests per 60 s; None switches that limit off. Change them at any time."""

    def __init__(self, clock: Clock, per_user: int | None = 200, per_address: int | None = None) -> None:
        self._clock = clock
        self.per_user = per_user
        self.per_address = per_address
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._dripping: dict[str, float] = {}

    def count(self, user_id: int) -> dict[str, str]:
        """Take one ordinary call of a user: the headers of its answer, or RATE_LIMIT_HIT."""
        return self._slide(f"user:{user_id}", self.per_user)

    def count_address(self, address: str) -> None:
        self._slide(f"address:{address}", self.per_address)

    def count_visitor(self, address: str) -> dict[str, str]:
        """Take one fetch of a file by someone without a key."""
        return self._slide(f"visitor:{address}", VISITORS)

    def count_poll(self, user_id: int) -> dict[str, str]:
        """Take one call of the event server: one token comes back every WINDOW / limit seconds."""
        if self.per_user is None:
            return {}
        now = self._clock.now()
        drip = WINDOW / self.per_user
        level_until = max(self._dripping.get(f"{user_id}", now), now)
        used = (level_until - now) / drip
        if used + 1 > self.per_user:
            raise rate_limited(level_until - now - (self.per_user - 1) * drip, self._headers(self.per_user, 0, now))
        self._dripping[f"{user_id}"] = level_until + drip
        return self._headers(self.per_user, int(self.per_user - used - 1), level_until + drip)

    def forget(self) -> None:
        self._calls.clear()
        self._dripping.clear()

    def _slide(self, key: str, limit: int | None) -> dict[str, str]:
        if limit is None:
            return {}
        now = self._clock.now()
        calls = self._calls[key]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if len(calls) >= limit:
            retry_after = calls[0] + WINDOW - now
            raise rate_limited(retry_after, self._headers(limit, 0, now + retry_after))
        calls.append(now)
        return self._headers(limit, limit - len(calls), now + WINDOW)

    @staticmethod
    def _headers(limit: int, remaining: int, reset: float) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(int(reset)),
        }


def rate_limited(retry_after: float, headers: dict[str, str] | None = None) -> ApiError:
    """The 429 answer: seconds to wait as a float in the body and as a float's text in the header."""
    return ApiError(
        "API usage exceeded rate limit",
        "RATE_LIMIT_HIT",
        status=429,
        headers={**(headers or {}), "retry-after": str(retry_after)},
        **{"retry-after": retry_after},
    )
