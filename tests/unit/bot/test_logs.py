"""Log lines that a machine can read."""

import json
import logging

from ritsuko_bot.logs import JsonFormatter


def test_a_line_is_one_json_object_with_what_the_call_gave():
    record = logging.LogRecord("x.y", logging.INFO, __file__, 1, "hello %s\nworld", ("zulip",), None)
    record.audit = {"server": "logs"}
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "x.y", "hello zulip\nworld")
    assert line["audit"] == {"server": "logs"}
