"""Each message once, and a successor that starts where nothing is missed."""

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_bot.chat.zulip.position import Position


def test_a_message_is_taken_once():
    position = Position(10)
    assert position.take(11)
    assert not position.take(11)
    position.finish(11)
    assert not position.take(11)


def test_it_does_not_pass_a_message_that_is_not_finished():
    position = Position(10)
    position.take(11)
    position.take(13)
    position.skip(14)
    position.finish(13)
    assert position.through == 10
    position.finish(11)
    assert position.through == 14


def test_a_successor_knows_what_was_finished_out_of_order():
    position = Position(10)
    position.take(11)
    position.take(12)
    position.finish(12)
    successor = Position.load(position.dump())
    assert successor is not None
    assert successor.through == 10
    assert successor.take(11)
    assert not successor.take(12)


def test_a_finished_message_can_be_taken_up_again_and_a_successor_then_answers_it():
    position = Position(10)
    position.take(11)
    position.finish(11)
    position.take(12)
    position.finish(12)
    assert position.through == 12
    assert position.reopen(11)
    assert position.through == 10
    successor = Position.load(position.dump())
    assert successor is not None
    assert successor.take(11)
    assert not successor.take(12)
    position.finish(11)
    assert position.through == 12


def test_only_what_is_finished_can_be_taken_up_again():
    position = Position(10)
    position.take(11)
    assert not position.reopen(11)
    assert not position.reopen(12)
    position.finish(11)
    assert position.reopen(11)
    assert not position.reopen(11)


def test_a_text_that_is_no_position_is_none():
    assert Position.load("") is None
    assert Position.load('{"through": "far"}') is None


@given(
    finished=st.lists(st.integers(1, 40), unique=True),
    skipped=st.sets(st.integers(1, 40)),
)
def test_however_a_bot_ends_its_successor_answers_exactly_what_is_left(finished: list[int], skipped: set[int]):
    asked = [message for message in range(1, 41) if message not in skipped]
    position = Position(0)
    for message in range(1, 41):
        if message in skipped:
            position.skip(message)
        else:
            position.take(message)
    for message in finished:
        if message in asked:
            position.finish(message)
    successor = Position.load(position.dump())
    assert successor is not None
    # History gives everything after the position, what was answered too.
    answered = [message for message in asked if message > successor.through and successor.take(message)]
    assert answered == [message for message in asked if message not in finished]
