"""The user assertion: only what the bot signed, for this server, now, is believed."""

import jwt
import pytest

from ritsuko_api.identity import AssertionRefused, User, sign, verify

HAMLET = User(id="9", email="hamlet@example.com", role="member")
NOW = 1_800_000_000.0


def signed(**changes: object) -> str:
    arguments: dict[str, object] = {"user": HAMLET, "server": "kubernetes", "now": NOW, **changes}
    secret = str(arguments.pop("secret", "the server's token"))
    return sign(secret, **arguments)  # type: ignore[arg-type]


def believed(token: str, *, now: float = NOW) -> User:
    return verify(token, secret="the server's token", server="kubernetes", now=now)


def test_the_server_learns_who_asked() -> None:
    assert believed(signed()) == HAMLET


def test_an_id_need_not_be_a_number() -> None:
    someone = User(id="U02A7", email="", role="member")
    assert believed(signed(user=someone)) == someone


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (signed(secret="another server's token"), "not valid"),
        (signed(server="prometheus"), "not meant for the server 'kubernetes'"),
        (signed(now=NOW - 120), "expired"),
        (signed(now=NOW + 120), "from the future"),
        ("", "not valid"),
        ("a.b.c", "not valid"),
        (jwt.encode({"iss": "ritsuko-bot", "aud": "kubernetes", "sub": "9"}, None, algorithm="none"), "not valid"),
        (jwt.encode({"sub": "9"}, "the server's token" * 4, algorithm="HS256"), "not valid"),
    ],
)
def test_anything_else_is_refused_with_the_reason(token: str, says: str) -> None:
    with pytest.raises(AssertionRefused, match=says):
        believed(token)


def test_no_byte_of_it_can_be_changed() -> None:
    token = signed()
    for place in range(len(token) - 1):  # the last character's low bits may carry nothing
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(AssertionRefused):
            believed(other)


def test_a_refusal_never_repeats_the_assertion() -> None:
    token = signed(secret="another server's token")
    with pytest.raises(AssertionRefused) as refusal:
        believed(token)
    assert token not in str(refusal.value)
