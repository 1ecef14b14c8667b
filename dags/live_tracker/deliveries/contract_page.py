"""The tables and codes of `docs/contracts/feeds.md`, which are written from the contract.

After a change of it: `make docs`.
"""

from __future__ import annotations

from live_tracker.deliveries.contract import FEEDS, POLICE_CAUTIONS, Column, Feed, Table
from live_tracker.markdown import table
from live_tracker.settings import PROJECT

PAGE = PROJECT / "docs/contracts/feeds.md"
BEGIN, END = "<!-- tables: written by contract_page -->\n", "<!-- end of the tables -->\n"


def with_tables(page: str) -> str:
    """The page with what stands between its two marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n".join(_feed(feed) for feed in FEEDS.values()) + END + after


def _feed(feed: Feed) -> str:
    return f"## {feed.contract}\n" + "".join(_table(told) for told in feed.tables)


def _table(told: Table) -> str:
    required = "required file" if told.required else "optional file"
    lines = ((column.name, _value(column), "yes" if column.required else "") for column in told.columns)
    head = f"\n### {told.name}\nKey: {', '.join(told.key)}; {required}.\n\n"
    return head + table(("column", "value", "required"), lines)


def _value(column: Column) -> str:
    if column.name == "disposal_type":
        return f"a four-digit CJS result code, or {', '.join(sorted(POLICE_CAUTIONS))}"
    if column.codes is None:
        return _KINDS[column.kind]
    return ", ".join(sorted(column.codes))


_KINDS = {
    "text": "text",
    "date": "date",
    "flag": "0 or 1",
    "integer": "whole number",
    "decimal": "number",
    "pnc_id": "PNC id",
}

if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
