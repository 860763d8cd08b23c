"""The figures in the documents are those that were measured."""

import json
from pathlib import Path

import pytest

from tools import figures


def bench(folder: Path, *results: dict[str, object]) -> Path:
    (folder / "bot.json").write_text(json.dumps({"results": results}))
    return folder


def test_the_documents_show_what_was_measured() -> None:
    assert figures.main(["--check"]) == 0


def test_a_table_has_the_results_with_a_target(tmp_path: Path) -> None:
    folder = bench(
        tmp_path,
        {"name": "reply: p50", "value": 11.254, "unit": "ms", "target": 25, "met": True},
        {"name": "reply | p99", "value": 1468.0, "unit": "ms", "target": 1000, "met": False},
        {"name": "no promise", "value": 3, "unit": "ms", "target": None, "met": None},
        {"name": "no Loki here", "value": None, "unit": "", "why_missing": "no Loki"},
    )
    text = "before\n<!-- figures: bot.json -->\nold\n<!-- /figures -->\nafter\n"
    assert figures.generated(text, folder) == (
        "before\n<!-- figures: bot.json -->\n"
        "|  | measured | at most | reached |\n|---|---|---|---|\n"
        "| reply: p50 | 11.3 ms | 25 ms | yes |\n"
        "| reply \\| p99 | 1.47 s | 1 s | **no** |\n"
        "| no Loki here | not measured |  |  |\n"
        "<!-- /figures -->\nafter\n"
    )


def test_a_result_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = "<!-- figures: headlines -->\n<!-- /figures -->\n"
    with pytest.raises(ValueError, match=r"bench/bot\.json has no result"):
        figures.generated(text, bench(tmp_path))
