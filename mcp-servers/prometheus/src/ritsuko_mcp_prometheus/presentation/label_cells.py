"""Labels as cells of a table."""

from collections.abc import Sequence

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Row
from ritsuko_mcp_prometheus.api.series import Labels


def label_cells(labels: Labels, columns: Sequence[str], figures: frozenset[str]) -> Row:
    """A cell for each column; a label that is called like one of the `figures` beside it becomes `label:...`."""
    cells: dict[str, JsonValue] = {}
    for name in columns:
        column = "metric" if name == "__name__" else name
        cells[f"label:{column}" if name in figures else column] = labels.get(name, "")
    return cells
