"""Log lines that a machine can read."""

import json
import logging

from prometheus_client.parser import text_string_to_metric_families

from ritsuko_bot.logs import JsonFormatter
from ritsuko_bot.metrics import CallCounter, Metrics


def test_a_line_is_one_json_object_with_what_the_call_gave():
    record = logging.LogRecord("x.y", logging.INFO, __file__, 1, "hello %s\nworld", ("zulip",), None)
    record.audit = {"server": "logs"}
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "x.y", "hello zulip\nworld")
    assert line["audit"] == {"server": "logs"}


def test_calls_are_counted_from_their_audit_lines():
    metrics = Metrics()
    logger = logging.Logger("audit")
    logger.addHandler(CallCounter(metrics))
    audit = {"server": "logs", "tool": "search", "outcome": "ok", "seconds": 0.5}
    logger.info("a call", extra={"audit": audit})
    logger.info("no call")
    families = text_string_to_metric_families(metrics.text().decode())
    samples = {sample.name: sample for family in families for sample in family.samples}
    assert samples["ritsuko_bot_calls_total"].labels == {"server": "logs", "tool": "search", "outcome": "ok"}
    assert samples["ritsuko_bot_calls_total"].value == 1
    assert samples["ritsuko_bot_call_seconds_sum"].value == 0.5
