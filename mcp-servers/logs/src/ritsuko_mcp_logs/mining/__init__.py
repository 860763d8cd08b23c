"""From lines to groups of lines that say the same: squash, mask, join stack traces, then Drain.

`miner.Miner` is the way in. A line's way through the modules, cheapest first, so that most lines never get far:

1. `squash`: runs of digits become one mark, for a whole block at once. Most lines were then seen before (`shapes`).
2. `masking.hide_ids`: words with several runs of digits (ids, UUIDs, pod names) become one mark. Nearly all are known.
3. `shapes`: what is still new is read as a line: its level, its look, its part in a stack trace.
4. `traces`: lines of one stack trace become one record.
5. `message`, `masking.mask` and `drain`: once for each different record, when the groups are asked for.
"""
