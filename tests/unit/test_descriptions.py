"""Every published column is explained in the database, in the words of its model."""

from __future__ import annotations

from live_tracker.release.descriptions import CHILD_ID, COMMON, describe_views, described_tables
from live_tracker.settings import Settings
from tests.deliver import administer, fetch, fetch_as

COMMENTS = """
SELECT table_name, column_name,
    col_description(format('%%I.%%I', table_schema, table_name)::regclass, ordinal_position::integer)
FROM information_schema.columns WHERE table_schema IN ('analytics', 'practice')
"""


def test_every_column_of_the_views_says_what_its_model_says(warehouse: Settings) -> None:
    describe_views(warehouse)
    expected = {
        (model["name"], column["name"]): column["description"]
        for model in described_tables()
        if not model["name"].startswith("int_")
        for column in [*model["columns"], *({"name": name, "description": text} for name, text in COMMON.items())]
    }
    expected |= {(table, "child_id"): CHILD_ID for table in ("caseload", "new_arrests")}
    assert {(table, column): text for table, column, text in fetch_as(warehouse, "practitioner", COMMENTS)} == expected


def test_a_description_that_has_changed_is_brought_up(warehouse: Settings) -> None:
    administer(warehouse, "COMMENT ON COLUMN analytics.milestone.month IS 'as it was once'")
    administer(warehouse, "COMMENT ON VIEW analytics.milestone IS NULL")
    describe_views(warehouse)
    comments = fetch(
        warehouse,
        "SELECT obj_description('analytics.milestone'::regclass, 'pg_class'), "
        "col_description('analytics.milestone'::regclass, 6)",
    )
    assert [text.partition(" ")[0] for text in comments[0]] == ["One", "Months"]
