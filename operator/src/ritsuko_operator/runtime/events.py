"""Posting Events (events.k8s.io/v1) about transitions, few enough to be read."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from ritsuko_operator.reconcile.cluster import Object, Transition
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import EVENT
from ritsuko_operator.runtime.api import Api

logger = logging.getLogger(__name__)

_CONTROLLER = "ritsuko.dev/operator"
_BURST = 20  # Events about one object at once; after that one for each `_REFILL`
_REFILL = 30.0  # seconds
_REMEMBERED = 2_000  # objects
_MAX_NOTE = 1000  # the API takes 1 kB


class EventPoster:
    """Posts Events. Somebody who changes an object in a loop gets no Event for each time."""

    def __init__(self, api: Api, *, instance: str, clock: Callable[[], float]) -> None:
        self._api = api
        self._instance = instance[:128]
        self._clock = clock
        self._budgets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # the one used longest ago first

    async def post(self, transition: Transition) -> None:
        """Never raises: an Event that cannot be posted is logged."""
        regarding = transition.regarding
        if not self._may_post(regarding["metadata"]["uid"]):
            return
        namespace = regarding["metadata"]["namespace"]
        try:
            await self._api.create(EVENT, namespace, self._event(transition, namespace))
        except (ApiError, ApiUnreachableError) as error:
            logger.warning("an Event was not posted: %s", error, extra={"reason": transition.reason})

    def _event(self, transition: Transition, namespace: str) -> Object:
        regarding = transition.regarding
        metadata = regarding["metadata"]
        return {
            "apiVersion": EVENT.api_version,
            "kind": EVENT.name,
            "metadata": {"name": f"{metadata['name'][:200]}.{secrets.token_hex(8)}", "namespace": namespace},
            "eventTime": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "reportingController": _CONTROLLER,
            "reportingInstance": self._instance,
            "action": "Reconcile",
            "reason": transition.reason,
            "note": transition.note[:_MAX_NOTE],
            "type": "Warning" if transition.warning else "Normal",
            "regarding": {
                "apiVersion": regarding["apiVersion"],
                "kind": regarding["kind"],
                "namespace": namespace,
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        }

    def _may_post(self, uid: str) -> bool:
        """A token bucket for each object; one that must be full again by now is not kept."""
        now = self._clock()
        while self._budgets and now - next(iter(self._budgets.values()))[1] > _BURST * _REFILL:
            self._budgets.popitem(last=False)
        tokens, at = self._budgets.pop(uid, (float(_BURST), now))
        tokens = min(_BURST, tokens + (now - at) / _REFILL)
        allowed = tokens >= 1
        self._budgets[uid] = (tokens - 1 if allowed else tokens, now)
        if len(self._budgets) > _REMEMBERED:
            self._budgets.popitem(last=False)
        return allowed
