"""Tokens come, are rotated and go, and at no moment is one gone that a pod still names."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Collection

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.credentials.tokens import (
    BearerTokens,
    TokenName,
    TokenUse,
    advance,
    next_rotation,
    read_tokens,
)

START = parse_rfc3339("2026-11-24T10:00:00Z")
NOBODY = TokenUse(frozenset(), turning_over=False)


@pytest.fixture
def make() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"token-{next(numbers)}"


def secret(tokens: BearerTokens) -> Object:
    """The live Secret, as it was written."""
    data = {name.key: base64.b64encode(token.value.encode()).decode() for name, token in tokens.by_name.items()}
    return {"metadata": {"annotations": dict(tokens.annotations)}, "data": data}


def used(*keys: str, turning_over: bool = False) -> TokenUse:
    names = (key.rpartition(".") for key in keys)
    return TokenUse(frozenset(TokenName(server, int(number)) for server, _, number in names), turning_over)


class Bot:
    """A bot whose Secret is written and read again at each step."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self.live: Object | None = None
        self.now = START

    def step(
        self,
        use: TokenUse,
        *,
        desired: Collection[str] = ("kubernetes",),
        rotate_for: str = "",
        max_age: float | None = None,
    ) -> list[str]:
        before = read_tokens(self.live, self.now)
        after = advance(before, desired, use, rotate_for=rotate_for, max_age=max_age, now=self.now, make=self._make)
        self.live = secret(after)
        return sorted(self.live["data"])

    def value(self, key: str) -> str:
        assert self.live is not None
        return base64.b64decode(self.live["data"][key]).decode()


@pytest.fixture
def bot(make: Callable[[], str]) -> Bot:
    return Bot(make)


def test_each_server_gets_its_own_and_keeps_it(bot: Bot) -> None:
    assert bot.step(NOBODY, desired=["kubernetes", "logs"]) == ["kubernetes.1", "logs.1"]
    first = bot.value("kubernetes.1")
    assert bot.value("logs.1") != first
    bot.step(used("kubernetes.1", "logs.1"), desired=["kubernetes", "logs"])
    assert bot.value("kubernetes.1") == first


def test_a_rotation_keeps_the_old_one_until_no_pod_names_it(bot: Bot) -> None:
    bot.step(NOBODY)
    both = ["kubernetes.1", "kubernetes.2"]
    assert bot.step(used("kubernetes.1"), rotate_for="monday") == both
    assert bot.step(used("kubernetes.1", "kubernetes.2", turning_over=True), rotate_for="monday") == both
    # the Deployment says that it is done, and an old pod is still on its way out
    assert bot.step(used("kubernetes.1", "kubernetes.2"), rotate_for="monday") == both
    # no pod names it, and the old template could still make one
    assert bot.step(used("kubernetes.2", turning_over=True), rotate_for="monday") == both
    assert bot.step(used("kubernetes.2"), rotate_for="monday") == ["kubernetes.2"]
    assert bot.step(used("kubernetes.2"), rotate_for="monday") == ["kubernetes.2"]


def test_the_same_value_of_the_annotation_rotates_once_and_taking_it_away_does_nothing(bot: Bot) -> None:
    bot.step(NOBODY, rotate_for="monday")
    assert bot.step(used("kubernetes.1"), rotate_for="monday") == ["kubernetes.1"]
    assert bot.step(used("kubernetes.1")) == ["kubernetes.1"]
    assert bot.step(used("kubernetes.1"), rotate_for="monday") == ["kubernetes.1"]
    assert bot.step(used("kubernetes.1"), rotate_for="tuesday") == ["kubernetes.1", "kubernetes.2"]


def test_a_rotation_by_age_waits_until_the_one_before_is_over(bot: Bot) -> None:
    bot.step(NOBODY, max_age=3600)
    bot.now = parse_rfc3339("2026-11-24T10:59:59Z")
    assert bot.step(used("kubernetes.1"), max_age=3600) == ["kubernetes.1"]
    bot.now = parse_rfc3339("2026-11-24T11:00:00Z")
    assert bot.step(used("kubernetes.1"), max_age=3600) == ["kubernetes.1", "kubernetes.2"]
    bot.now = parse_rfc3339("2026-11-24T13:00:00Z")
    stuck = used("kubernetes.1", "kubernetes.2", turning_over=True)
    assert bot.step(stuck, max_age=3600) == ["kubernetes.1", "kubernetes.2"]
    assert bot.step(used("kubernetes.2"), max_age=3600) == ["kubernetes.2", "kubernetes.3"]


def test_when_to_look_at_the_age_again(bot: Bot) -> None:
    bot.step(NOBODY)
    tokens = read_tokens(bot.live, START)
    assert next_rotation(tokens, ["kubernetes"], None, START) is None
    assert next_rotation(tokens, ["kubernetes"], 3600, parse_rfc3339("2026-11-24T10:20:00Z")) == 2400
    assert next_rotation(tokens, [], 3600, START) is None


def test_a_server_that_left_keeps_its_token_while_a_pod_runs_it(bot: Bot) -> None:
    bot.step(NOBODY, desired=["kubernetes", "logs"])
    assert bot.step(used("kubernetes.1", "logs.1"), desired=["kubernetes"]) == ["kubernetes.1", "logs.1"]
    assert bot.step(used("kubernetes.1"), desired=["kubernetes"]) == ["kubernetes.1"]


def test_a_lost_secret_is_replaced_by_a_new_generation_and_never_by_another_token_of_the_same_name(bot: Bot) -> None:
    bot.step(NOBODY)
    bot.live = None
    assert bot.step(used("kubernetes.1")) == ["kubernetes.2"]


@pytest.mark.parametrize("value", ["changed by hand", ""])
def test_a_token_that_somebody_changed_is_replaced_by_a_new_generation(bot: Bot, value: str) -> None:
    bot.step(NOBODY)
    assert bot.live is not None
    bot.live["data"]["kubernetes.1"] = base64.b64encode(value.encode()).decode()
    assert bot.step(used("kubernetes.1")) == ["kubernetes.2"]


def test_a_key_that_somebody_added_is_taken_away(bot: Bot) -> None:
    bot.step(NOBODY)
    assert bot.live is not None
    bot.live["data"] |= {"kubernetes.7": "bWluZQ==", "what is this": "!!"}
    assert bot.step(used("kubernetes.1")) == ["kubernetes.1"]


def test_a_state_that_cannot_be_read_makes_new_tokens_instead_of_an_error(bot: Bot) -> None:
    bot.step(NOBODY)
    assert bot.live is not None
    bot.live["metadata"]["annotations"]["ritsuko.dev/tokens"] = "{broken"
    assert bot.step(used("kubernetes.1")) == ["kubernetes.2"]


def test_no_token_is_in_an_annotation_or_in_a_repr(bot: Bot) -> None:
    bot.step(NOBODY)
    tokens = read_tokens(bot.live, START)
    assert "token-1" not in str(tokens.annotations)
    assert "token-1" not in repr(tokens)
